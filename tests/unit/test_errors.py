"""Errors that a user meets: one line with a code, what happened, whose fault, what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_astra_vectorize import errors

PACKAGE = Path(errors.__file__).parent
FAMILY = [
    errors.ConfigurationError,
    errors.UnreachableError,
    errors.RefusedError,
    errors.NotFoundError,
    errors.ConflictError,
    errors.GuardError,
]


@pytest.mark.parametrize("kind", FAMILY)
def test_error_is_one_line_that_says_everything(kind: type[errors.AstraVectorizeError]) -> None:
    """Pulumi shows the text as it is: code, message, side and fix have to be in it."""
    error = kind("SOME_CODE", "it broke", fix="mend it", source="embedding provider")

    assert str(error) == "[SOME_CODE] it broke (Source: embedding provider.) What to do: mend it"
    assert "\n" not in str(error)


def test_side_is_this_program_unless_told() -> None:
    """Most errors are about what the program says."""
    assert errors.GuardError("CODE", "it broke", fix="mend it").source == "this program"


def test_tree_at_the_top_of_the_module_is_the_hierarchy() -> None:
    """A reader sees on one screen every way in which a call can fail."""
    drawn = re.findall(r"── (\w+)", errors.__doc__ or "")

    assert sorted(drawn) == sorted(kind.__name__ for kind in FAMILY)
    assert {kind.__base__ for kind in FAMILY} == {errors.AstraVectorizeError}


def raised_codes() -> Iterator[tuple[str, str]]:
    """Every literal code in a construction of an error of ours, with its file."""
    kinds = {kind.__name__ for kind in FAMILY} | {"DataApiError"}
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in kinds:
                match node.args:
                    case [ast.Constant(value=str(code)), *_]:
                        yield file.name, code
                    case _:
                        continue


def test_codes_are_upper_case_words() -> None:
    """Scripts and searches hold on to them."""
    codes = {code for _, code in raised_codes()}

    assert len(codes) > 20
    assert [code for code in codes if not re.fullmatch(r"[A-Z]+(_[A-Z]+)+", code)] == []
