"""A donor's own page: their gifts and receipts, and what they can change in a recurring gift."""
