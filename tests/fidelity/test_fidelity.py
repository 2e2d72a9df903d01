"""Every case, against every Data API of the run."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.fidelity.all_cases import CASES
from tests.fidelity.cases import NEXT_PAGE, Case, Entity, Json
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
    answer: Json = {}
    for step in case.steps:
        place = case.place_of(step)
        if isinstance(place, Entity):
            prepare(place)
        command = continued(step.command, answer)
        answer = target.send(command, place, step.headers)
        assert (problem(step.holds, answer), command) == (None, command)


def continued(command: Json, answer: Json) -> Json:
    """The command with the state of the page after this answer."""
    state = {**answer.get("status", {}), **answer.get("data", {})}.get("nextPageState")
    text = json.dumps(command).replace(json.dumps(NEXT_PAGE), json.dumps(state))
    continued: Json = json.loads(text)
    return continued


def test_names_of_cases_are_unique() -> None:
    """A case is known by its name."""
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
