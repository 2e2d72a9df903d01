"""The figures that suites count, summed over all workers and printed at the end of a run."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.reliability import figures

summed: Counter[str] = Counter()


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
