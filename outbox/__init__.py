"""What must happen after a commit: jobs, written in the transaction that causes them, done by a worker."""
