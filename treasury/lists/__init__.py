"""The lists of the desk: found, filtered, sorted, added up, and exported. A new list is one short module."""
