"""Notes that staff write beside a gift, a donor or a recurring gift."""
