"""The desk's pages of recurring gifts: their states, failed payments, and what a treasurer can change."""
