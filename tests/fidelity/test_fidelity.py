"""Every case, against every Data API of the run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fidelity.all_cases import CASES
from tests.fidelity.cases import Case, Entity
from tests.fidelity.conftest import kinds
from tests.fidelity.matching import problem
from tests.fidelity.targets import Target


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("target", kinds(), indirect=True, scope="session")
def test_case(
    target: Target,
    case: Case,
    prepare: Callable[[Entity], None],
    request: pytest.FixtureRequest,
) -> None:
    """What the contract says holds in the answers; where a server is known to differ, it does."""
    if reason := case.differs_on.get(target.kind):
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    if case.embeds and target.provider_key is None:
        pytest.skip("ASTRA_VECTORIZE_FIDELITY_PROVIDER_KEY names no user access token")
    for step in case.steps:
        place = case.place_of(step)
        if isinstance(place, Entity):
            prepare(place)
        answer = target.send(step.command, place, step.headers)
        assert (problem(step.holds, answer), step.command) == (None, step.command)


def test_names_of_cases_are_unique() -> None:
    """A case is known by its name."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
