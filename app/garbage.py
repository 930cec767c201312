"""When Python looks for garbage that refers to itself."""

from __future__ import annotations

import gc

ALLOCATIONS = 50_000  # more than are freed, between two looks; Python's own 700 cost a publish a fifth of its time


def collect_rarely() -> None:
    """Keep the program itself, which is never garbage, out of every look, and look less often.

    To look through the program would hold up requests for a tenth of a second, again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS)
