"""The roles of members of staff. `staff/permissions.py` says what each may do."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is there for.

    Owners do everything; treasurers everything but manage staff; auditors read everything and change nothing;
    organisers look after campaigns and see neither money acts nor donors' addresses.
    """

    OWNER = "owner"
    TREASURER = "treasurer"
    ORGANISER = "organiser"
    AUDITOR = "auditor"
