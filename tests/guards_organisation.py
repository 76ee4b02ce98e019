"""The guards of the organisation's versions, and of files that people upload."""

from tests.guard import Cut, Guard

ATTACKS = "tests/database/test_attacks.py"

ORGANISATION_GUARDS: dict[str, Guard] = {
    "organisation-meanwhile": Guard(
        "of two members who change the organisation, the second would undo the first's change unseen",
        (
            Cut(
                "organisation/desk.py",
                "draft.based_on != newest_number(conn) or draft.based_on != self._current.number",
                "False",
            ),
        ),
        ("tests/organisation/test_desk.py",),
    ),
    "organisation-now": Guard(
        "a writer that has run since yesterday would issue receipts in yesterday's name",
        (Cut("payments/books/load.py", "issuer=issuer.profile if issuer else None,", "issuer=None,"),),
        ("tests/organisation/test_books.py",),
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
    "organisation-kept": Guard(
        "what an organisation said of itself could be rewritten",
        (Cut("migrations/versions/0006_organisation.py", '    append_only("organisation_version", [["id"]])\n'),),
        ("tests/database/test_guards.py", ATTACKS),
    ),
    "organisation-once": Guard(
        "every start would write a version of the organisation",
        (Cut("organisation/store.py", "    if newest_number(conn) == 0:\n", "    if True:\n"),),
        ("tests/organisation/test_store.py",),
    ),
}
