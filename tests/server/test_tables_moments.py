"""Dates and timestamps of any year in tables: java.time's, which astrapy has types for."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy import Database, Table
from astrapy.data_types import DataAPIDate, DataAPITimestamp
from sqlalchemy import text

from tests.server.conftest import NewTable, PostToTable, Server

FIRST, EARLY, LATE = "0001-01-01T00:00:00Z", "0500-06-01T00:00:00Z", "2024-01-01T00:00:00Z"

BEFORE_1000 = {"filter": {"at": {"$lt": "1000-01-01T00:00:00Z"}}, "sort": {"at": 1}}


@pytest.fixture
def post(new_table: NewTable) -> PostToTable:
    """A table with a row of the year 2024, one of the year 500 and one of the year 1."""
    post = new_table({"id": "int", "at": "timestamp"}, "id")
    rows = [{"id": 1, "at": LATE}, {"id": 2, "at": EARLY}, {"id": 3, "at": FIRST}]
    assert "errors" not in post({"insertMany": {"documents": rows}})
    return post


def found(post: PostToTable, **find: Any) -> list[tuple[int, str]]:
    """The rows that a find answers, in its order."""
    documents = post({"find": find})["data"]["documents"]
    return [(row["id"], row["at"]) for row in documents]


def test_years_before_1000_have_their_place(post: PostToTable) -> None:
    """They sort and filter as moments, and come back with four digits."""
    assert found(post, sort={"at": 1}) == [(3, FIRST), (2, EARLY), (1, LATE)]
    assert found(post, **BEFORE_1000) == [(3, FIRST), (2, EARLY)]
    assert found(post, filter={"at": FIRST}) == [(3, FIRST)]


def test_rows_of_an_older_server(server: Server, post: PostToTable) -> None:
    """It stored the year 1 as "1": such rows have their place too, and come back well-formed."""
    with server.state.store.write() as session:
        session.execute(text("UPDATE records SET body = replace(body, '\"0001-', '\"1-')"))
        session.execute(text("UPDATE records SET body = replace(body, '\"0500-', '\"500-')"))
    assert found(post, **BEFORE_1000) == [(3, FIRST), (2, EARLY)]
    assert found(post, filter={"at": FIRST}) == [(3, FIRST)]


@pytest.fixture
def table(astrapy_database: Database, new_table: NewTable) -> Table[dict[str, Any]]:
    """A table with a date for its key, as astrapy sees it."""
    new_table({"day": "date", "at": "timestamp"}, "day")
    return astrapy_database.get_table("books")


@pytest.mark.parametrize("year", [-20000, -44, 0, 1, 999, 9999, 10000])
def test_astrapy_gets_what_it_sent(table: Table[dict[str, Any]], year: int) -> None:
    """Its own types hold years that Python's have not."""
    padded = f"{year:05d}" if year < 0 else f"{year:04d}" if year < 10000 else f"+{year}"
    day = DataAPIDate(year, 3, 15)
    row = {"day": day, "at": DataAPITimestamp.from_string(f"{padded}-03-15T01:02:03.004Z")}
    table.insert_one(row)
    assert table.find_one({"day": day}) == row
