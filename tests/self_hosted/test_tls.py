"""TLS by certificate files, on every port."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pulumi_astra_vectorize.server.service.opening import running_service
from pulumi_astra_vectorize.server.settings import ServiceSettings


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "integrations")])
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


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
