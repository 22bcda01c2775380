"""What stands behind a mart's row: raw rows by figure, and rows of marts to go on from.

Plain records that the other modules hand each other; what is cited is decided by the bridges.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Citation:
    """Raw rows behind one figure, named by their ids or by their numbers in a document.

    Attributes:
        figure: which figure of the row, in words.
        ids: values of the key of the table; numbers of rows where `sha256` names the document.
        source_id: source of the table; None where `sha256` names the document.
        raw_table: table of the source; None where `sha256` names the document.
        sha256: document; None for every one that feeds the mart.
    """

    figure: str
    ids: tuple[str, ...]
    source_id: str | None = None
    raw_table: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Step:
    """A row of another mart behind a row, which can be traced in turn."""

    table: str
    key: dict[str, str]


@dataclass
class Backing:
    """All that stands behind a row, in the order in which it is shown."""

    citations: list[Citation] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def cite_documents(self, figure: str, keys: list[str]) -> None:
        """Cite rows of documents, each given as SHA-256 and number, split by a colon."""
        numbers: dict[str, list[str]] = {}
        for key in keys:
            sha256, number = key.split(":")
            numbers.setdefault(sha256, []).append(number)
        for sha256, found in sorted(numbers.items()):
            self.citations.append(Citation(figure, tuple(found), sha256=sha256))

    def add_step(self, table: str, **key: str) -> None:
        """Name a row of a mart by its key, once."""
        step = Step(table, key)
        if step not in self.steps:
            self.steps.append(step)
