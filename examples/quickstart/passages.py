"""Real text to search in: the language reference that ships with every Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pydoc_data.topics import topics
from textwrap import dedent

SHORTEST, LONGEST = 200, 900
"""Characters of a passage: long enough to say something, short enough for one vector."""

_UNDERLINE = re.compile(r"^[*=\-~^]{4,}$", re.MULTILINE)


@dataclass(frozen=True)
class Passage:
    """A few paragraphs of one topic."""

    id: str
    topic: str
    text: str


def passages() -> list[Passage]:
    """The whole reference in passages, in an order and under ids that never change."""
    return [
        Passage(f"{topic}-{number}", topic, text)
        for topic, page in sorted(topics.items())
        for number, text in enumerate(_split(page), start=1)
    ]


def _split(page: str) -> Iterator[str]:
    """Joins paragraphs until they make a passage; a very long paragraph is one by itself."""
    passage = ""
    for paragraph in re.split(r"\n\s*\n", _UNDERLINE.sub("", page)):
        text = " ".join(dedent(paragraph).split())
        if passage and len(passage) + len(text) > LONGEST:
            yield passage
            passage = ""
        passage = f"{passage} {text}".strip()
    if len(passage) >= SHORTEST:
        yield passage
