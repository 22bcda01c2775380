"""What a run tells while it goes on: lines, and counts of what is done.

A count is a line of text like any other, so whoever only keeps lines need not know of it; a
terminal draws a bar from its numbers. Drawing belongs in `cli`.
"""

import time
from collections.abc import Callable


class Count(str):
    """A line that says how far a stage is.

    Attributes:
        stage: stage of the run.
        done: things done so far.
        total: things to do in all; None if nobody knows.
        rate: things, or rows, per second so far.
        is_milestone: whether it is worth a line where no bar can be drawn.
    """

    stage: str
    done: int
    total: int | None
    rate: str
    is_milestone: bool


def is_worth_a_line(line: str) -> bool:
    """Tell whether a line is told where no bar can be drawn."""
    return not isinstance(line, Count) or line.is_milestone


class Counter:
    """Counts the things of a stage, and the rows in them, and tells each count."""

    def __init__(
        self,
        tell: Callable[[str], None],
        stage: str,
        things: str,
        total: int | None,
        milestone: int,
    ) -> None:
        """Start to count.

        Args:
            tell: receives the counts.
            stage: stage of the run.
            things: what is counted, in words.
            total: how many there are; None if nobody knows.
            milestone: every how many things a count is worth a line of its own.
        """
        self.tell, self.stage, self.things = tell, stage, things
        self.total, self.milestone = total, milestone
        self.began, self.done, self.rows = time.monotonic(), 0, 0

    def add(self, rows: int = 0) -> None:
        """Count one thing more, and the rows in it."""
        self.done, self.rows = self.done + 1, self.rows + rows
        seconds = max(time.monotonic() - self.began, 0.001)
        share = f"{self.done:,}" + (f" of {self.total:,}" if self.total else "")
        told = f", {self.rows:,} rows" if self.rows else ""
        count = Count(f"  {share} {self.things}{told}")
        count.stage, count.done, count.total = self.stage, self.done, self.total
        if self.rows:
            count.rate = f"{self.rows:,} rows, {self.rows / seconds:,.0f} rows/s"
        else:
            count.rate = f"{self.done / seconds:,.1f}/s"
        count.is_milestone = self.done % self.milestone == 0
        self.tell(count)
