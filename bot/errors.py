"""Errors as they may stand in a log: what kind and where, never the words."""

from __future__ import annotations


def place_of(error: BaseException) -> str:
    """The kind of an error and the line that raised it.

    An error's own message is left out: it may hold what a patient wrote.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
