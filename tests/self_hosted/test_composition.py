"""examples/self-hosted without Docker: its settings, run; its variables, those of the contract."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from dotenv import dotenv_values

from pulumi_astra_vectorize.server.sealing import Sealer
from pulumi_astra_vectorize.server.settings import ServiceSettings
from tests.self_hosted.data_api_double import DataApiDouble
from tests.self_hosted.services import NAME, PROVIDER, SECRET, serving_service

REPOSITORY = Path(__file__).parents[2]
EXAMPLE = REPOSITORY / "examples" / "self-hosted"
PREFIX = "ASTRA_VECTORIZE_SERVER_"

COMPOSITION: dict[str, Any] = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())
DATA_API: dict[str, str] = COMPOSITION["services"]["data-api"]["environment"]
INTEGRATIONS: dict[str, str] = COMPOSITION["services"]["integrations"]["environment"]

# contract data-api.md, sections 10 to 12
VARIABLES = {
    "JAVA_OPTS_APPEND",
    "QUARKUS_CACHE_CAFFEINE__CREDENTIALS__EXPIRE_AFTER_WRITE",
    "QUARKUS_REST_CLIENT_CREDENTIALS_URL",
    "STARGATE_FEATURE_FLAGS_TABLES",
    "STARGATE_JSONAPI_EMBEDDING_PROVIDERS_HUGGINGFACE_SUPPORTED_AUTHENTICATIONS_SHARED_SECRET_ENABLED",
    "STARGATE_JSONAPI_EMBEDDING_PROVIDERS_HUGGINGFACE_URL",
    "STARGATE_JSONAPI_OPERATIONS_DATABASE_CONFIG_CASSANDRA_END_POINTS",
    "STARGATE_JSONAPI_OPERATIONS_DATABASE_CONFIG_LOCAL_DATACENTER",
    "STARGATE_JSONAPI_OPERATIONS_VECTORIZE_ENABLED",
}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `prepare` writes into `.env`."""
    folder = tmp_path_factory.mktemp("example")
    script = folder / "prepare"
    script.write_text((EXAMPLE / "prepare").read_text())
    programs = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    command = ["sh", str(script), "--secrets-only"]
    subprocess.run(command, check=True, env={"PATH": programs}, stdout=subprocess.DEVNULL)
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    return {name: value or "" for name, value in dotenv_values(folder / ".env").items()}


def filled_in(value: str, secrets: dict[str, str]) -> str:
    """A value as compose reads it: ``${NAME:?}`` and ``${NAME:-default}``."""

    def known(match: re.Match[str]) -> str:
        name, default = match.groups()
        return secrets.get(name, default) if default is not None else secrets[name]

    return re.sub(r"\$\{(\w+):(?:\?|-([^}]*))\}", known, value)


def dockerfile_stage(name: str) -> str:
    """The text of one stage of the Dockerfile."""
    stages = (EXAMPLE / "Dockerfile").read_text().split("\nFROM ")
    return next(stage for stage in stages if f" AS {name}\n" in stage)


def flags_of_image() -> dict[str, str]:
    """The flags that the service's image starts with."""
    entry = re.search(r"ENTRYPOINT \[(.*)\]", dockerfile_stage("service"))
    assert entry is not None
    words = shlex.split(entry[1].replace(",", " "))
    assert words[:4] == ["astra-vectorize", "serve", "--only", "integrations"]
    return dict(zip(words[4::2], words[5::2], strict=True))


def test_data_api_gets_the_recorded_variables() -> None:
    """Only variables that the contract records; vectorize and shared secrets are on."""
    assert set(DATA_API) == VARIABLES
    switches = [value for name, value in DATA_API.items() if name.endswith("_ENABLED")]
    assert switches == ["true", "true"]


def test_data_api_finds_the_lookups() -> None:
    """The credentials URL is our service's name, the look-up port of its image, and /v1."""
    port = flags_of_image()["--lookup-port"]
    assert DATA_API["QUARKUS_REST_CLIENT_CREDENTIALS_URL"] == f"http://integrations:{port}/v1"
    assert "cluster" in COMPOSITION["services"]["integrations"]["networks"]


