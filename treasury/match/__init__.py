"""Match pots at the desk: sums that somebody pledged to match gifts with."""
