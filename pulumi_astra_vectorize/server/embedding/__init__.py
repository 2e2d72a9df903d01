"""Embeddings: the client of a Hugging Face compatible router, and such a router itself."""
