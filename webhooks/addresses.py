"""Which web addresses events may be sent to.

An address is looked at twice: as it is typed, and again as the network addresses that its name has at the moment of
connection. A name that leads into our own network is refused then, whatever it led to before.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 500
HTTPS = 443
_PRINTED = re.compile(r"[!-~]+")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Azure's own server for virtual machines has an address that looks public.
_CLOUD = frozenset({ipaddress.ip_address("168.63.129.16")})


class BadEndpoint(ValueError):
    """A web address to which no event may be sent; the message says why."""


class AddressRefused(Exception):
    """A name leads to a network address that is not on the internet."""


@dataclass(frozen=True, slots=True)
class EndpointUrl:
    """An endpoint's web address in its parts; `target` is its path with the query."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS if self.secure else 80) else f"{host}:{self.port}"


def read_endpoint_url(typed: str, *, sandbox: bool) -> EndpointUrl:
    """The parts of an address. Raises BadEndpoint. In a sandbox this machine may be one, also without TLS."""
    if not _PRINTED.fullmatch(typed) or len(typed) > LONGEST_URL:
        raise BadEndpoint(f"Enter a web address without spaces, of at most {LONGEST_URL} characters.")
    try:
        parts = urlsplit(typed)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadEndpoint("Enter a web address like https://example.org/webhooks.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise BadEndpoint("Enter a web address that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise BadEndpoint("Leave user name and password out of the address: the signature says who we are.")
    if parts.fragment:
        raise BadEndpoint("Leave out what follows the # sign: it is not sent.")
    _require_host(host, sandbox=sandbox)
    secure = parts.scheme == "https"
    if not secure and not (sandbox and _is_loopback_name(host)):
        raise BadEndpoint("Enter an address that begins with https://: what is sent is encrypted on its way.")
    number = port if port is not None else HTTPS if secure else 80
    if not (number > 1024 or (secure and number == HTTPS)):
        raise BadEndpoint("Use port 443, or one above 1024.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return EndpointUrl(secure, host, number, target)


def _require_host(host: str, *, sandbox: bool) -> None:
    """A name, or a network address as it is usually written: 127.1 and 0x7f000001 are neither."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            raise BadEndpoint("Enter a name, or a network address of four numbers like 203.0.113.7.") from None
        return
    if not is_allowed(str(address), sandbox=sandbox):
        raise BadEndpoint("This address is not on the internet. Enter one that is.")


def _is_loopback_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_allowed(address: str, *, sandbox: bool) -> bool:
    """Whether events may be sent to this network address: one on the internet, or in a sandbox this machine.

    An IPv4 address inside an IPv6 one counts as what it is.
    """
    parsed = _inner(ipaddress.ip_address(address.partition("%")[0]))
    if parsed.is_loopback:
        return sandbox
    if parsed in _CLOUD or parsed.is_multicast or parsed.is_reserved or parsed.is_link_local:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.is_site_local:
        return False
    return parsed.is_global


def _inner(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one stands for: mapped, compatible, 6to4, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inside = address.ipv4_mapped or address.sixtofour
    if inside is None and (address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1)):
        inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inside or address
