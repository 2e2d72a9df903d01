"""What Pulumi's SDK and astrapy leave unclosed, collected where it is left.

It would warn in whatever test comes next, and a warning is a failure here.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto.language_pb2 import RunResponse

_run_program: Callable[[LanguageServer, Any, Any], Any] = LanguageServer.Run
_under_way: list[threading.Event] = []


@contextmanager
def leftovers_collected() -> Iterator[None]:
    """Within this nothing warns of something unclosed, and nothing unclosed is left after it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "unraisablehook", lambda _: None)
        patch.setattr(LanguageServer, "Run", _awaited_run)
        try:
            yield
        finally:
            _wait_for_programs()
            gc.collect()


def _awaited_run(server: LanguageServer, request: Any, context: Any) -> Any:
    """Runs a program in its thread, which an operation that failed does not wait for."""
    ended = threading.Event()
    _under_way.append(ended)
    try:
        return _run_program(server, request, context)
    except grpc.RpcError:  # the engine has gone, and nobody waits for the answer
        return RunResponse()
    finally:
        ended.set()


def _wait_for_programs() -> None:
    while _under_way:
        assert _under_way.pop().wait(60), "a program of the automation API did not end"
