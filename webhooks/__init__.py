"""Outgoing webhooks: events of gifts, told to the addresses that the organisation's owner has named."""
