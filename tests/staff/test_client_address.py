"""Who a request comes from: a proxy of ours is believed, and nobody else."""

import pytest
from starlette.requests import Request

from web.client_address import address_of_client, network_of


def request_from(peer: str, *forwarded: str) -> Request:
    """A request over a connection from this address, with these X-Forwarded-For headers."""
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),
        ("127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", ("1.2.3.4, 198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", ("1.2.3.4", "198.51.100.1"), "198.51.100.1"),
        ("::1", ("2001:db8::1",), "2001:db8::1"),
        ("127.0.0.1", ("nonsense",), "127.0.0.1"),
        ("127.0.0.1", ("198.51.100.1, ",), "127.0.0.1"),
        ("testclient", ("198.51.100.1",), "testclient"),
    ],
)
def test_only_the_last_word_of_our_own_proxy_counts(peer: str, forwarded: tuple[str, ...], expected: str) -> None:
    """What stands before it, whoever sent the request may have written."""
    assert address_of_client(request_from(peer, *forwarded)) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_attempts_are_counted_by_customer(address: str, network: str) -> None:
    """One customer has a whole /64 of IPv6."""
    assert network_of(address) == network
