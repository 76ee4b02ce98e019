"""Measurements: each against a floor and a plain baseline, alternated in one run (docs/performance.md)."""
