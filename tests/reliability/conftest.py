"""A server, and a provider in this process that reaches it through a seam."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from pulumi_astra_vectorize.api import target
from tests.reliability.miniature_engine import MiniatureEngine
from tests.reliability.programs import DATABASES
from tests.reliability.seam import Seam
from tests.reliability.world import HeldWorld, running_world


@pytest.fixture(scope="session")
def world() -> Iterator[HeldWorld]:
    """A server with three databases, for all random programs."""
    with running_world(DATABASES) as running:
        yield running


@pytest.fixture(scope="session")
def seam() -> Iterator[Seam]:
    """What every call of the provider in this process passes; retries do not wait."""
    seam = Seam()
    with pytest.MonkeyPatch.context() as patch, stamina.set_testing(testing=True, attempts=4):
        patch.setattr(target, "connections", lambda **_: seam)
        yield seam
    seam.end()


@pytest.fixture
def stack(world: HeldWorld, seam: Seam) -> MiniatureEngine:
    """An empty stack on an empty server."""
    world.wipe()
    return MiniatureEngine(world.configuration())
