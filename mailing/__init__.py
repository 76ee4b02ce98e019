"""Who asked to be written to, and what is sent to them."""
