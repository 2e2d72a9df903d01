"""docs/errors.md has every code that a user can meet."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from pulumi_astra_vectorize.problems import ProblemCode
from tools.describe_errors import PAGE, PROBLEMS, cells, page
from tools.raised_errors import PACKAGE, Raised, found

RAISES = re.compile(r"\b\w+Error: ([A-Z_]{4,}(?:(?:, | or |,\s+)[A-Z_]{4,})*)")
DIFFERENTLY_TOLD = ("server/lookups", "server/data_api", "server/embedding")
"""Whose errors are answers: docs/coverage.md and docs/integrations-api.md have them."""


@pytest.fixture(scope="module")
def raised() -> list[Raised]:
    """All that the source makes."""
    return list(found())


def test_page_is_up_to_date() -> None:
    """Every error where it is made, with what it says and what to do."""
    assert PAGE.read_text() == page(), "run python -m tools.describe_errors"


def test_each_problem_of_an_input_is_explained() -> None:
    """A code that the page left out would be found by no search."""
    assert PROBLEMS.keys() == set(get_args(ProblemCode))


def test_what_docstrings_promise_is_on_the_page() -> None:
    """Codes are named twice, where they are made and in "Raises": neither is left out."""
    promised = {
        code
        for path in PACKAGE.rglob("*.py")
        if not path.relative_to(PACKAGE).as_posix().startswith(DIFFERENTLY_TOLD)
        for codes in RAISES.findall(path.read_text())
        for code in re.findall(r"[A-Z_]{4,}", codes)
    }
    assert len(promised) > 30
    assert {code for code in promised if f"`{code}`" not in PAGE.read_text()} == set()


def test_each_error_says_what_to_do(raised: list[Raised]) -> None:
    """In words, not as a value alone; only findings that all is well need no next step."""
    assert [it for it in raised if not it.fix and it.kind != "Finding"] == []
    assert [it for it in raised if it.fix.isupper()] == []
    assert [it for it in raised if not it.message] == []


def test_code_and_fix_that_stand_elsewhere_are_found(raised: list[Raised]) -> None:
    """By the caller, by the object that is asked, by a name: as the source writes them."""
    by_code = {it.code: it for it in raised}

    assert by_code["ANSWER_NOT_JSON"].message == "the answer (HTTP STATUS) is not JSON"
    assert by_code["CREDENTIALS_REFUSED"].message == "URL refused user and password (401)"
    assert "pulumi config set astra-vectorize:username" in by_code["CREDENTIALS_REFUSED"].fix
    assert "which is no setting" in by_code["UNKNOWN_SETTING"].message


def test_fix_that_a_function_says_is_read_there(raised: list[Raised]) -> None:
    """Also one of several, or in another module: a page that says "see there" helps nobody."""
    fixes = {it.code: it.fix for it in raised}

    assert "astra-vectorize:targets.NAME.endpoint URL" in fixes["TARGET_NOT_CONFIGURED"]
    assert "astra-vectorize serve" in fixes["ENDPOINT_UNREACHABLE"]
    assert "HTTPS_PROXY" in fixes["ENDPOINT_UNREACHABLE"]
    assert "SSL_CERT_FILE" in fixes["CERTIFICATE_NOT_TRUSTED"]


def test_different_things_to_do_have_a_line_each(raised: list[Raised]) -> None:
    """Each beside what happened, so that nobody does the one after the other."""
    lost = [it for it in raised if it.code == "DATABASE_NOT_FOUND"]

    assert {it.fix.split(",")[0] for it in lost} == {
        "correct the name",
        "check the database's name or id",
    }
    assert set(cells(lost)) == {(it.code, it.message, it.fix) for it in lost}
