"""The part of the Astra DevOps API that the provider needs (contract devops.md)."""
