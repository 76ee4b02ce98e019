"""A likely slip in an email address's domain is pointed out."""

import pytest

from payments.giving.email_slips import KNOWN, likely_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zoe@gmial.com", "zoe@gmail.com"),
        ("zoe@gmai.com", "zoe@gmail.com"),
        ("Zoe.Unal@Gmail.con", "Zoe.Unal@gmail.com"),
        ("zoe@gmail.co", "zoe@gmail.com"),
        ("zoe@gmaill.com", "zoe@gmail.com"),
        ("zoe@hotmial.co.uk", "zoe@hotmail.co.uk"),
        ("zoe@yahoo.co.ku", "zoe@yahoo.co.uk"),
        ("zoe@outlok.com", "zoe@outlook.com"),
        ("zoe@gmail.co.uk", "zoe@gmail.com"),
    ],
)
def test_a_slip_of_one_letter_leads_to_the_domain_that_was_meant(typed: str, meant: str) -> None:
    """What stands before the @ is nobody's but the donor's."""
    assert likely_meant(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *(f"zoe@{known}" for known in sorted(KNOWN)),
        *("zoe@example.org", "zoe@leeds.ac.uk", "zoe@mx.com", "zoe@we.com", "zoe@gmail.example.org", "zoe@rail.com"),
        "zoe@xn--nal-hoa.example",
    ],
)
def test_a_real_domain_is_left_alone(typed: str) -> None:
    """Well known, or like none that is."""
    assert likely_meant(typed) is None
