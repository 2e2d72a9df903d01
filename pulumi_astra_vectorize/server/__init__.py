"""The embedded server: Data API, DevOps subset, integrations service and embedding endpoint."""
