"""The books at the desk: trial balance, closing a month, its report, and exports for accountants."""
