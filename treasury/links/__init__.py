"""The links to a campaign, and what each of them brought."""
