"""Sentences for people in their language."""


def translated(sentence: str, **values: object) -> str:
    """The sentence with these values in it."""
    return sentence % values if values else sentence
