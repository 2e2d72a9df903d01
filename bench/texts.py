"""Real text of mixed length: the language reference that ships with every Python, cut up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pydoc_data.topics import topics

SHORTEST, LONGEST = 4, 200
"""Words of a text; every length between is as likely as any other."""


def texts(count: int) -> list[str]:
    """So many texts, the same ones every time."""
    return list(islice(_cuts(random.Random(0)), count))  # noqa: S311 - for lengths, not for secrets


def _cuts(chance: random.Random) -> Iterator[str]:
    """The reference from its begin to its end; again and again, each time cut elsewhere."""
    words = " ".join(topics[name] for name in sorted(topics)).split()
    while True:
        start = 0
        while start < len(words):
            length = chance.randint(SHORTEST, LONGEST)
            yield " ".join(words[start : start + length])
            start += length
