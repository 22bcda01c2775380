"""What stands behind a mart's row: raw rows by figure, and rows of marts to go on from.

Plain records that the other modules hand each other; what is cited is decided there.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Citation:
    """Raw rows of one source behind one figure.

    Attributes:
        figure: which figure of the row, in words.
        conditions: raw column -> SQL condition and bound values; all of them hold for a row.
        raw_table: table of the source; None for whatever the document holds.
        sha256: document; None for every one that feeds the mart.
    """

    figure: str
    source_id: str
    conditions: dict[str, tuple[str, list]]
    raw_table: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Step:
    """A row of another mart behind a row, which can be traced in turn."""

    table: str
    key: dict[str, Any]


@dataclass
class Backing:
    """All that stands behind a row, in the order in which it is shown."""

    citations: list[Citation] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def cite(self, figure: str, source_id: str, raw_table: str, column: str, values: list) -> None:
        """Cite rows by the values of one column; no values cite nothing."""
        if values:
            condition = (f"{column}::varchar in (select unnest(?::varchar[]))", [list(values)])
            self.citations.append(Citation(figure, source_id, {column: condition}, raw_table))

    def add_step(self, table: str, **key: Any) -> None:
        """Name a row of a mart by its key, once."""
        step = Step(table, key)
        if step not in self.steps:
            self.steps.append(step)
