"""Erasing a donor: out of everything that is kept, but not out of the books."""
