"""The guards of the desk: who gets in, how far, and what stays on record. tests/guards.py has the others."""

from tests.guard import Cut, Guard

_ATTACKS = "tests/database/test_attacks.py"

STAFF_GUARDS: dict[str, Guard] = {
    "acts-append-only": Guard(
        "what somebody did at the desk could be changed or removed afterwards",
        (Cut("migrations/versions/0005_staff.py", '    append_only("act", [["id"]])\n'),),
        ("tests/database/test_guards.py", _ATTACKS),
    ),
    "acts-recorded": Guard(
        "a change at the desk could be made without a trace of who made it",
        (Cut("staff/changing.py", "    if not change.is_recorded:\n", "    if False:\n"),),
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
    "last-owner": Guard(
        "two owners could leave at the same moment, and nobody could let anybody in again",
        (Cut("migrations/versions/0011_signing_in.py", "    _keep_an_owner()\n    _make_campaigns",
             "    _make_campaigns"),),
        ("tests/database/test_guards.py", "tests/staff/test_last_owner.py"),
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
}  # fmt: skip
