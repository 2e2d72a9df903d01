"""What to do about a setting: the line to paste, for the target without a name and for a named one.

Each place that tells such a line is brought to tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from pulumi_astra_vectorize.api.portal_memory import PortalMemory, Rotation
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.doctor import Finding, examine
from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.settings import Settings
from tests.unit.integrations_fake import Handler, answering
from tests.unit.test_how_to_set import OPEN, settings_of

SELF_HOSTED = {"target": "self-hosted"}
CLUSTER = {
    **SELF_HOSTED,
    "dataApiEndpoint": "http://data:1",
    "username": "user",
    "password": "password-value",
}

BY_HAND = (
    "(1) in the Astra Portal, open Settings, select the organization, and choose Integrations; "
    "(2) select Hugging Face Serverless Embedding provider; "
    "(3) choose Add integration, or Add API key where the integration is active already; "
    "(4) enter the user access token name search exactly, and the provider's token; "
    "(5) add to the scope: the databases of its TokenScope, at least one (at most 10 at once); "
    "(6) choose Add Integration; then run `pulumi up` again. `pulumi config set "
    "astra-vectorize:portalWait SECONDS` makes it wait for you"
)
ASLEEP = (
    "wake it (a request to its Data API resumes a hibernated one, the Astra Portal a parked one), "
    "and run the same command again. `pulumi config set astra-vectorize:databaseWait SECONDS` "
    "wakes a hibernated one, and waits for either"
)
LATER = (
    "check `astra-vectorize:{}`, or run the same command again later; `verify_secret=False` skips "
    "this check"
)
NO_ROOM = (
    "make room or give the right to write there, or choose another place (for a reload or a "
    "rotation by hand: `pulumi config set astra-vectorize:spoolFolder FOLDER`, or "
    "ASTRA_VECTORIZE_SPOOL_FOLDER; for a server: --data FOLDER)"
)


def a_database(**more: Any) -> Handler:
    """A DevOps API with one database."""
    info = {"name": "library", "dbType": "vector", **more}
    told = {"id": "d", "info": info, "status": "PARKED"}
    return answering(httpx.Response(200, json=[told]))


def nobody(request: httpx.Request) -> httpx.Response:
    """Nothing listens there."""
    raise httpx.ConnectError("refused", request=request)


def databases(settings: Settings) -> None:
    """Asks for the databases."""
    Target(settings).databases()


def data_api(settings: Settings) -> None:
    """Asks for the Data API of the database."""
    target = Target(settings)
    target.data_api(target.database("library"))


def collections(settings: Settings) -> None:
    """Asks a database that the main address told."""
    target = Target(settings)
    target.data_api(target.database("library")).collections("default_keyspace")


def only_databases(request: httpx.Request) -> httpx.Response:
    """The main address answers; the database does not."""
    if request.url.host != "it":
        return nobody(request)
    info = {"name": "library", "dbType": "vector"}
    told = {"id": "d", "info": info, "status": "ACTIVE", "dataEndpointUrl": "http://d:1"}
    return httpx.Response(200, json=[told])


def remember(settings: Settings) -> None:
    """Begins a rotation by hand that cannot be noted."""
    PortalMemory(settings.portal_folder).keep("huggingface", "search", Rotation())


def verify(settings: Settings) -> None:
    """Asks whether a secret lives."""
    Target(settings).verify_secret("hf", "search")


def add_by_hand(settings: Settings) -> None:
    """Asks a person for a token."""
    Target(settings).integrations.add_token("huggingface", "search", "hf", [])


@dataclass(frozen=True)
class Told:
    """A place that tells what to do.

    Attributes:
        code: of the error.
        act: what comes to it.
        default: what is to be done on the target without a name.
        eu: what is to be done on the target "eu".
        network: who answers.
        more: settings beside those that open the target.
    """

    code: str
    act: Callable[[Settings], object]
    default: str
    eu: str
    network: Handler = nobody
    more: Mapping[str, str] = field(default_factory=dict[str, str])


CORRECT = "correct its address: `pulumi config set"
EU = "astra-vectorize:targets.eu"
START, RUNS = "start it (`astra-vectorize serve`)", "see that it runs"
NETWORK = "see that this machine may call it (through a company's proxy: HTTPS_PROXY)"

PLACES = [
    Told(
        "APPLICATION_TOKEN_MISSING",
        Settings.token_to_send,
        "run `pulumi config set --secret astra-vectorize:applicationToken TOKEN`, or set "
        "ASTRA_DB_APPLICATION_TOKEN (the embedded server prints the line when it starts)",
        "run `pulumi config set --secret --path astra-vectorize:targets.eu.applicationToken TOKEN` "
        "(the embedded server prints the line when it starts)",
        more={"applicationToken": ""},
    ),
    Told(
        "CREDENTIALS_MISSING",
        Settings.data_api_token,
        "run `pulumi config set astra-vectorize:username USER` and `pulumi config set --secret "
        "astra-vectorize:password PASSWORD`, or set ASTRA_VECTORIZE_USERNAME and "
        "ASTRA_VECTORIZE_PASSWORD",
        f"run `pulumi config set --path {EU}.username USER` and `pulumi config set --secret --path "
        f"{EU}.password PASSWORD`",
        more=SELF_HOSTED,
    ),
    Told(
        "DATA_API_ENDPOINT_MISSING",
        Target,
        "run `pulumi config set astra-vectorize:dataApiEndpoint http://HOST:8181`, or set "
        "ASTRA_DB_API_ENDPOINT",
        f"run `pulumi config set --path {EU}.dataApiEndpoint http://HOST:8181`",
        more=SELF_HOSTED,
    ),
    Told(
        "APPLICATION_TOKEN_REFUSED",
        databases,
        "set what belongs to this address: `pulumi config set --secret "
        "astra-vectorize:applicationToken TOKEN`, or set ASTRA_DB_APPLICATION_TOKEN",
        "set what belongs to this address: `pulumi config set --secret --path "
        "astra-vectorize:targets.eu.applicationToken TOKEN`",
        answering(httpx.Response(401)),
    ),
    Told(
        "CREDENTIALS_REFUSED",
        databases,
        "set what belongs to this address: `pulumi config set astra-vectorize:username USER` and "
        "`pulumi config set --secret astra-vectorize:password PASSWORD`, or set "
        "ASTRA_VECTORIZE_USERNAME and ASTRA_VECTORIZE_PASSWORD",
        f"set what belongs to this address: `pulumi config set --path {EU}.username USER` and "
        f"`pulumi config set --secret --path {EU}.password PASSWORD`",
        answering(httpx.Response(401)),
        CLUSTER,
    ),
    Told(
        "ENDPOINT_UNREACHABLE",
        databases,
        f"{START}, or {CORRECT} astra-vectorize:endpoint URL`, or set ASTRA_VECTORIZE_ENDPOINT",
        f"{START}, or {CORRECT} --path {EU}.endpoint URL`",
    ),
    Told(
        "ENDPOINT_UNREACHABLE",
        databases,
        f"{NETWORK}, or {CORRECT} astra-vectorize:endpoint URL`, or set ASTRA_VECTORIZE_ENDPOINT",
        f"{NETWORK}, or {CORRECT} --path {EU}.endpoint URL`",
        more={"target": "astra"},
    ),
    Told(
        "ENDPOINT_UNREACHABLE",
        databases,
        f"{RUNS}, or {CORRECT} astra-vectorize:dataApiEndpoint URL`, or set ASTRA_DB_API_ENDPOINT",
        f"{RUNS}, or {CORRECT} --path {EU}.dataApiEndpoint URL`",
        more=CLUSTER,
    ),
    Told(
        "ENDPOINT_UNREACHABLE",
        collections,
        "check that it is running and can be reached from this machine: http://it:1 says that this "
        "is the database's address",
        "check that it is running and can be reached from this machine: http://it:1 says that this "
        "is the database's address",
        only_databases,
    ),
    Told(
        "NOT_A_DEVOPS_API",
        databases,
        "run `pulumi config set astra-vectorize:endpoint URL` with the embedded server's main "
        "address (Astra's own needs none); or, if it is the integrations service beside a Data API "
        "of your own, `pulumi config set astra-vectorize:target self-hosted`",
        f"run `pulumi config set --path {EU}.endpoint URL` with the embedded server's main address "
        "(Astra's own needs none); or, if it is the integrations service beside a Data API of your "
        f"own, `pulumi config set --path {EU}.target self-hosted`",
        answering(httpx.Response(404)),
    ),
    Told(
        "NOT_ASTRA",
        databases,
        "run `pulumi config set astra-vectorize:target local` to use that server, or `pulumi "
        "config rm astra-vectorize:endpoint` to use Astra itself (where they come from the "
        "environment: ASTRA_VECTORIZE_TARGET and ASTRA_VECTORIZE_ENDPOINT)",
        f"run `pulumi config set --path {EU}.target local` to use that server, or `pulumi config "
        f"rm --path {EU}.endpoint` to use Astra itself",
        a_database(cloudProvider="LOCAL"),
        {"target": "astra"},
    ),
    Told(
        "SECRET_NOT_VERIFIED",
        verify,
        LATER.format("huggingFaceUrl"),
        LATER.format("targets.eu.huggingFaceUrl"),
        answering(httpx.Response(404)),
    ),
    Told(
        "SECRET_NOT_VERIFIED",
        verify,
        LATER.format("huggingFaceUrl"),
        LATER.format("targets.eu.huggingFaceUrl"),
    ),
    Told("DATABASE_NOT_ACTIVE", data_api, ASLEEP, ASLEEP, a_database()),
    Told(
        "PORTAL_STEPS_NEEDED",
        add_by_hand,
        BY_HAND,
        BY_HAND,
        answering(httpx.Response(200, json=[])),
        {"target": "astra"},
    ),
    Told(
        "FILE_NOT_WRITABLE",
        remember,
        NO_ROOM,
        NO_ROOM,
        more={"spoolFolder": "/dev/null/spool", "target": "astra"},
    ),
]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine is in the way."""
    for setting in Settings.model_fields.values():
        monkeypatch.delenv(str(setting.validation_alias), raising=False)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("name", [None, "eu"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.code)
def test_what_to_do_is_in_the_target_s_own_words(
    network: list[Handler], place: Told, name: str | None
) -> None:
    """A named target's own keys and no variable; what all targets share is set for all."""
    network.append(place.network)
    settings = settings_of(name, {**OPEN, **place.more})

    with pytest.raises(AstraVectorizeError) as caught:
        place.act(settings)

    assert caught.value.code == place.code
    assert caught.value.fix == (place.eu if name else place.default)


@pytest.mark.parametrize("name", [None, "eu"])
def test_the_doctor_names_the_key(network: list[Handler], name: str | None) -> None:
    """Waiting for a database is set for all targets."""
    network.append(a_database())
    findings: list[Finding] = []

    examine(Target(settings_of(name, {**OPEN, "target": "astra"})), [], findings.append)

    fixes = [finding.fix for finding in findings if finding.code == "DATABASE_NOT_ACTIVE"]
    assert fixes == ["wake it, or set astra-vectorize:databaseWait, before a program needs it"]
