"""The rules of the house, kept by reading the code: each broken one is a sentence with file and line."""
