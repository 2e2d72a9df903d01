"""A token whose secret is rotated by changing the stack's configuration; see README.md."""

import pulumi

import pulumi_astra_vectorize as astra

DATABASE = "library"

token = astra.UserAccessToken(
    "search",
    integration=astra.Integration("hugging-face"),
    name="search",
    secret=pulumi.Config().require_secret("huggingFaceToken"),
)

scope = astra.TokenScope("search", token=token, databases=[DATABASE, "archive"])

# Bound to the token's name, which stays: a rotation does not touch the collection.
notes = astra.Collection(
    "notes",
    database=DATABASE,
    service=astra.EmbeddingService(
        provider="huggingface",
        model="sentence-transformers/all-MiniLM-L6-v2",
        token=scope.token,
    ),
)

pulumi.export("rotatedAt", token.rotated_at)
pulumi.export("unavailableSeconds", token.unavailable_seconds)
pulumi.export("keepOldSecretUntil", token.keep_old_secret_until)
pulumi.export("keepOldSecretBecause", token.keep_old_secret_because)
