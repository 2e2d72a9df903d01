"""The vendor's rules: each test names the rule and the place it comes from."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_astra_vectorize import rules

TOKEN_CHARACTERS = string.ascii_letters + string.digits + "_-"

token_names = st.from_regex(r"\A[A-Za-z0-9]([A-Za-z0-9_-]{0,48}[A-Za-z0-9])?\Z")
"""Names of 1 to 50 characters that keep every rule of the vendor's page, step 6.1."""


@pytest.mark.parametrize(
    "name", ["a", "7", "search-prod", "a_b-c_9", "9-to-5", "a--__b", "A" * 50, "a" + "-" * 48 + "b"]
)
def test_token_name_keeps_the_rules(name: str) -> None:
    """Vendor's page, step 6.1: letters, numbers, `_`, `-`; ends with letter or number; 50."""
    assert rules.token_name_problem(name) is None


@given(token_names)
def test_any_name_built_by_the_rules_is_a_token_name(name: str) -> None:
    """Vendor's page, step 6.1: nothing that keeps the rules is refused."""
    assert rules.token_name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "needs a name"),
        ("a" * 51, "at most 50 characters, not 51"),
        ("-search", "starts and ends with a letter or number"),
        ("_search", "starts and ends with a letter or number"),
        ("search-", "starts and ends with a letter or number"),
        ("search_", "starts and ends with a letter or number"),
        ("-", "starts and ends with a letter or number"),
        ("search prod", "letters, numbers, underscores and hyphens"),
        ("search.prod", "letters, numbers, underscores and hyphens"),
        ("search\n", "letters, numbers, underscores and hyphens"),
        ("ключ", "letters, numbers, underscores and hyphens"),
        ("検索", "letters, numbers, underscores and hyphens"),
        ("clé", "letters, numbers, underscores and hyphens"),
        ("a٣b", "letters, numbers, underscores and hyphens"),
    ],
)
def test_token_name_breaks_a_rule(name: str, reason: str) -> None:
    """Vendor's page, step 6.1: the answer says which rule is broken."""
    assert reason in str(rules.token_name_problem(name))


@given(st.text(min_size=1, max_size=50).filter(lambda name: set(name) - set(TOKEN_CHARACTERS)))
def test_any_other_character_is_refused_in_a_token_name(name: str) -> None:
    """Vendor's page, step 6.1: there is no other valid character."""
    assert rules.token_name_problem(name) is not None


@pytest.mark.parametrize("secret", ["hf_AbC123", "AstraCS:abc:def", "!~", ""])
def test_secret_that_a_header_carries(secret: str) -> None:
    """Printable ASCII without spaces goes over HTTP as it is."""
    assert rules.header_problem(secret) is None


@pytest.mark.parametrize("secret", ["hf_abc\n", " hf_abc", "hf abc", "hf_äbc", "hf_\x7f", "\ud800"])
def test_secret_that_no_header_carries(secret: str) -> None:
    """What HTTP cannot carry is found before it is sent, and is not shown."""
    wrong = rules.header_problem(secret)

    assert wrong is not None
    assert "hf" not in wrong


@pytest.mark.parametrize(
    ("kind", "target", "limit"),
    [
        ("collection", "local", 48),
        ("collection", "self-hosted", 48),
        ("collection", "astra", 50),
        ("table", "self-hosted", 48),
        ("table", "astra", 48),
        ("keyspace", "local", 48),
        ("keyspace", "astra", 48),
    ],
)
def test_length_of_an_entity_name(kind: str, target: str, limit: int) -> None:
    """Contract data-api.md, section 2: 48; the vendor's page says 50, and of collections only."""
    assert rules.entity_name_limit(kind, target) == limit
    assert rules.entity_name_problem(kind, "n" * limit, limit) is None
    assert rules.entity_name_problem(kind, "n" * (limit + 1), limit) is not None


