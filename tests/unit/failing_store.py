"""A store whose disk fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from pulumi_astra_vectorize.server.store.store import Store


@contextmanager
def unreadable(store: Store) -> Iterator[None]:
    """What is done meanwhile has to fail with the disk's own error."""
    with pytest.MonkeyPatch.context() as failing:
        failing.setattr(store, "read", _broken)
        with pytest.raises(OSError, match="disk"):
            yield


def _broken() -> NoReturn:
    raise OSError("disk")
