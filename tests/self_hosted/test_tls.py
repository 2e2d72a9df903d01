"""TLS by certificate files, on every port."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from pulumi_astra_vectorize.server.service.opening import running_service
from pulumi_astra_vectorize.server.settings import ServiceSettings
from tests.self_hosted.certificates import signed_by_itself

HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    return signed_by_itself(tmp_path_factory.mktemp("tls"), x509.IPAddress(ip_address(HOST)))


def test_both_ports_speak_tls(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    """Management and look-ups answer under https to clients that know the certificate."""
    settings = ServiceSettings(
        port=0,
        lookup_port=0,
        audit_log=tmp_path / "audit.jsonl",
        tls_certificate=certificate[0],
        tls_key=certificate[1],
    )
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    with running_service(settings) as opened, httpx.Client(verify=trusted) as http:
        lookups = str(opened.addresses.lookup_url).removesuffix("/v1")
        for url in (opened.addresses.url, lookups):
            assert url.startswith("https://")
            assert http.get(f"{url}/health").json() == {"status": "ok"}
            with pytest.raises(httpx.RemoteProtocolError):
                http.get(f"{url.replace('https', 'http')}/health")
