"""The life cycle of each kind of object: the statuses that it may have, and the functions that change it."""
