"""The bank statement at the desk: read a file, match its lines, and see what is proved to the bank."""
