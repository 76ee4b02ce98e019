"""Reports to the Electoral Commission at the desk: when each is due, what it says, filing it, and its files."""
