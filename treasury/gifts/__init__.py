"""The page of one gift: its way, its donor, and everything that belongs to it."""
