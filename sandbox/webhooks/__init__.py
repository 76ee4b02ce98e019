"""How events reach the endpoint: queued, signed, sent, and tried again."""
