"""Writes docs/errors.md: each code that a user can meet, what it says and what to do.

Codes, messages and fixes are read where the source raises them; what stands there for a value is
in capitals on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pulumi_astra_vectorize.api.commands import NEXT_STEPS
from pulumi_astra_vectorize.problems import ProblemCode
from tools.markdown import row
from tools.raised_errors import ERRORS, Raised, found

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"

INTRODUCTION = """\
# Errors

<!-- Made by tools/describe_errors.py from where the source raises them: change that. -->

An error has a code that stays the same, says what happened to what, whose side failed, and what to
do next:

    [CODE] what happened to what. (Source: this program.) What to do: the next step.

Words in capitals stand for what an error names: a resource, a database, a token's *name*. No error
shows a secret.
"""
ABOUT_PROBLEMS = """\
Found by a preview already, all at once, each at its property; nothing is changed.
"""
ABOUT_NEXT_STEPS = """\
What the Data API refuses keeps its own code. The provider adds what to do about these:
"""
ABOUT_THE_SERVICE = """\
Its codes are in [its API's document](integrations-api.md); the provider shows them as they come.
"""
PROBLEMS: dict[ProblemCode, str] = {
    "CONTRADICTORY_INPUTS": "two inputs do not go together: leave one out, or make them agree",
    "DUPLICATE_ITEM": "something is listed twice: leave one out",
    "EMPTY_INPUT": "what is needed is there, and empty: a text, or a list",
    "INVALID_AUTHENTICATION": "the embedding provider takes no user access token, or not this way",
    "INVALID_CHOICE": "the value is none of a closed list, which the message has",
    "INVALID_COLUMN": "a table's column, its name or type, is none that the Data API can make",
    "INVALID_DIMENSION": "the model has no vectors of that length, or the Data API takes none",
    "INVALID_INDEXING": "`indexing` is neither an allow list nor a deny list of paths",
    "INVALID_MODEL": "the embedding provider has no such model, or has retired it",
    "INVALID_NAME": "a name is empty or too long, or has characters that it cannot have",
    "INVALID_PARAMETERS": "a parameter of the service is missing, unknown, or of another type",
    "INVALID_PRIMARY_KEY": "the primary key names what is no column, or no column of a key",
    "INVALID_SECRET": (
        "the secret cannot be sent in a header (mostly a line break came along), or stands in an "
        "input that is shown, such as a name: make a new one at the provider if it went further"
    ),
    "MISSING_INPUT": "an input is needed that the program leaves out",
    "TARGET_NOT_CONFIGURED": "`target` is no name, or none of the stack's configuration",
    "UNKNOWN_INPUT": "there is no such input: mostly a misspelt one",
    "UNKNOWN_PROVIDER": "there is no such embedding provider",
    "WRONG_TYPE": "the value is of another type than the input",
}
"""What the problems of a program's inputs mean: their messages say the rest."""

HEADS = ("code", "what happened", "what to do")
SERVER = ("server", "cli_serve", "cli_keys")
"""Where errors are of a server that cannot start."""


def page() -> str:
    """The whole page."""
    raised = list(found())
    findings = [it for it in raised if it.kind == "Finding" and it.fix]  # the others: all is well
    at_start = [it for it in raised if it.place.startswith(SERVER)]
    provider = [it for it in raised if it not in at_start]
    sections = [
        INTRODUCTION,
        *("## In a program's inputs\n", ABOUT_PROBLEMS),
        *table(("code", ""), PROBLEMS.items()),
        "## Of the provider and its commands\n",
        *(line for kind in ERRORS for line in section(kind, provider)),
        *("## What `astra-vectorize doctor` finds\n", *table(HEADS, cells(findings))),
        *("## Of the embedded server, when it starts\n", *table(HEADS, cells(at_start))),
        *("## Of the Data API\n", ABOUT_NEXT_STEPS),
        *table(("code", "what to do"), sorted(NEXT_STEPS.items())),
        *("## Of the integrations service\n", ABOUT_THE_SERVICE),
    ]
    return "\n".join(sections)


def section(kind: str, raised: list[Raised]) -> Iterator[str]:
    """The errors of one kind, below what the kind means."""
    meaning = (ERRORS[kind].__doc__ or "").strip()
    if found_here := cells([it for it in raised if it.kind == kind]):
        yield f"### {kind}\n"
        yield f"{meaning}\n"
        yield from table(HEADS, found_here)


def cells(raised: list[Raised]) -> list[tuple[str, str, str]]:
    """A line for each thing to do about a code, with all that may have happened before it."""
    happened: dict[tuple[str, str], dict[str, None]] = {}
    for it in raised:
        happened.setdefault((it.code, it.fix), {})[it.message] = None
    by_code = sorted(happened.items(), key=lambda line: line[0][0])
    return [(code, "<br>".join(messages), fix) for (code, fix), messages in by_code]


def table(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table whose first column is a code."""
    yield row(*heads)
    yield row(*("---" for _ in heads))
    for code, *texts in lines:
        yield row(f"`{code}`", *(" ".join(text.split()) for text in texts))
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page())
