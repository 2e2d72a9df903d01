"""The integrations service: embedding providers, user access tokens and their scopes.

It needs a store and a sealer, and nothing of the Data API: it can run alone.
"""
