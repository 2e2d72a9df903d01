"""What the provider's own libraries say at their loudest, and what its errors say."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.reliability import figures
from tests.reliability.miniature_engine import MiniatureEngine, StepFailedError
from tests.reliability.programs import program_of
from tests.reliability.seam import Cut, Seam
from tests.reliability.test_every_call import EDITED, FIRST, TOKEN
from tests.reliability.world import HeldWorld

SECRETS = (TOKEN.secret, EDITED.tokens["first"].secret, "MARKER_that_nobody_knows")
LOGGERS = ("httpx", "httpcore", "stamina", "pulumi", "asyncio", "")

Life = Callable[[MiniatureEngine], object]


def refused(stack: MiniatureEngine) -> str:
    """A rotation to a secret that nobody knows; the error with all that it carries."""
    dead = replace(FIRST, tokens={"first": replace(TOKEN, secret=SECRETS[-1])})
    with pytest.raises(StepFailedError) as caught:
        stack.up(program_of(dead))
    return "".join(traceback.format_exception(caught.value)) + repr(caught.value.error.args)


def lost(stack: MiniatureEngine, seam: Seam) -> str:
    """A rotation whose token is added with the answer lost, and whose look fails as well."""
    texts: list[str] = []
    for call in range(1, 8):
        with seam.cutting(Cut(call, "before", lost=True)):
            try:
                stack.up(program_of(EDITED))
            except StepFailedError as failure:
                texts += [*traceback.format_exception(failure), repr(failure.error.args)]
    return "".join(texts)


def test_debug_logs_and_errors_show_no_secret(
    stack: MiniatureEngine,
    world: HeldWorld,
    seam: Seam,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Neither the user's secrets nor the application token, in any logger, error or stream."""
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    with world.left_empty():
        stack.up(program_of(FIRST))
        errors = [refused(stack), lost(stack, seam)]
        stack.up(program_of(EDITED))
        stack.refresh()
        stack.destroy()
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}
    streams = capfd.readouterr()
    records = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    for text in (caplog.text, records, *errors, streams.out, streams.err):
        assert not [secret for secret in (*SECRETS, world.token) if secret in text]
        figures.count(figures.LEAKS)
