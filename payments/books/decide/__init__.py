"""What follows from happenings and what is known about them, one topic a module. Pure: no table, no clock."""
