"""Credit notes: what went back of gifts that have receipts."""
