"""Appeals: what a campaign asks for, how far it has come, and its public pages."""
