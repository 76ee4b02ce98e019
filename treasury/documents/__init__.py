"""Documents at the desk: a receipt and what followed it, and the statements of a year."""
