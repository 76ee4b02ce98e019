"""Campaigns at the desk: their forms, and what is written down of every change."""
