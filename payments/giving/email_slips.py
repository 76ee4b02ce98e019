"""A likely slip of the hand in an email address's domain: `gmial.com`. It is pointed out, never corrected. Pure."""

# Where most donors have their mail, and domains that look like a slip of another but are real.
KNOWN = frozenset(
    "gmail.com googlemail.com hotmail.com hotmail.co.uk outlook.com live.com live.co.uk msn.com yahoo.com yahoo.co.uk"
    " ymail.com rocketmail.com icloud.com me.com mac.com aol.com aol.co.uk btinternet.com btopenworld.com talktalk.net"
    " sky.com virginmedia.com ntlworld.com blueyonder.co.uk tiscali.co.uk gmx.com gmx.net gmx.co.uk gmx.de mail.com"
    " email.com web.de proton.me protonmail.com pm.me fastmail.com zoho.com tutanota.com".split()
)
# Of these a slip is pointed out. The others are too short, or too near to words, to go by one letter.
_MEANT = (
    "gmail.com googlemail.com hotmail.com hotmail.co.uk outlook.com yahoo.com yahoo.co.uk icloud.com btinternet.com"
    " talktalk.net virginmedia.com blueyonder.co.uk protonmail.com fastmail.com live.co.uk"
).split()
# Further away than one letter, and still no domain of anybody's mail.
_OTHER_SLIPS = {
    "gmail.co.uk": "gmail.com",
    "gmail.om": "gmail.com",
    "googlemail.co.uk": "googlemail.com",
    "icloud.co.uk": "icloud.com",
    "outlook.co.uk": "outlook.com",
    "btinternet.co.uk": "btinternet.com",
}


def likely_meant(address: str) -> str | None:
    """The address that was probably meant; None for a domain that is well known, or like none that is."""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    if domain in KNOWN:
        return None
    meant = _OTHER_SLIPS.get(domain) or next((known for known in _MEANT if _is_one_slip(domain, known)), None)
    return meant and f"{local}@{meant}"


def _is_one_slip(typed: str, known: str) -> bool:
    """Whether one letter is missing, too many, or another, or two neighbours stand the wrong way round."""
    if abs(len(typed) - len(known)) > 1:
        return False
    same = next((n for n, pair in enumerate(zip(typed, known, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return True  # one is the beginning of the other
    left, right = typed[same:], known[same:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
