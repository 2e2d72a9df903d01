"""JSON whose numbers keep all their digits (exact_numbers.py): what replies and the store hold."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

_MARK: Final = f"number {uuid4().hex} "
_MARKED: Final = re.compile(f'"{_MARK}([^"]+)"')


def _marked(value: object) -> str:
    """The encoder takes no raw text: what is marked loses its quotes afterwards."""
    if isinstance(value, Decimal):
        return f"{_MARK}{value}"
    raise TypeError(f"{type(value).__name__} is not JSON")


_ENCODER, _SORTING_ENCODER = (
    json.JSONEncoder(
        ensure_ascii=False,
        allow_nan=False,
        sort_keys=sort_keys,
        separators=(",", ":"),
        default=_marked,
    )
    for sort_keys in (False, True)
)


def dumps(value: object, *, sort_keys: bool = False) -> str:
    """The value as JSON without spaces; ValueError for what JSON has not, such as infinities."""
    text = (_SORTING_ENCODER if sort_keys else _ENCODER).encode(value)
    return _MARKED.sub(r"\1", text) if _MARK in text else text


def to_store(value: object) -> str:
    """The value as the store keeps it: a Decimal has an exponent after a capital E."""
    text = _ENCODER.encode(value)
    return _MARKED.sub(_scientific, text) if _MARK in text else text


def from_store(text: str) -> Any:
    """What ``to_store`` wrote; infinities, which older servers wrote, are read too.

    Only a text with a capital E before a sign may hold Decimals. Any other one is read by the
    parser alone, which is quicker.
    """
    with_decimals = "E+" in text or "E-" in text
    return (_EXACT_DECODER if with_decimals else _DECODER).decode(text)


def _scientific(marked: re.Match[str]) -> str:
    return f"{Decimal(marked[1]):E}"


def _kept(text: str) -> float | Decimal:
    return Decimal(text) if "E" in text else float(text)


_DECODER: Final = json.JSONDecoder()
_EXACT_DECODER: Final = json.JSONDecoder(parse_float=_kept)
