"""Nothing that holds data is deleted or replaced unless that was allowed before."""

from __future__ import annotations

from pulumi_astra_vectorize.errors import ConflictError, GuardError
from pulumi_astra_vectorize.reload.spool import Spool

RENAMED = (
    "if a resource of this stack has another name or parent now, add `opts=pulumi.ResourceOptions("
    'aliases=[pulumi.Alias(name="OLD NAME", parent=OLD_PARENT)])` without what is the same '
    "(`pulumi.ROOT_STACK_RESOURCE` stands for no parent)"
)
"""What to do where a program meets what it made itself."""
RENAMED_BY_MISTAKE = (
    "where only its name in the program was to change, take that back, run `pulumi up`, and then "
    'rename it with its old name as `name`, and `aliases=[pulumi.Alias(name="OLD NAME")]` among '
    "its options"
)
"""The same where what has the new name was made already: an alias finds that one first."""
MADE_HERE = (
    f"{RENAMED}; if `--replace` or a taint is to replace it, add "
    "`opts=pulumi.ResourceOptions(delete_before_replace=True)`"
)
"""The same for a creation: a replacement that is forced asks no diff which one goes first."""


def of_another_stack(kind: str, identifier: str) -> str:
    """What to do where several stacks share a thing that one of them has made."""
    return f"where another stack has it, write `astra.{kind}.get(NAME, {identifier!r})`"


def refuse_while_holding_data(
    what: str,
    units: str,
    count: tuple[int, bool],
    lost: str = "which would be lost",
    keep: str = RENAMED_BY_MISTAKE,
) -> None:
    """Raises GuardError HOLDS_DATA, with the number, unless there is nothing to lose.

    Args:
        what: what holds it.
        units: what it holds: ``documents`` or ``rows``.
        count: how many these are, and whether there are more than that.
        lost: what of them would be lost, where that is not all.
        keep: what to do where nothing was to be lost.
    """
    number, more = count
    if count == (1, False):
        units = units.removesuffix("s")
    if number or more:
        raise GuardError(
            "HOLDS_DATA",
            f"{what} holds {'more than ' if more else ''}{number} {units}, {lost}",
            fix="add `force_destroy=True` to this resource, run `pulumi up`, and then repeat this "
            f"step; or empty it first; {keep}",
        )


def refuse_while_reloading(spool: Spool) -> None:
    """Raises GuardError RELOAD_PENDING while documents may be in a spool and nowhere else."""
    if spool.manifest() is not None:
        raise GuardError(
            "RELOAD_PENDING",
            f"a reload of this collection has not ended; its documents are in {spool.path}",
            fix="run `pulumi up` with the resource in its stack, which ends it; or, where no stack "
            f"knows it any more, move that file away, remove {spool.path.with_suffix('.json')}, "
            "let `pulumi up` create the collection, and use `astra-vectorize load`",
        )


def refuse_unless_adopted(
    kind: str, name: str, place: str, *, adopt: bool, differences: dict[str, tuple[object, object]]
) -> None:
    """What is there already is taken over only when asked, and only when it is the same.

    Raises:
        ConflictError: ALREADY_EXISTS, or ADOPTION_DIFFERS with every difference.
    """
    if not adopt:
        raise ConflictError(
            "ALREADY_EXISTS",
            f"{place} has a {kind} {name!r} already",
            fix="add `adopt=True` to take it over if it is as the program says; or use another "
            f"name; {MADE_HERE}",
            source="Astra DB",
        )
    if differences:
        listed = "; ".join(
            f"{prop}: there {there!r}, in the program {wanted!r}"
            for prop, (there, wanted) in differences.items()
        )
        raise ConflictError(
            "ADOPTION_DIFFERS",
            f"the {kind} {name!r} in {place} is not what the program says: {listed}",
            fix="make the program say what is there, and run `pulumi up` again",
        )
