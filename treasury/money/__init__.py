"""The lists behind the desk: where the money is, what went back, what is disputed, and what a treasurer must do."""
