"""The bank's own statement: its lines, and what each of them is in our books."""
