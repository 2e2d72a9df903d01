"""The two calls by which a Data API asks for credentials (contract credentials.md).

They need a store and a sealer, and nothing of the Data API's emulation.
"""
