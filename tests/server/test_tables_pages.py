"""The pages of a find on tables over HTTP: what is read page by page, and what is not.

Expected is what the vendor's source says (TableReadDBOperationBuilder, TableCqlSortClauseResolver,
TableMemorySortClauseResolver, FindOptionsValidation), beside contract data-api.md, section 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_astra_vectorize.server.data_api import paging

Post = Callable[[dict[str, Any]], dict[str, Any]]
NewTable = Callable[[dict[str, Any], object], Post]

OVER_A_PAGE = 70


@pytest.fixture
def post(new_table: NewTable) -> Post:
    """One partition of more rows than a page, sorted by ``at``; ``n`` goes the other way."""
    columns = {"shelf": "text", "at": "int", "n": "int"}
    post = new_table(columns, {"partitionBy": ["shelf"], "partitionSort": {"at": 1}})
    rows = [{"shelf": "a", "at": at, "n": -at} for at in range(OVER_A_PAGE)]
    assert "errors" not in post({"insertMany": {"documents": rows}})
    return post


@pytest.fixture
def plain(new_table: NewTable) -> Post:
    """A table without an order of its own, with more rows than a page."""
    post = new_table({"id": "int"}, "id")
    rows = [{"id": number} for number in range(OVER_A_PAGE)]
    assert "errors" not in post({"insertMany": {"documents": rows}})
    return post


def find(**members: Any) -> dict[str, Any]:
    """A find of the partition, unless it has another filter."""
    return {"find": {"filter": {"shelf": "a"}, **members}}


def order(reply: dict[str, Any]) -> list[int]:
    """The rows found, by their ``at``."""
    return [row["at"] for row in reply["data"]["documents"]]


def pages(post: Post, command: dict[str, Any]) -> list[int]:
    """The sizes of all pages of a find."""
    sizes: list[int] = []
    state = None
    while not sizes or state is not None:
        options = {**command["find"].get("options", {}), "pageState": state}
        data = post({"find": {**command["find"], "options": options}})["data"]
        sizes.append(len(data["documents"]))
        state = data["nextPageState"]
    return sizes


def warnings(reply: dict[str, Any]) -> list[str]:
    """The codes of what a reply warns of."""
    return [it["errorCode"] for it in reply["status"].get("warnings", [])]


LIMITS = [(20, [20]), (50, [50]), (60, [50, 10]), (70, [50, 20]), (200, [50, 20])]
"""Limits and the pages that they lead to."""


@pytest.mark.parametrize(("limit", "sizes"), LIMITS)
def test_a_limit_counts_over_all_pages(plain: Post, limit: int, sizes: list[int]) -> None:
    """A limit above the page's size is respected by the pages together."""
    assert pages(plain, {"find": {"options": {"limit": limit}}}) == sizes


@pytest.mark.parametrize(("limit", "sizes"), LIMITS)
def test_a_limit_counts_over_all_pages_of_a_partition(
    post: Post, limit: int, sizes: list[int]
) -> None:
    """It does in the partition's own order as well, forwards and backwards."""
    assert pages(post, find(options={"limit": limit})) == sizes
    assert pages(post, find(sort={"at": -1}, options={"limit": limit})) == sizes


def test_a_partition_read_backwards_has_pages(post: Post) -> None:
    """What the partition's own order serves is read page by page, and nothing is counted."""
    first = post(find(sort={"at": -1}))
    options = {"pageState": first["data"]["nextPageState"]}
    second = post(find(sort={"at": -1}, options=options))
    assert order(first) + order(second) == [*reversed(range(OVER_A_PAGE))]
    assert "sortedRowCount" not in first["status"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, range(69, 19, -1)),
        ({"limit": 200}, range(69, 19, -1)),
        ({"limit": 3}, range(69, 66, -1)),
        ({"skip": 60}, range(9, -1, -1)),
        ({"skip": 60, "limit": 2}, range(9, 7, -1)),
        ({"skip": 80}, ()),
        ({"pageState": ""}, range(69, 19, -1)),
    ],
)
def test_a_sort_in_memory_has_one_page(
    post: Post, options: dict[str, Any], found: list[int]
) -> None:
    """At most 50 rows come, none after them; the reply says how many rows were sorted."""
    reply = post(find(sort={"n": 1}, options=options))
    assert order(reply) == [*found]
    assert reply["data"]["nextPageState"] is None
    assert reply["status"]["sortedRowCount"] == OVER_A_PAGE


def test_find_one_sorts_in_memory(post: Post) -> None:
    """The first of the sorted rows, which are counted too."""
    reply = post({"findOne": {"filter": {"shelf": "a"}, "sort": {"n": 1}}})
    assert reply["data"]["document"]["at"] == 69
    assert reply["status"]["sortedRowCount"] == OVER_A_PAGE


def test_a_skip_is_done_in_memory(post: Post) -> None:
    """Even in the partition's own order: it is warned of, and there is no next page."""
    reply = post(find(sort={"at": 1}, options={"skip": 1}))
    assert order(reply) == [*range(1, 51)]
    assert reply["data"]["nextPageState"] is None
    assert warnings(reply) == ["IN_MEMORY_SORTING_DUE_SKIP_OPTIONS"]
    assert warnings(post(find(sort={"at": 1}, options={"skip": 0}))) == []


def test_a_sort_in_memory_does_not_go_on(post: Post) -> None:
    """A page's state beside such a sort is refused."""
    state = post(find())["data"]["nextPageState"]
    (error,) = post(find(sort={"n": 1}, options={"pageState": state}))["errors"]
    assert error["scope"] == "SORT"
    assert error["errorCode"] == "UNSUPPORTED_PAGINATION_WITH_IN_MEMORY_SORTING"


def test_so_many_rows_are_sorted_in_memory(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row above the limit refuses the sort; what is read in its own order has no limit."""
    assert paging.MAX_SORTED == 10_000
    monkeypatch.setattr(paging, "MAX_SORTED", OVER_A_PAGE)
    assert "errors" not in post(find(sort={"n": 1}))
    monkeypatch.setattr(paging, "MAX_SORTED", OVER_A_PAGE - 1)
    for name in ("find", "findOne"):
        (error,) = post({name: {"filter": {"shelf": "a"}, "sort": {"n": 1}}})["errors"]
        assert (error["scope"], error["errorCode"]) == ("SORT", "OVERLOADED_SORT_ROW_LIMIT")
    assert "errors" not in post(find(sort={"at": 1}))


@pytest.mark.parametrize("skip", [0, 1])
def test_a_skip_needs_a_sort(post: Post, skip: int) -> None:
    """Without a sort ``skip`` is not valid, as on collections."""
    (error,) = post(find(options={"skip": skip}))["errors"]
    assert error["errorCode"] == "COMMAND_FIELD_VALUE_INVALID"
    assert "command.options.skip" in error["message"]
