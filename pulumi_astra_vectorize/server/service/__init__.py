"""The integrations service alone, as the credential service of a real Data API."""
