"""The network address of whoever sent a request, also behind a proxy of ours."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

# Not `is_private`, which also counts addresses that only documents use.
PRIVATE = tuple(
    map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)


def address_of_client(request: Request) -> str | None:
    """The address of the client.

    A proxy on this machine or on a private network names it last in X-Forwarded-For; what stands before that the
    client may have written. Nobody else is believed.
    """
    peer = request.client.host if request.client else None
    if peer is None or not _is_private(peer):
        return peer
    named = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    return named if _is_address(named) else peer


def network_of(address: str) -> str:
    """What attempts are counted by: the address, or the /64 network that one IPv6 customer has."""
    if not _is_address(address) or not isinstance(ip_address(address), IPv6Address):
        return address
    return str(ip_network(f"{address.partition('%')[0]}/64", strict=False))


def _is_private(text: str) -> bool:
    if not _is_address(text):
        return False
    address = ip_address(text)
    return any(address in network for network in PRIVATE if network.version == address.version)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