@pytest.mark.parametrize(("length", "allowed"), [(100, True), (101, False)])
def test_length_of_an_index_name(length: int, *, allowed: bool) -> None:
    """Contract data-api.md, section 2: 100 characters, 101 refused."""
    wrong = rules.entity_name_problem("index", "i" * length, rules.MAX_INDEX_NAME)

    assert (wrong is None) is allowed


@pytest.mark.parametrize("name", ["notes", "_notes", "9notes", "Notes_2", "_", "0"])
def test_entity_name_keeps_the_rules(name: str) -> None:
    """Contract data-api.md, section 2: `\\w+`, also with a digit or underscore first."""
    assert rules.entity_name_problem("collection", name, 48) is None


@pytest.mark.parametrize(
    "name", ["", "a-b", "a b", "a.b", "заметки", "ノート", "notes\n", "$notes"]
)
def test_entity_name_breaks_a_rule(name: str) -> None:
    """Vendor's page, collections, step 5: letters, numbers and underscores."""
    assert rules.entity_name_problem("collection", name, 48) is not None


@pytest.mark.parametrize("metric", ["cosine", "dot_product", "euclidean"])
def test_metric_is_one_of_three(metric: str) -> None:
    """Vendor's page, collections, step 8: Cosine, Dot Product, Euclidean."""
    assert rules.choice_problem("metric", metric, rules.METRICS) is None


@pytest.mark.parametrize("metric", ["", "COSINE", "dot product", "manhattan"])
def test_another_metric_is_refused_with_the_choices(metric: str) -> None:
    """A word that is not in the list is answered with the list."""
    wrong = rules.choice_problem("metric", metric, rules.METRICS)

    assert wrong is not None
    assert "cosine, dot_product, euclidean" in wrong


def test_default_metric_is_cosine() -> None:
    """Vendor's page, tables: what a vector index has where nothing is written."""
    assert rules.DEFAULT_METRIC == "cosine"


@pytest.mark.parametrize(("classic", "limit"), [(False, 10), (True, 5)])
def test_collections_in_a_database(limit: int, *, classic: bool) -> None:
    """Vendor's page: 10 collections in databases created after June 24, 2024; 5 in older ones."""
    assert rules.collection_limit(classic=classic) == limit


@pytest.mark.parametrize(
    ("count", "calls"), [(0, []), (1, [1]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])]
)
def test_databases_are_added_ten_at_once(count: int, calls: list[int]) -> None:
    """Vendor's page, step 6.3: no call may hold more than ten."""
    assert [len(group) for group in rules.in_calls(range(count))] == calls


@given(st.lists(st.uuids()))
def test_calls_lose_nothing_and_keep_the_order(databases: list[object]) -> None:
    """However many databases there are: none is lost, none comes twice, ten at most a call."""
    groups = list(rules.in_calls(databases))

    assert [database for group in groups for database in group] == databases
    assert all(1 <= len(group) <= 10 for group in groups)


@given(token_names)
def test_credential_suffix_is_no_part_of_the_name(name: str) -> None:
    """Contract credentials.md: the Data API reports `TOKEN.providerKey` for `TOKEN`."""
    credential = rules.credential_of_token(name)

    assert credential == f"{name}.providerKey"
    assert rules.credential_of_token(credential) == credential
    assert rules.token_of_credential(credential) == name


@pytest.mark.parametrize(
    ("values", "positions"),
    [
        ([], []),
        (["a", "b"], []),
        (["a", "b", "a", "a"], [2, 3]),
        ([None, None, "a"], []),
    ],
)
def test_duplicates_are_found_where_they_stand(values: list[object], positions: list[int]) -> None:
    """The second one is named; values that are not known yet (None) are no duplicates."""
    assert [position for position, _ in rules.duplicate_problems(values)] == positions


@pytest.mark.parametrize("name", ["", "i" * 101, "my-index"])
def test_messages_read_as_sentences(name: str) -> None:
    """The kind of thing stands in the message with its own article."""
    assert "a index" not in str(rules.entity_name_problem("index", name, 100))
