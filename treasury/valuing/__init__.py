"""The desk's pages of what a gift is worth for the rules on political donations, and of loans."""
