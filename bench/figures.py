"""What a benchmark measured, and the target that it is held against."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value; at least one of the two limits where there is a target.

    Attributes:
        name: what was measured, with its size: ``insert, 8 clients``.
        value: a ratio against the floor of the same run where there is one.
        unit: of the value: ``x`` for a ratio, ``MB``, ``ms``.
        at_most: the target, where less is better.
        at_least: the target, where more is better.
        behind: the absolute values that the ratio was made of.
    """

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    behind: str = ""

    @property
    def meets_target(self) -> bool:
        """Whether the value is within its limits."""
        return (self.at_most is None or self.value <= self.at_most) and (
            self.at_least is None or self.value >= self.at_least
        )

    @property
    def target(self) -> str:
        """The limit in words; empty where there is none."""
        if self.at_most is not None:
            return f"at most {self.at_most:g} {self.unit}"
        return "" if self.at_least is None else f"at least {self.at_least:g} {self.unit}"


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table; what misses its target is marked."""
    head = ["| | measured | target | | behind it |", "| --- | --- | --- | --- | --- |"]
    rows = [
        f"| {it.name} | {it.value:.3g} {it.unit} | {it.target} | {_mark(it)} | {it.behind} |"
        for it in figures
    ]
    return "\n".join(head + rows)


def machine() -> str:
    """What the figures were measured on, in a line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} CPUs ({platform.machine()}), {memory:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def _mark(figure: Figure) -> str:
    if not figure.target:
        return ""
    return "met" if figure.meets_target else "**missed**"
