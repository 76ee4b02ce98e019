"""Webhooks: events are queued for the endpoint, signed, sent, and sent again until it answers 2xx."""
