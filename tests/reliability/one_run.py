"""The life of a provider's process beside its engine, as far as this process can play it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from pulumi_astra_vectorize import creations


@contextmanager
def one_run() -> Iterator[None]:
    """An engine that listens, and a provider that ends in order unless it is killed."""
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
        creations._left_behind.cache_clear()
        with patch.object(sys, "argv", ["provider", address]):
            try:
                yield
            except Exception:
                creations.end_in_order()
                raise
            except BaseException:
                creations._answered.clear()
                raise
            else:
                creations.end_in_order()
