"""The targets of a run, and their shared collections and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fidelity.cases import KEYSPACE, Entity
from tests.fidelity.targets import Target, embedded_target, other_kind, other_target

Prepare = Callable[[Entity], None]


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """The Data API that the test's parameter names by its kind."""
    opened = embedded_target() if request.param == "embedded" else other_target(request.param)
    with opened as target:
        yield target


@pytest.fixture(scope="session")
def prepare(target: Target) -> Iterator[Prepare]:
    """Makes and fills a shared collection or table before its first use; dropped at the end."""
    ready: set[str] = set()

    def make(entity: Entity) -> None:
        if entity.name in ready:
            return
        ready.add(entity.name)
        target.send(entity.removal(), KEYSPACE)
        for command in (entity.creation(), *entity.fill):
            place = KEYSPACE if command == entity.creation() else entity
            answer = target.send(command, place)
            assert "errors" not in answer, (entity.name, answer)

    yield make
    for name in ready:
        target.send({"deleteCollection": {"name": name}}, KEYSPACE)


def kinds() -> list[str]:
    """The targets of this run."""
    other = other_kind()
    return ["embedded", other] if other else ["embedded"]
