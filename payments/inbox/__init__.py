"""From the socket to the books: verify, keep, understand, apply once, and only then answer."""
