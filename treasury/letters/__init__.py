"""Letters at the desk: what was written to whom, what has become of it, and sending it again."""
