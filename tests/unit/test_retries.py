"""What a person sees while the provider waits before another attempt."""

from __future__ import annotations

import httpx
import pytest
import stamina
from stamina.instrumentation import RetryDetails

from pulumi_astra_vectorize.api.commands import error_of
from pulumi_astra_vectorize.api.retries import say_long_waits

BUSY = error_of({"errorCode": "EMBEDDING_PROVIDER_RATE_LIMITED", "message": "wait"})
LINE = "waiting 8 s before another attempt ({})\n"


@pytest.mark.parametrize(
    ("seconds", "cause", "said"),
    [
        (0.4, httpx.ConnectError("no"), ""),
        (8.2, httpx.ConnectError("no"), LINE.format("ConnectError")),
        (8.2, BUSY, LINE.format("EMBEDDING_PROVIDER_RATE_LIMITED")),
    ],
)
def test_a_wait_is_a_line_where_it_is_long(
    capsys: pytest.CaptureFixture[str], seconds: float, cause: Exception, said: str
) -> None:
    """A short one is not worth it: 18 of them are all that a dead network would show."""
    say_long_waits()
    try:
        for hook in stamina.instrumentation.get_on_retry_hooks():
            hook(RetryDetails("call", (), {}, 1, seconds, 0, cause))
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)

    assert capsys.readouterr().err == said
