"""A payout as a posting: one line of the bank statement, and what it consists of."""
