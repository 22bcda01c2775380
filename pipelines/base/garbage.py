"""Python's search for garbage in cycles, which a run can do with less often."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made between two searches, and how many searches of the young make one of the old. By
# default it is 700 and 10: with dbt's manifest in memory a quarter of dbt's own time goes there.
# The garbage in between is some 50 MiB.
RARELY = (50_000, 50, 100)


@contextmanager
def collect_rarely() -> Iterator[None]:
    """Look for garbage less often, until the block ends."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
