"""All cases of the suite."""

from __future__ import annotations

from typing import Final

from tests.fidelity import (
    collection_change_cases,
    collection_find_cases,
    collection_insert_cases,
    collection_refusal_cases,
    collection_schema_cases,
    collection_search_cases,
    general_cases,
    table_alteration_cases,
    table_change_cases,
    table_find_cases,
    table_index_cases,
    table_schema_cases,
    table_sort_cases,
)
from tests.fidelity.cases import Case

CASES: Final[list[Case]] = [
    *general_cases.CASES,
    *collection_schema_cases.CASES,
    *collection_refusal_cases.CASES,
    *collection_find_cases.CASES,
    *collection_search_cases.CASES,
    *collection_insert_cases.CASES,
    *collection_change_cases.CASES,
    *table_schema_cases.CASES,
    *table_alteration_cases.CASES,
    *table_index_cases.CASES,
    *table_find_cases.CASES,
    *table_sort_cases.CASES,
    *table_change_cases.CASES,
]
