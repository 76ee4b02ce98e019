"""Moving a gift to another campaign, and back."""
