"""Gift Aid at the desk: what can be claimed, claims that were made, and what donors declared."""
