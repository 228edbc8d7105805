"""The one error type of the tools and how the commands report it."""

import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")
LONGEST = 600
REFUSED, INTERRUPTED = 2, 128 + signal.SIGINT


class ModelError(Exception):
    """A model, a table of samples or an option that cannot be used.

    Its message is one sentence: what is wrong, where, and what to do about it. What a hostile file
    has put into it is cut to one line of printable characters.
    """

    def __init__(self, message: str) -> None:
        printable = "".join(c if c.isprintable() else "?" for c in message)
        super().__init__(printable if len(printable) <= LONGEST else f"{printable[:LONGEST]}…")


class Interrupted(BaseException):
    """The user wants the command to end; no library takes it for something that it may handle."""


def stop_on_interrupt() -> None:
    """Ends the command at once when it is interrupted.

    scikit-learn takes a KeyboardInterrupt for the wish to end its training and go on.
    """

    def stop(*_: object) -> None:
        raise Interrupted

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, stop)


def reports_errors(command: Callable[P, int]) -> Callable[P, int]:
    """Turns a ModelError into one line on standard error and status 2, an interrupt into 130."""

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
        except (KeyboardInterrupt, Interrupted):
            print("interrupted", file=sys.stderr)
            return INTERRUPTED
        return REFUSED

    return wrapped
