"""What a client may ask: each module holds the calls of one resource and the parameters they accept."""
