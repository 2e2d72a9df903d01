"""Typed clients of what the provider talks to; every call passes ``transport.Transport``."""
