"""The way to an address: which proxy of the environment it leads through, and whom it trusts."""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pulumi_astra_vectorize.api.slim_httpx import httpx
from pulumi_astra_vectorize.errors import ConfigurationError


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
        ConfigurationError: PROXY_UNUSABLE.
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


def shown(proxy: str) -> str:
    """A proxy without its user and password."""
    return urlsplit(proxy).netloc.rpartition("@")[2]


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
