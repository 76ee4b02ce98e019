"""Texts in the files that people open in a spreadsheet."""

# A spreadsheet takes a text that begins so for a formula: a donor's name would run on the treasurer's machine.
# Excel in Japanese and Chinese takes the wide forms (U+FF1D and its kin) as well.
FORMULA_BEGINS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe."""
    return f"'{text}" if text and text[0] in FORMULA_BEGINS else text
