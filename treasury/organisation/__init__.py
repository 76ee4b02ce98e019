"""What the organisation's pages need of the packages above it: currencies in use, and previews."""
