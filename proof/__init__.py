"""Proof of the books: audit, doctor, trace and canonical export. Looks at every package, changes nothing."""
