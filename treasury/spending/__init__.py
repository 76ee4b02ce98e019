"""What was given for a campaign, what was spent of it, and what is left."""
