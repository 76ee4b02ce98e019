"""The treasurer's desk: totals and the lists that prove them, where the money is, and recurring gifts."""
