"""The vendor's rules as pure functions: each answers what is wrong, or None.

docs/rules.md ties every rule of the vendor's page to its place here and to its test.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, TypeVar, get_args

MAX_DATABASES_PER_CALL = 10
"""Vendor's page, "Add the ... integration to your organization": up to 10 databases at once."""

MAX_TOKEN_NAME = 50
"""Characters of a user access token's name; vendor's page, same section."""

MAX_ENTITY_NAME = 48
"""Characters of a collection's, table's or keyspace's name; contract data-api.md, section 2."""

MAX_COLLECTION_NAME_ON_ASTRA = 50
"""Vendor's page, collections, step 5. It says so of collections alone."""

MAX_INDEX_NAME = 100
"""Characters of an index's name; contract data-api.md, section 2."""

MAX_COLLECTION_DIMENSION = 4096
"""Contract data-api.md, section 5; vector columns of tables have no such limit."""

COLLECTION_LIMIT = 10
"""Collections in a Serverless (Vector) database created after June 24, 2024."""

CLASSIC_COLLECTION_LIMIT = 5
"""The same for databases created before that date."""

Metric = Literal["cosine", "dot_product", "euclidean"]
METRICS: tuple[str, ...] = get_args(Metric)
DEFAULT_METRIC = "cosine"
SourceModel = Literal[
    "ada002",
    "bert",
    "cohere-v3",
    "gecko",
    "nv-qa-4",
    "openai-v3-large",
    "openai-v3-small",
    "other",
]
SOURCE_MODELS: tuple[str, ...] = get_args(SourceModel)
DEFAULT_SOURCE_MODEL = "other"
UNIT_LENGTH_METRIC = "dot_product"
"""The metric of every source model that has a name: their vectors have length one."""

IdType = Literal["objectId", "uuid", "uuidv6", "uuidv7"]
ID_TYPES: tuple[str, ...] = get_args(IdType)
OnChange = Literal["replace", "reload"]
"""What a change means that cannot be made in place."""

RotationWay = Literal["recreate", "in_place"]
"""How a new secret gets there: by removal and recreation, as every target can; or at once."""

ROTATION_WAYS: tuple[str, ...] = get_args(RotationWay)

DATABASE_ALIAS = "cluster"
"""What programs and scopes call a self-hosted Data API's one database, unless told otherwise."""

DEFAULT_KEYSPACE = "default_keyspace"
SYSTEM_KEYSPACES = (
    "system",
    "system_auth",
    "system_distributed",
    "system_schema",
    "system_traces",
    "system_views",
    "system_virtual_schema",
)
"""Cassandra's own, which nobody makes or drops. findKeyspaces lists them beside the others
(contract data-api.md, section 3)."""

SCALAR_TYPES = frozenset(
    {
        "ascii",
        "bigint",
        "blob",
        "boolean",
        "date",
        "decimal",
        "double",
        "duration",
        "float",
        "inet",
        "int",
        "smallint",
        "text",
        "time",
        "timestamp",
        "tinyint",
        "uuid",
        "varint",
    }
)
"""The scalar types that a table may be created with; contract data-api.md, section 7."""

TYPES_ONLY_OF_CQL = frozenset({"timeuuid"})
"""Types that the Data API reads and writes and cannot create: tables that CQL made have them."""

NOT_IN_KEYS = frozenset({"list", "set", "map", "duration"})
"""Types that the database takes in no primary key. A vector is accepted, as observed."""

TEXT_TYPES = frozenset({"text", "ascii"})
"""The column types that hold text."""

DATABASE_STATUSES = frozenset(
    {"ACTIVE", "PENDING", "PREPARING", "PREPARED", "INITIALIZING", "PARKED", "PARKING"}
    | {"UNPARKING", "TERMINATED", "TERMINATING", "RESIZING", "ERROR", "MAINTENANCE"}
    | {"SUSPENDED", "UNKNOWN", "HIBERNATED", "HIBERNATING", "RESUMING"}
)
"""What the DevOps API says of a database; contract devops.md."""

CREDENTIAL_SUFFIX = ".providerKey"
"""What the Data API appends to a token's name (contract credentials.md)."""

CASSANDRA = "Cassandra"
"""What a token begins with that stands for a user and a password."""

T = TypeVar("T")

