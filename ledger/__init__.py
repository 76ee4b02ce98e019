"""Double-entry books: money, accounts, kinds of entry, entries, totals, audit. No Stripe, no donors, no pages."""
