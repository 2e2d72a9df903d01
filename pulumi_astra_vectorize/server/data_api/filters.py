"""What filters over documents and over rows share: conditions, joined by ``$and`` and ``$or``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from typing_extensions import Self

from pulumi_astra_vectorize.server.data_api.envelope import Failure, filter_failure
from pulumi_astra_vectorize.server.field_values import FieldTest, FieldTests, Relation

RELATIONS: Final[dict[str, Relation]] = {"$and": "and", "$or": "or"}

OPPOSITES: Final = {
    "$eq": "$ne",
    "$ne": "$eq",
    "$gt": "$lte",
    "$lte": "$gt",
    "$gte": "$lt",
    "$lt": "$gte",
    "$in": "$nin",
    "$nin": "$in",
}
"""What ``$not`` makes of an operator, if that is an operator, too."""


class AnyCondition(Protocol):
    """What a group asks of its conditions, whatever kind of records they are on."""

    def inverted(self) -> Self:
        """The condition that ``$not`` makes of this one."""
        ...

    def field_tests(self) -> FieldTest:
        """The test that a record passes if it fulfils the condition."""
        ...


ConditionT = TypeVar("ConditionT", bound=AnyCondition)


@dataclass(frozen=True)
class Group(Generic[ConditionT]):
    """Expressions of which all (``and``) or at least one (``or``) must match; without any, all do.

    A filter is a group of its conditions.
    """

    relation: Relation
    members: tuple[ConditionT | Group[ConditionT], ...]

    def inverted(self) -> Group[ConditionT]:
        """The group that ``$not`` makes of this one."""
        relation: Relation = "or" if self.relation == "and" else "and"
        return Group(relation, tuple(member.inverted() for member in self.members))

    def field_tests(self) -> FieldTests:
        """The test that a record passes if the group matches it."""
        return FieldTests(self.relation, [member.field_tests() for member in self.members])

    def conditions(self) -> Iterator[ConditionT]:
        """All conditions, however deep."""
        for member in self.members:
            if isinstance(member, Group):
                yield from member.conditions()
            else:
                yield member

    def required(self) -> Iterator[ConditionT]:
        """The conditions that every matching record fulfils."""
        for member in self.members if self.relation == "and" else ():
            if isinstance(member, Group):
                yield from member.required()
            else:
                yield member


def invalid_filter(problem: str) -> Failure:
    """The refusal of a filter clause that means nothing."""
    return filter_failure("FILTER_INVALID_EXPRESSION", f"Unsupported filter clause: {problem}.")
