"""Only Stripe's own, fresh messages pass; whatever is odd about the others, it is one and the same refusal."""

from datetime import timedelta

import pytest

from payments.stripe.signature import BadSignature, verify
from tests.clock import FixedClock
from tests.payments.messages import SECRET, signature

BODY = b'{"object": "event"}'


def passes(body: bytes, header: str | bytes, clock: FixedClock, secrets: tuple[str, ...] = (SECRET,)) -> bool:
    """Whether the message is taken."""
    try:
        verify(body, header.encode("latin-1") if isinstance(header, str) else header, secrets, clock())
    except BadSignature:
        return False
    return True


def test_a_signed_message_passes_and_a_changed_one_does_not(clock: FixedClock) -> None:
    """The signature is over the raw bytes: even a space more is another message."""
    assert passes(BODY, signature(BODY, clock), clock)
    assert not passes(BODY + b" ", signature(BODY, clock), clock)


@pytest.mark.parametrize(("late", "taken"), [(-301, False), (-300, True), (300, True), (301, False), (10**9, False)])
def test_five_minutes_either_way(clock: FixedClock, late: int, taken: bool) -> None:
    """The library itself would take any time in the future."""
    assert passes(BODY, signature(BODY, clock, late=late), clock) is taken


@pytest.mark.parametrize("first", ["t={old} ", "t=+{old}", " t={old}", "t={old}", "t=0{old}"], ids="abcde")
def test_an_old_capture_is_not_made_fresh_by_a_second_time(clock: FixedClock, first: str) -> None:
    """The library reads the first time, however it is spelt; so there must be one, spelt as Stripe does."""
    month = -30 * 24 * 3600
    old, _, signed = signature(BODY, clock, late=month).partition(",")
    header = f"{first.format(old=old[2:])},t={int(clock().timestamp())},{signed}"
    assert not passes(BODY, header, clock)


@pytest.mark.parametrize("signed_with", ["whsec_old", "whsec_new"])
def test_both_secrets_pass_while_one_is_being_retired(clock: FixedClock, signed_with: str) -> None:
    """And once the old one is taken out, it is refused."""
    header = signature(BODY, clock, secret=signed_with)
    assert passes(BODY, header, clock, ("whsec_new", "whsec_old"))
    assert passes(BODY, header, clock, ("whsec_new",)) is (signed_with == "whsec_new")


def test_a_header_with_several_signatures_passes_by_any(clock: FixedClock) -> None:
    """While a secret is rolled, Stripe signs with both."""
    first, second = (signature(BODY, clock, secret=secret) for secret in ("whsec_old", SECRET))
    assert passes(BODY, first + "," + second.split(",")[1], clock)


@pytest.mark.parametrize(
    "header",
    [
        "", "t=", "v1=", "t=1", "t=x,v1=y", "t=1795262400", "t=1795262400,v1=", "t=1795262400,v1=\u00e9\u00e9",
        "t=1795262400,v0=abc", "=,=,=", "t=" + "9" * 5000 + ",v1=a", "v1=a" * 5000, "t=1795262400,v1",
        "t=-1,v1=a", "t=1.5,v1=a", "\x00", "t=1795262400;v1=a", "t==,v1==", "t=1795262400,t=1,v1=a",
    ],
)  # fmt: skip
def test_every_malformed_header_is_one_refusal(clock: FixedClock, header: str) -> None:
    """Some of these make the library raise TypeError or ValueError."""
    assert not passes(BODY, header, clock)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"\x80", "é".encode("latin-1")])
def test_a_body_that_is_not_utf8_is_refused(clock: FixedClock, body: bytes) -> None:
    """The library raises UnicodeDecodeError."""
    assert not passes(body, signature(b"", clock), clock)


def test_a_clock_that_is_six_minutes_off_refuses_genuine_messages(clock: FixedClock) -> None:
    """Which is why doctor compares clocks: the refusal says by how much."""
    header = signature(BODY, clock)
    clock.advance(timedelta(minutes=6))
    with pytest.raises(BadSignature, match="360 s ago"):
        verify(BODY, header.encode(), (SECRET,), clock())
