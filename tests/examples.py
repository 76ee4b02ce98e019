"""How many examples of a law Hypothesis makes up: few in the suite, many in `./farthing soak laws`."""

import os

TIMES = "TEST_EXAMPLES_TIMES"


def examples(few: int) -> int:
    """So many in the suite, and so many times more when the soak asks for them."""
    return few * int(os.environ.get(TIMES, "1"))
