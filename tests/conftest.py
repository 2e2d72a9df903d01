"""For all suites: each test has an id of its own, and what was counted is printed at the end."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from pulumi_astra_vectorize.server.settings import ENVIRONMENT_PREFIX
from tests.reliability import figures

summed: Counter[str] = Counter()


def pytest_configure() -> None:
    """No suite meets the settings, and with them the data, of a developer's own server."""
    for name in [it for it in os.environ if it.upper().startswith(ENVIRONMENT_PREFIX)]:
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuses tests that share an id: with workers, only one of them would run."""
    shared = [name for name, number in Counter(item.nodeid for item in items).items() if number > 1]
    if shared:
        raise pytest.UsageError(f"tests share an id: {', '.join(shared)}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its figures over; without workers they are all there already."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is None:
        summed.update(figures.counted)
    else:
        output["figures"] = dict(figures.counted)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes a worker's figures; one that crashed has none."""
    summed.update(getattr(node, "workeroutput", {}).get("figures", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what was tried, if anything was counted."""
    if summed:
        terminalreporter.section("what was tried (docs/reliability.md)")
    for figure, number in sorted(summed.items()):
        terminalreporter.write_line(f"{number:>6,}  {figure}")
