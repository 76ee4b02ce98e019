"""One donor an address, however it is spelt; and never two people one donor."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donors.donor import Donor, NotAnAddress, address_key

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
addresses = st.builds("{}@{}".format, st.text(min_size=1), st.text(min_size=1).filter(lambda text: "@" not in text))


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("zoe@example.org", "zoe@example.org"),
        ("Zoe@Example.ORG", "zoe@example.org"),
        ("  zoe@example.org\n", "zoe@example.org"),
        ("ZOË@example.org", "zoë@example.org"),
        ("zoe\u0308@example.org", "zoë@example.org"),
        ("post@xn--bcher-kva.example", "post@bücher.example"),
        ("post@XN--BCHER-KVA.example", "post@bücher.example"),
        ("post@BÜCHER.example", "post@bücher.example"),
        ('"a@b"@example.org', '"a@b"@example.org'),
    ],
)
def test_spellings_of_one_address_have_one_key(spelling: str, key: str) -> None:
    """Capitals, space around it, accents in one character or two, a domain in its letters or in ASCII."""
    assert address_key(spelling) == key


@pytest.mark.parametrize(
    ("one_address", "another"),
    [
        ("zoe@example.org", "zoe@example.com"),
        ("z.oe@example.org", "zoe@example.org"),
        ("zoe+march@example.org", "zoe@example.org"),
        ("zoë@example.org", "zoe@example.org"),
        ("post@straße.example", "post@strasse.example"),
        ("straße@example.org", "strasse@example.org"),
        ("zoe@mail.example.org", "zoe@example.org"),
    ],
)
def test_two_addresses_have_two_keys(one_address: str, another: str) -> None:
    """Whoever reads the mail of one must not see the gifts of the other."""
    assert address_key(one_address) != address_key(another)


@given(addresses)
def test_a_key_is_its_own_key(address: str) -> None:
    """A key that is kept can be compared with one that is made anew."""
    try:
        key = address_key(address)
    except NotAnAddress:
        return
    assert address_key(key) == key


@pytest.mark.parametrize("text", ["", "zoe", "@example.org", "zoe@", " @ "])
def test_what_is_no_address_has_no_key(text: str) -> None:
    """And is nobody."""
    with pytest.raises(NotAnAddress):
        address_key(text)


@pytest.mark.parametrize("domain", ["xn--ü.example", "xn--.example", "xn--abc-.example", "xn--xn--abc-.example"])
def test_a_broken_domain_keeps_its_spelling(domain: str) -> None:
    """It is no other domain, and it must not stop a migration."""
    assert address_key(f"a@{domain}") == f"a@{domain}"


def test_a_donor_has_the_key_of_the_address() -> None:
    """As typed on one side, as compared on the other."""
    donor = Donor("donor-1", "Zoe@Example.org", "Zoë Ünal", "en", NOON)

    assert (donor.email, donor.key) == ("Zoe@Example.org", "zoe@example.org")


@pytest.mark.parametrize(
    ("email", "identity", "at"),
    [
        ("zoe@example.org", "", NOON),
        ("zoe", "donor-1", NOON),
        ("zoe@example.org", "donor-1", datetime(2026, 11, 21)),  # noqa: DTZ001 (that is the point)
    ],
)
def test_a_donor_who_cannot_be_is_refused(email: str, identity: str, at: datetime) -> None:
    """No id, no address, an instant of nowhere."""
    with pytest.raises(ValueError, match=r"donor needs|before and after|time zone"):
        Donor(identity, email, "Zoë", "en", at)
