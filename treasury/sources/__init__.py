"""The links that led to a campaign, and what each of them brought."""
