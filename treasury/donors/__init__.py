"""The desk's pages of donors: find one, merge two that are one person, erase one who has written."""
