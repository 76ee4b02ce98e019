"""The guards of staff, the organisation, letters and pages: see `tests/guards.py`."""

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
    "acts-recorded": Guard(
        "a change at the desk could be made without a trace of who made it",
        (Cut("staff/changing.py", "        if not change.is_recorded:\n", "        if False:\n"),),
        ("tests/staff/test_changing.py",),
    ),
    "roles": Guard(
        "an auditor could change what they are to look at",
        (Cut("staff/door.py", "not signed_in.member.may(permission):", "False:"),),
        ("tests/staff/test_door.py",),
    ),
    "staff-sessions": Guard(
        "a donor's session could open the desk",
        (Cut("staff/door.py", "session.holder.kind is HolderKind.STAFF", "True"),),
        ("tests/staff/test_door.py",),
    ),
    "second-factor-due": Guard(
        "a password or a link alone would open the desk",
        (Cut("staff/door.py", "if session.stage is not SessionStage.OPEN:", "if False:"),),
        ("tests/staff/test_signing_in.py::test_a_link_alone_opens_nothing",),
    ),
    "code-once": Guard(
        "a code of the app that somebody has seen could be used after its owner",
        (Cut("staff/credentials_store.py", "f.last_step < step", "f.last_step <= step"),),
        ("tests/staff/test_sessions_at_the_desk.py::test_a_code_of_the_app_is_taken_once",),
    ),
    "attempts": Guard(
        "passwords could be guessed without end",
        (Cut("web/attempts_store.py", "return counted is not None and counted <= limit.most", "return True"),
         Cut("web/attempts_store.py", "return conn.execute(used_up).first() is None", "return True")),
        ("tests/staff/test_attempts.py::test_codes_are_counted_with_passwords",),
    ),
    "confirmation": Guard(
        "whoever finds a desk open could let themselves in for good",
        (Cut("staff/door.py", "if recent and signed_in.session and not", "if False and signed_in.session and not"),),
        ("tests/staff/test_sessions_at_the_desk.py::test_what_matters_asks_for_password_or_code_once_more",),
    ),
    "sessions-of-the-gone": Guard(
        "somebody who was removed would sit at the desk until evening",
        (Cut("staff/managing.py", "    end_sessions_of(change.conn, Holder(HolderKind.STAFF, member.id))\n    store",
             "    store"),
         Cut("staff/store.py", "_member(conn, staff_member.c.id == member_id, *_MAY_SIGN_IN)",
             "_member(conn, staff_member.c.id == member_id)")),
        ("tests/staff/test_members.py::test_who_is_shut_out_is_out_at_once",),
    ),
    "own-campaigns": Guard(
        "an organiser could see and edit another's campaign",
        (Cut("staff/door.py", "        if not self.may_see_campaign(campaign_id):\n", "        if False:\n"),),
        ("tests/staff/test_door.py",),
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
