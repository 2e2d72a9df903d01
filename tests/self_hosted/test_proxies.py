"""Behind a company's proxy, with a certificate of the company's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import stamina
from cryptography import x509
from httpx import HTTPTransport

from pulumi_astra_vectorize.api import network, target
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.errors import ConfigurationError, RefusedError, UnreachableError
from pulumi_astra_vectorize.settings import load_settings
from tests.self_hosted.certificates import signed_by_itself
from tests.self_hosted.services import NAME, PROVIDER, SECRET, Service, serving_service
from tests.self_hosted.tunnels import proxy

HOST = "integrations.example"
VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One for the service's name, which only a proxy finds."""
    return signed_by_itself(tmp_path_factory.mktemp("tls"), x509.DNSName(HOST))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No proxy but the test's; connections end with it, and no retry waits."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with ExitStack() as opened, stamina.set_testing(testing=True, attempts=2):

        def closed(*, tls: bool, proxy: str | None) -> HTTPTransport:
            return opened.enter_context(network.connections(tls=tls, proxy=proxy))

        monkeypatch.setattr(target, "connections", closed)
        yield


@pytest.fixture
def service(certificate: tuple[Path, Path]) -> Iterator[Service]:
    """A service that speaks TLS."""
    with serving_service(tls_certificate=certificate[0], tls_key=certificate[1]) as serving:
        yield serving


def behind(service: Service, host: str = HOST) -> Target:
    """The provider's clients for the service, by the name that only the proxy knows."""
    address = f"https://{host}:{service.addresses.url.rpartition(':')[2]}"
    config = {
        "target": "self-hosted",
        "endpoint": address,
        "huggingFaceUrl": address,
        "applicationToken": service.token,
        "dataApiEndpoint": "http://127.0.0.1:9",
        "username": "cassandra",
        "password": "only-for-tests",
    }
    return Target(load_settings({f"astra-vectorize:{k}": v for k, v in config.items()}.get))


def test_provider_works_through_the_proxy(
    service: Service, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for the host, with its own password; token and secret pass encrypted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with proxy() as company:
        monkeypatch.setenv("HTTPS_PROXY", company.address)
        integrations = behind(service).integrations
        integrations.add_integration(PROVIDER)
        integrations.add_token(PROVIDER, NAME, SECRET, [])
        there = integrations.token(PROVIDER, NAME)

    assert there is not None
    assert company.asked[0].startswith(f"CONNECT {HOST}:")
    assert any(line.startswith("proxy-authorization: basic ") for line in company.asked)
    assert not [line for line in company.asked if service.token.lower() in line.lower()]


def test_certificate_of_a_company_needs_its_file(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says so, and is not tried again and again."""
    with proxy() as company:
        monkeypatch.setenv("HTTPS_PROXY", company.address)
        with pytest.raises(UnreachableError) as refused:
            behind(service).integrations.token(PROVIDER, NAME)
        with pytest.raises(RefusedError, match=r"SECRET_NOT_VERIFIED.*SSL_CERT_FILE"):
            behind(service).verify_secret(SECRET, NAME)

    assert refused.value.code == "CERTIFICATE_NOT_TRUSTED"
    assert "self-signed certificate" in refused.value.message.replace("self signed", "self-signed")
    assert "SSL_CERT_FILE" in refused.value.fix
    assert len([line for line in company.asked if line.startswith("CONNECT")]) == 2


def test_certificate_for_another_host_is_no_matter_of_trust(
    service: Service, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of certificates helps: the address does."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.raises(UnreachableError) as refused:
        behind(service, "127.0.0.1").integrations.token(PROVIDER, NAME)

    assert refused.value.code == "CERTIFICATE_NOT_TRUSTED"
    assert "127.0.0.1" in refused.value.message
    assert "write the address with a name" in refused.value.fix
    assert "SSL_CERT_FILE" not in refused.value.fix


def test_certificate_that_has_expired_is_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or this machine's clock is wrong; whom it trusts does not matter."""
    ended = signed_by_itself(
        tmp_path, x509.IPAddress(ip_address("127.0.0.1")), lasting=timedelta(days=-1)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(ended[0]))
    with (
        serving_service(tls_certificate=ended[0], tls_key=ended[1]) as service,
        pytest.raises(UnreachableError) as refused,
    ):
        behind(service, "127.0.0.1").integrations.token(PROVIDER, NAME)

    assert refused.value.code == "CERTIFICATE_NOT_TRUSTED"
    assert "has expired" in refused.value.message
    assert "clock" in refused.value.fix
    assert "SSL_CERT_FILE" not in refused.value.fix


@pytest.mark.parametrize("written", [None, "no certificate"])
def test_file_of_certificates_that_cannot_be_read_is_the_user_s_mistake(
    written: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is not there, or has none in it: no traceback."""
    file = tmp_path / "company.pem"
    if written:
        file.write_text(written)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(ConfigurationError) as refused:
        network.connections(tls=True, proxy=None)

    assert refused.value.code == "CERTIFICATES_UNREADABLE"
    assert "SSL_CERT_FILE" in refused.value.message


def test_proxy_that_refuses_is_named_without_its_password(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads the log learns where it is, and no more."""
    with proxy(closed=True) as company:
        monkeypatch.setenv("HTTPS_PROXY", company.address)
        with pytest.raises(UnreachableError) as refused:
            behind(service).integrations.token(PROVIDER, NAME)

    assert refused.value.code == "ENDPOINT_UNREACHABLE"
    assert company.address.rpartition("@")[2] in refused.value.fix
    assert "proxy-password" not in str(refused.value)


def test_part_of_a_password_is_not_taken_for_the_proxy() -> None:
    """A slash in it ends the host, as addresses are read, and the rest was never meant."""
    assert (
        network.shown("http://someone:12/proxy-password@proxy.intern:3128") == "proxy.intern:3128"
    )
    assert network.shown("http://proxy.intern:3128/") == "proxy.intern:3128"


@pytest.mark.parametrize("wrong", ["ftp://user:proxy-password@host", "http://host:proxy-password"])
def test_proxy_that_cannot_be_used_is_the_user_s_mistake(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, and no password in what is said."""
    monkeypatch.setenv("HTTPS_PROXY", wrong)
    with pytest.raises(ConfigurationError) as refused:
        network.connections(tls=True, proxy=network.proxy_to("https://api.astra.datastax.com"))

    assert refused.value.code == "PROXY_UNUSABLE"
    assert "proxy-password" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "variables", "expected"),
    [
        ("https://api.astra.datastax.com", {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ("https://api.astra.datastax.com", {"https_proxy": "p:1"}, "http://p:1"),
        ("https://api.astra.datastax.com", {"ALL_PROXY": "http://p:1"}, "http://p:1"),
        ("https://api.astra.datastax.com", {"HTTP_PROXY": "http://p:1"}, None),
        ("http://data-api.intern:8181", {"HTTP_PROXY": "http://p:1", "ALL_PROXY": "p:1"}, None),
        ("https://a.intern", {"HTTPS_PROXY": "p:1", "NO_PROXY": "other,.intern"}, None),
        ("https://localhost:8181", {"HTTPS_PROXY": "http://p:1"}, None),
        ("https://127.0.0.1:8181", {"HTTPS_PROXY": "http://p:1"}, None),
        ("https://[::1]:8181", {"HTTPS_PROXY": "http://p:1"}, None),
    ],
)
def test_which_proxy_an_address_is_reached_through(
    address: str, variables: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For what is encrypted, and elsewhere: no proxy reads a token, or stands before localhost."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert network.proxy_to(address) == expected
