"""Secrets at rest: authenticated encryption (Fernet) with one key, or several while they change."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKeyError(Exception):
    """The keys at hand are not those that a secret was sealed with."""


class Sealer:
    """Seals with the first of its keys and opens with any of them.

    Raises:
        ValueError: for a key that is none (32 bytes in URL-safe base64), or for no key at all.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, text: str) -> bytes:
        """The encrypted form of a text."""
        return self._keys.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text again; WrongKeyError when it was sealed with another key."""
        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            raise _wrong_key() from None

    def renew(self, sealed: bytes) -> bytes:
        """The same text, sealed with the first key; WrongKeyError as for ``open``."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise _wrong_key() from None


def new_key() -> str:
    """A key that nobody has."""
    return Fernet.generate_key().decode()


def _wrong_key() -> WrongKeyError:
    return WrongKeyError("a stored secret was sealed with another key")
