"""The treasurer's desk: who may sit at it, the totals, and the lists that prove them."""
