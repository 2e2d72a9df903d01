"""Asks Hugging Face whether a secret lives (contract credentials.md, the Hugging Face side)."""

from __future__ import annotations

from pulumi_astra_vectorize.api.transport import Transport
from pulumi_astra_vectorize.errors import ConfigurationError, RefusedError, UnreachableError
from pulumi_astra_vectorize.settings import Settings

SKIP = "`verify_secret=False` skips this check"


def verify_secret(transport: Transport, token_name: str) -> None:
    """Asks who the secret belongs to that the transport sends.

    Raises:
        RefusedError: SECRET_REFUSED when Hugging Face does not know the secret,
            SECRET_NOT_VERIFIED when its answer says nothing about that, or it gives none.
    """
    try:
        answer = transport.call("GET", "/api/whoami-v2", repeatable=True)
    except ConfigurationError:
        raise _refused(token_name, 401) from None
    except (UnreachableError, RefusedError) as error:
        raise _not_verified(token_name, error.message, _after(error, transport.settings)) from None
    if answer.status == 403:
        raise _refused(token_name, answer.status)
    if answer.status != 200:
        said = f"{transport.base_url} answered HTTP {answer.status}"
        raise _not_verified(token_name, said, _ask_elsewhere(transport.settings))


def _refused(token_name: str, status: int) -> RefusedError:
    return RefusedError(
        "SECRET_REFUSED",
        f"the secret of user access token {token_name!r} was refused (HTTP {status}) when it was "
        "verified; nothing was changed",
        fix="create a user access token with unrestricted access at Hugging Face and pass its "
        f"value; {SKIP}",
        source="embedding provider",
    )


def _after(error: UnreachableError | RefusedError, settings: Settings) -> str:
    """What to do: a certificate that is not trusted has advice of its own."""
    if error.code == "CERTIFICATE_NOT_TRUSTED":
        return error.fix
    return _ask_elsewhere(settings)


def _ask_elsewhere(settings: Settings) -> str:
    url = settings.key_of("hugging_face_url")
    return f"check `{url}`, or run the same command again later"


def _not_verified(token_name: str, why: str, fix: str) -> RefusedError:
    return RefusedError(
        "SECRET_NOT_VERIFIED",
        f"the secret of user access token {token_name!r} could not be verified: {why}; nothing was "
        "changed",
        fix=f"{fix}; {SKIP}",
        source="embedding provider",
    )
