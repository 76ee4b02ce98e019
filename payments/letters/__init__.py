"""Letters to donors about their gifts."""
