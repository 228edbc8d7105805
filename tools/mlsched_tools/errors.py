"""The one error type of the tools and how the commands report it."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")
LONGEST = 600


class ModelError(Exception):
    """A model, a table of samples or an option that cannot be used.

    Its message is one sentence: what is wrong, where, and what to do about it. What a hostile file
    has put into it is cut to one line of printable characters.
    """

    def __init__(self, message: str) -> None:
        printable = "".join(c if c.isprintable() else "?" for c in message)
        super().__init__(printable if len(printable) <= LONGEST else f"{printable[:LONGEST]}…")


def reports_errors(command: Callable[P, int]) -> Callable[P, int]:
    """Turns a ModelError into one line on standard error and exit status 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> int:
        try:
            return command(*args, **kwargs)
        except ModelError as error:
            print(f"error: {error}", file=sys.stderr)
        except OSError as error:
            print(f"error: {error.filename or 'I/O'}: {error.strerror or error}", file=sys.stderr)
        except MemoryError:
            print("error: the model does not fit into memory", file=sys.stderr)
        return 2

    return wrapped
