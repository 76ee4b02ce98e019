"""Loans at the desk."""
