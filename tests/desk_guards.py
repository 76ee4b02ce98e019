"""The guards of the organisation, pictures and letters: see `tests/guards.py`."""

from tests.guard import Cut, Guard

DESK_GUARDS: dict[str, Guard] = {
    "organisation-once": Guard(
        "every start would write a version of the organisation",
        (Cut("organisation/store.py", "    if newest_number(conn) == 0:\n", "    if True:\n"),),
        ("tests/organisation/test_store.py",),
    ),
    "organisation-meanwhile": Guard(
        "of two members who change the organisation, the second would undo the first's change unseen",
        (Cut("organisation/desk.py",
             "        if draft.based_on != newest_number(conn) or draft.based_on != self._current.number:\n",
             "        if False:\n"),),
        ("tests/organisation/test_desk.py",),
    ),
    "upload-counted": Guard(
        "a file without an end would fill the memory",
        (Cut("web/uploads.py", "        if received > most:\n", "        if False:\n"),),
        ("tests/web/test_uploads.py",),
    ),
    "upload-elsewhere": Guard(
        "every form of the house would take a file",
        (Cut("web/uploads.py", "bool(self._pattern.fullmatch(path)) and kind", "kind"),),
        ("tests/web/test_uploads.py",),
    ),
    "picture-bomb": Guard(
        "a picture of a few bytes could unpack to gigabytes",
        (Cut("web/pictures.py", "        if image.width * image.height > MOST_PIXELS:\n", "        if False:\n"),),
        ("tests/web/test_pictures.py",),
    ),
    "picture-comment": Guard(
        "a picture would say where it was taken",
        (Cut("web/pictures.py", "    clean.info.clear()  # JPEG's writer would copy a comment\n"),),
        ("tests/web/test_pictures.py",),
    ),
    "svg-elements": Guard(
        "a logo could hold a script",
        (Cut("web/svg.py", "        if name not in ELEMENTS:\n", "        if False:\n"),),
        ("tests/web/test_svg.py",),
    ),
    "svg-references": Guard(
        "a logo could load something from elsewhere",
        (Cut("web/svg.py", "    if _REFERENCE.search(value):\n", "    if False:\n"),),
        ("tests/web/test_svg.py",),
    ),
    "letter-at-most-once": Guard(
        "a letter that a killed worker had handed over would be sent again",
        (Cut("outbox/smtp.py", "            begin()\n"),),
        ("tests/outbox/test_smtp.py",),
    ),
    "mail-certificate": Guard(
        "letters and our password could be handed to a stranger",
        (Cut("outbox/smtp.py", "self._tls or ssl.create_default_context()", "ssl._create_unverified_context()"),),
        ("tests/outbox/test_mail_servers.py",),
    ),
    "letter-headers": Guard(
        "a name or a subject could add an address to a letter",
        (Cut("outbox/letters.py", "_CONTROL.search(header) or "),),
        ("tests/outbox/test_letters.py",),
    ),
}  # fmt: skip