def test_proxy_finds_the_management_and_nothing_else() -> None:
    """The proxy passes on to the management port; look-ups and metrics are not published."""
    proxy = (EXAMPLE / "nginx.conf").read_text()
    assert f"http://integrations:{flags_of_image()['--port']}" in proxy
    assert flags_of_image()["--lookup-port"] not in proxy
    assert "ports" not in COMPOSITION["services"]["integrations"]
    locations = re.findall(r"location (?:= )?(\S+) \{", proxy)
    assert locations == ["/v1/integrations", "/health", "/"]


def test_settings_of_the_composition_run(secrets: dict[str, str], postgres_url: str) -> None:
    """Two instances with the composition's very settings serve a Data API set up as there."""
    given = {
        name.removeprefix(PREFIX).lower(): filled_in(value, secrets)
        for name, value in INTEGRATIONS.items()
    }
    assert set(given) <= set(ServiceSettings.model_fields)
    ServiceSettings.model_validate(given)
    here = {**given, "store": postgres_url, "data_api": "http://127.0.0.1:9", "lookup_port": 0}
    cached = DATA_API["QUARKUS_CACHE_CAFFEINE__CREDENTIALS__EXPIRE_AFTER_WRITE"]
    now = [0.0]
    with serving_service(**here) as first, serving_service(**here) as second:
        first.add_integration()
        token_id = first.add_token()
        seconds = float(cached.removesuffix("s"))
        data_api: DataApiDouble = second.data_api(expire_after_write=seconds, clock=lambda: now[0])
        data_api.create_collection(PROVIDER, NAME)
        assert data_api.embed(PROVIDER, NAME) == SECRET
        path = f"/{PROVIDER}/tokens/{token_id}/secret"
        second.manage("PUT", path, json={"secret": "hf_new"}).raise_for_status()
        now[0] = seconds
        assert data_api.embed(PROVIDER, NAME) == "hf_new"
    assert Sealer(given["master_key"].split()).seal("text")


def test_embedding_urls_are_the_routers(secrets: dict[str, str]) -> None:
    """Hugging Face's URL is the shipped one; the air-gapped one differs in its address only."""
    shipped = (
        "https://router.huggingface.co/hf-inference/models/{modelId}/pipeline/feature-extraction"
    )
    assert secrets["EMBEDDINGS_URL"] == shipped
    described = re.search(r"EMBEDDINGS_URL='(.*)'", (EXAMPLE / "README.md").read_text())
    assert described is not None
    assert httpx.URL(described[1]).path == httpx.URL(shipped).path
    port = re.search(r"EXPOSE (\d+)", dockerfile_stage("embeddings"))
    assert port is not None
    assert described[1].startswith(f"http://embeddings:{port[1]}/")


@pytest.mark.parametrize("stage", ["service", "embeddings"])
def test_images_do_not_run_as_root(stage: str) -> None:
    """The last word on the user of each image is not root's."""
    assert re.findall(r"^USER (\S+)", dockerfile_stage(stage), re.MULTILINE) == ["10001"]


def test_images_packages_are_enough() -> None:
    """Everything that the service imports is locked for its image, and the model is not."""
    script = (
        "import sys; before = set(sys.modules);"
        "import pulumi_astra_vectorize.cli, pulumi_astra_vectorize.server.service.opening,"
        "pulumi_astra_vectorize.server.service.rotation, alembic.command, psycopg;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    modules = subprocess.check_output([sys.executable, "-c", script], text=True).split()
    lock = (REPOSITORY / "requirements" / "service.txt").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    distributions = packages_distributions()
    for module in modules:
        brought_by = {re.sub(r"[-_.]+", "-", one).lower() for one in distributions.get(module, ())}
        assert not brought_by or brought_by & locked, module
    assert not {"numpy", "onnxruntime", "pulumi", "grpcio"} & locked
