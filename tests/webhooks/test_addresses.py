"""Where events may be sent: as it is typed, and as the name's addresses are at the moment of connection."""

import pytest

from webhooks.addresses import BadEndpoint, EndpointUrl, is_allowed, read_endpoint_url
from webhooks.posting import EventPoster

REFUSED = (
    "127.0.0.1", "127.8.8.8", "0.0.0.0",  # noqa: S104
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "192.0.2.1", "198.18.0.1", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::a00:1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "fe80::1",
    "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001::1", "2001:db8::1", "100::1",
)  # fmt: skip
ALLOWED = ("93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1")


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_inside_is_refused(address: str) -> None:
    """Private, loopback, link-local, multicast, reserved, of cloud metadata: also inside an IPv6 address."""
    assert not is_allowed(address, sandbox=False)


@pytest.mark.parametrize("address", ALLOWED)
def test_an_address_on_the_internet_is_allowed(address: str) -> None:
    """Of either family."""
    assert is_allowed(address, sandbox=False)


def test_a_sandbox_may_use_this_machine_and_no_other_address_inside() -> None:
    """So that a laptop can be tried on."""
    allowed = {address for address in REFUSED if is_allowed(address, sandbox=True)}

    assert allowed == {
        "127.0.0.1", "127.8.8.8", "::1", "::7f00:1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    }  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        "", "example.org", "ftp://example.org/", "http://example.org/", "https://", "https:///path",
        "https://user@example.org/", "https://user:word@example.org/", "https://example.org/#part",
        "https://example.org:80/", "https://example.org:22/", "https://example.org:1024/", "https://example.org:99999/",
        "https://exa mple.org/", "https://example.org/\r\nX-Header: 1", "https://exämple.org/", "https://2130706433/",
        "https://0x7f000001/", "https://0x7f.1/", "https://017700000001/", "https://127.1/", "https://0177.0.0.1/",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/", "https://10.0.0.1/", "https://1.2.3.4.5/",
        "https://example.0x10/", "https://[fe80::1%25eth0]/", "https://" + "a" * 500, "javascript:alert(1)",
        "http://localhost:8000/", "http://127.0.0.1:8000/",
    ],
)  # fmt: skip
def test_what_is_no_address_for_events_is_refused_as_it_is_typed(typed: str) -> None:
    """Decimal, octal and hexadecimal forms are no names."""
    with pytest.raises(BadEndpoint):
        read_endpoint_url(typed, sandbox=False)


def test_an_address_is_read_into_its_parts() -> None:
    """With the port and query that it names; without a path it is /."""
    plain = read_endpoint_url("https://Example.org", sandbox=False)
    whole = read_endpoint_url("https://example.org:8443/a/b?c=d", sandbox=False)
    here = read_endpoint_url("http://localhost:8000/", sandbox=True)

    assert plain == EndpointUrl(secure=True, host="example.org", port=443, target="/")
    assert whole == EndpointUrl(secure=True, host="example.org", port=8443, target="/a/b?c=d")
    assert here == EndpointUrl(secure=False, host="localhost", port=8000, target="/")
    assert [plain.host_header, whole.host_header] == ["example.org", "example.org:8443"]


def test_http_is_for_this_machine_alone() -> None:
    """Also in a sandbox."""
    with pytest.raises(BadEndpoint):
        read_endpoint_url("http://example.org/", sandbox=True)


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:169.254.169.254"]])
def test_a_name_that_leads_inside_is_refused_when_it_is_called(addresses: list[str]) -> None:
    """Whatever it led to when it was typed; one address inside among others is enough."""
    poster = EventPoster(sandbox=False, resolver=lambda _host, _port: addresses)

    answer = poster.post(read_endpoint_url("https://example.org/", sandbox=False), b"{}", {})

    assert (answer.status, answer.words) == (None, "The name leads to an address that is not on the internet.")
