"""How much one answer shows: pages of what is read, limits over all pages, sorts in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, TypeVar

from pulumi_astra_vectorize.server.data_api.envelope import sort_failure
from pulumi_astra_vectorize.server.data_api.parsing import value_invalid
from pulumi_astra_vectorize.server.data_api.records import PageState, Stored

PAGE_SIZE: Final = 50

MAX_SORTED = 10_000
"""How many documents or rows the Data API sorts in memory."""

ItemT = TypeVar("ItemT")


def cut_page(
    found: Iterable[ItemT],
    state: PageState,
    limit: int | None,
    next_after: Callable[[list[ItemT]], int],
) -> tuple[list[ItemT], str | None]:
    """The page at the beginning of ``found``, and the state of the next one if there is one.

    ``found`` is what comes from ``state`` on; ``limit`` counts over all pages; ``next_after`` says
    after what the next page begins.
    """
    remaining = limit if state.remaining is None else state.remaining
    size = PAGE_SIZE if remaining is None else min(remaining, PAGE_SIZE)
    some = list(islice(found, size + 1))
    page = some[:size]
    left = None if remaining is None else remaining - len(page)
    if len(some) <= size or left == 0:
        return page, None
    return page, PageState(next_after(page), left).encode()


def sorted_page_size(limit: int | None) -> int:
    """How many documents or rows a sort in memory answers; there is no page after them."""
    return min(limit or PAGE_SIZE, PAGE_SIZE)


def few_enough_to_sort(found: Iterable[Stored]) -> list[Stored]:
    """All that is to be sorted in memory, or OVERLOADED_SORT_ROW_LIMIT."""
    records = list(islice(found, MAX_SORTED + 1))
    if len(records) > MAX_SORTED:
        raise sort_failure(
            "OVERLOADED_SORT_ROW_LIMIT",
            f"In-memory sorting has a limit of {MAX_SORTED} documents or rows: "
            "use a more specific filter.",
        )
    return records


def check_skip(skip: int | None, sort: object) -> None:
    """Refuses ``options.skip`` without a sort, on collections and tables alike.

    The vendor's FindOptionsValidation is one for the command, whatever it is addressed to.
    """
    if skip is not None and not sort:
        raise value_invalid("command.options.skip", "skip options should be used with sort clause")
