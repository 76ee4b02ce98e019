"""The desk's first page: totals by campaign and month, and the list of entries behind each."""
