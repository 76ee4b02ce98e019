"""The API calls: each module has the calls of one resource, and the parameters that they accept."""
