"""Gift Aid: what UK taxpayers declare, which gifts tax may be claimed back on, and the claims that were made."""
