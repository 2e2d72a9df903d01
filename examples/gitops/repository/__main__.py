"""What the library's search embeds: changed by pull requests, and in no other way."""

import pulumi

import pulumi_astra_vectorize as astra

DATABASE = "library"
COLLECTIONS = ["notes"]

token = astra.UserAccessToken(
    "search",
    integration=astra.Integration("hugging-face"),
    name="search-production",
    secret=pulumi.Config().require_secret("huggingFaceToken"),
)
scope = astra.TokenScope("search", token=token, databases=[DATABASE])
minilm = astra.EmbeddingService(
    provider="huggingface", model="sentence-transformers/all-MiniLM-L6-v2", token=scope.token
)

for name in COLLECTIONS:
    astra.Collection(name, database=DATABASE, service=minilm)