_TOKEN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_HUGGING_FACE_SECRET = re.compile(r"hf_[A-Za-z0-9]{30,}")
_WORD = re.compile(r"[A-Za-z0-9_]+")


def token_name_problem(name: str) -> str | None:
    """User access token names: 1 to 50 characters, see the vendor's page, step 6.1."""
    if not name:
        return "a user access token needs a name"
    if len(name) > MAX_TOKEN_NAME:
        return (
            f"a user access token's name has at most {MAX_TOKEN_NAME} characters, not {len(name)}"
        )
    if not _TOKEN_NAME.fullmatch(name):
        return (
            f"{name!r}: a user access token's name consists of letters, numbers, underscores and "
            "hyphens, and starts and ends with a letter or number"
        )
    return None


def is_secret(text: str) -> bool:
    """Whether it can only be a secret of Hugging Face: 30 letters and digits or more."""
    return _HUGGING_FACE_SECRET.fullmatch(text) is not None


def header_problem(secret: str) -> str | None:
    """Secrets travel in an HTTP header: printable ASCII without spaces; the value stays out."""
    if all("!" <= character <= "~" for character in secret):
        return None
    return "contains white space, a line break or a letter outside ASCII, which no header can carry"


def entity_name_limit(kind: str, target: str) -> int:
    """How many characters a name may have on a target."""
    by_the_page = kind == "collection" and target == "astra"
    return MAX_COLLECTION_NAME_ON_ASTRA if by_the_page else MAX_ENTITY_NAME


def entity_name_problem(kind: str, name: str, limit: int) -> str | None:
    """Names of collections, tables and keyspaces: ASCII letters, digits, underscore."""
    if not name:
        return f"the {kind} needs a name"
    if len(name) > limit:
        return f"the {kind}'s name has at most {limit} characters here, not {len(name)}"
    if not _WORD.fullmatch(name):
        return f"{name!r}: the {kind}'s name consists of letters, numbers and underscores"
    return None


def database_reference_problem(reference: object) -> str | None:
    """A database is named by its name or its id: never by nothing."""
    return "a database needs a name or an id" if reference == "" else None


def choice_problem(kind: str, value: str, choices: Sequence[str]) -> str | None:
    """One of a fixed list of words."""
    if value in choices:
        return None
    return f"{value!r} is no {kind}: use one of {', '.join(choices)}"


def indexed_path_problem(path: str) -> str | None:
    """Paths of ``indexing``: contract data-api.md, section 5."""
    if not path:
        return "a path needs the name of a field"
    if path.startswith("$") and path != "$vector":
        return f"{path!r}: of the names with a `$`, only $vector can be a path here"
    return None


def duplicate_problems(values: Sequence[object]) -> Iterator[tuple[int, str]]:
    """The positions of values that stand in a list a second time."""
    for position, value in enumerate(values):
        if isinstance(value, str) and value in values[:position]:
            yield position, f"{value!r} stands in the list twice"


def in_calls(databases: Iterable[T]) -> Iterator[list[T]]:
    """Databases in groups that one call may add to a scope."""
    rest = iter(databases)
    while group := list(islice(rest, MAX_DATABASES_PER_CALL)):
        yield group


def token_of_credential(credential: str) -> str:
    """The token's name as a user writes it: the Data API reports it with a suffix."""
    return credential.removesuffix(CREDENTIAL_SUFFIX)


def credential_of_token(token: str) -> str:
    """A token's name as the Data API keeps it."""
    return token if token.endswith(CREDENTIAL_SUFFIX) else token + CREDENTIAL_SUFFIX


def cassandra_token(username: str, password: str) -> str:
    """A self-hosted Data API's token, as astrapy's UsernamePasswordTokenProvider makes it."""
    login = (b64encode(part.encode()).decode() for part in (username, password))
    return ":".join([CASSANDRA, *login])


def metric_of(source_model: str) -> str:
    """The metric where none is written: the Data API takes that of the source model."""
    return DEFAULT_METRIC if source_model == DEFAULT_SOURCE_MODEL else UNIT_LENGTH_METRIC


def collection_limit(*, classic: bool) -> int:
    """How many collections a database can have; counted over all its keyspaces."""
    return CLASSIC_COLLECTION_LIMIT if classic else COLLECTION_LIMIT
