"""The repository's own Pulumi program: everything that an application needs to search by meaning.

`make demo` runs it against the embedded server; nothing in it depends on that.
"""

import pulumi

import pulumi_astra_vectorize as astra

DATABASE = "library"

hugging_face = astra.Integration("hugging-face", provider="huggingface")

token = astra.UserAccessToken(
    "search",
    integration=hugging_face,
    name="search-demo",
    secret=pulumi.Config().require_secret("huggingFaceToken"),
)

scope = astra.TokenScope("search", token=token, databases=[DATABASE])

minilm = astra.EmbeddingService(
    provider="huggingface",
    model="sentence-transformers/all-MiniLM-L6-v2",
    token=scope,  # not the token: whatever embeds waits for its scope
)

# The demo's text can be loaded again at any time, so `pulumi destroy` may take it: without
# force_destroy, deleting a collection or table that holds data is refused.
passages = astra.Collection(
    "passages", database=DATABASE, service=minilm, metric="cosine", force_destroy=True
)

topics = astra.Table(
    "topics",
    database=DATABASE,
    columns={"id": "text", "topic": "text", "passage": "text"},
    primary_key="id",
    force_destroy=True,
)

meaning = astra.VectorColumn(
    "meaning",
    database=DATABASE,
    table=topics,
    service=minilm,
    index=astra.VectorIndex(metric="dot_product"),
    force_destroy=True,
)

pulumi.export("collection", passages.name)
pulumi.export("table", topics.name)
pulumi.export("vectorColumn", meaning.name)
pulumi.export("dimension", meaning.effective_dimension)
