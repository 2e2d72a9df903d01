"""The way to an address: which proxy of the environment it leads through, and whom it trusts."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pulumi_astra_vectorize.api.slim_httpx import httpx
from pulumi_astra_vectorize.errors import ConfigurationError

_OF_ANOTHER_TIME = frozenset({9, 10})
_OF_ANOTHER_HOST = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_: CERT_NOT_YET_VALID, CERT_HAS_EXPIRED; HOSTNAME_, IP_ADDRESS_MISMATCH."""


def proxy_to(address: str) -> str | None:
    """The proxy that HTTPS_PROXY or ALL_PROXY names, unless NO_PROXY has the address.

    Only what is encrypted goes through one: without TLS it would read the application token. This
    machine itself is never reached through one.
    """
    target = urlsplit(address)
    if target.scheme != "https" or _is_this_machine(target.hostname or ""):
        return None
    proxies = getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or proxy_bypass(target.netloc):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def connections(*, tls: bool, proxy: str | None) -> httpx.HTTPTransport:
    """A pool of connections; one without TLS reads no certificates.

    Raises:
        ConfigurationError: PROXY_UNUSABLE, CERTIFICATES_UNREADABLE.
    """
    try:
        return httpx.HTTPTransport(verify=tls, proxy=proxy)
    except (httpx.InvalidURL, ValueError, ImportError) as problem:
        # Its text has the proxy's password.
        raise ConfigurationError(
            "PROXY_UNUSABLE",
            "the proxy that HTTPS_PROXY (or ALL_PROXY) names cannot be used "
            f"({type(problem).__name__})",
            fix="write it as http://HOST:PORT (for socks5://HOST:PORT, `pip install 'httpx[socks]'`"
            "); or list the host of the address in NO_PROXY",
        ) from None
    except OSError as problem:
        raise ConfigurationError(
            "CERTIFICATES_UNREADABLE",
            f"the certificates that SSL_CERT_FILE names cannot be read: {problem.strerror}",
            fix="name a PEM file there that has certificates and that this user may read; or unset "
            "it",
        ) from None


def shown(proxy: str) -> str:
    """A proxy without its user and password, also where one has a `/` that should be escaped."""
    return proxy.partition("://")[2].rpartition("@")[2].partition("/")[0]


def how_to_trust(problem: ssl.SSLCertVerificationError) -> str:
    """What a person does about a certificate that was not trusted."""
    if problem.verify_code in _OF_ANOTHER_TIME:
        return "see that this machine's clock is right; if so, have the certificate renewed"
    if problem.verify_code in _OF_ANOTHER_HOST:
        return "write the address with a name that the certificate has, or have one made for it"
    return (
        "check that the address is the server you mean; if so, set SSL_CERT_FILE to a PEM file "
        "with the certificate of the authority that signed it"
    )


def distrust(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """What was wrong with a certificate, if that made the call fail."""
    at: BaseException | None = error
    while at is not None and not isinstance(at, ssl.SSLCertVerificationError):
        at = at.__cause__ or at.__context__
    return at


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
