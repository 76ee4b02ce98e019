"""The desk's pages of recurring gifts: who gives again and again, what fails, and what a treasurer can do."""
