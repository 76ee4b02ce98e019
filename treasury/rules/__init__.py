"""The rules on political donations at the desk: rows with their sources, regimes, elections, addresses, units."""
