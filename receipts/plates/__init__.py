"""Pages that are laid out once and stamped: see `receipts/plates/plate.py`."""
