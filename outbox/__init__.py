"""Work to be done after a commit: jobs, queued in the transaction that causes them, run by a worker."""
