"""Regular expressions, each compiled when it is first searched for; knows none of them.

There are hundreds. Compiling them all is a quarter of the time in which a process of ours starts, and few read a fault.
"""

import re
from functools import cache


@cache
def compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def is_in(expression: str, text: str) -> bool:
    """Whether the expression is found in the text."""
    return compiled(expression).search(text) is not None
