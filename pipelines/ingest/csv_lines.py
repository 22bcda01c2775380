"""Reading a CSV file line by line: which lines are rows, and which are not, each with its place.

The quick way of reading (`cells.py`) lets the engine take the file as it lies. Where the rows that
come back do not account for every line, the file is read here: good lines are copied with the
number of their row before them, bad ones are told with text and reason, and no bad line takes its
neighbours along.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipelines.base.errors import DocumentFault
from pipelines.base.texts import shorten
from pipelines.ingest.parsed import BrokenRow

MAX_LINE_BYTES = 4_194_304
# how far a cell of several lines may reach before its quote counts as a stray one
MAX_CELL_LINES = 500
MAX_BROKEN = 1_000_000
PREVIEW_BYTES = 2_000
_PART_BYTES = 1_048_576


@dataclass(frozen=True)
class Layout:
    """What the lines of a file must look like.

    `open_columns` are the places (from 0) of columns whose cells may have several lines.
    """

    columns: int
    delimiter: bytes
    header_lines: int
    open_columns: frozenset[int]
    returns_end_lines: bool = False


@dataclass(frozen=True)
class Sorted:
    """How many rows were copied, and the lines that are none."""

    rows: int
    broken: list[BrokenRow]


def sort_lines(path: Path, target: Path, layout: Layout, label: str) -> Sorted:
    """Copy the good rows of a CSV file, each with its place as a first cell.

    Args:
        path: a UTF-8 CSV file.
        target: where the copy is written, without a header.
        layout: what its lines must look like.
        label: how to call the file.

    Raises:
        DocumentFault: more lines are bad than can be told.
    """
    broken: list[BrokenRow] = []
    rows = 0
    with path.open("rb") as source, target.open("wb") as copy:
        for place, (number, line, reason) in enumerate(_read_rows(source, layout), 1):
            if reason is None:
                rows += 1
                copy.write(b"%d%b%b\n" % (place, layout.delimiter, line))
                continue
            text = shorten(line.decode("utf-8", errors="replace"))
            broken.append(
                BrokenRow(place, text, f"line {number} does not fit the header: {reason}")
            )
            if len(broken) > MAX_BROKEN:
                raise DocumentFault(
                    f"{label}: found more than {MAX_BROKEN:,} lines that do not fit the header; "
                    f"first {broken[0].reason}"
                )
    return Sorted(rows, broken)


def _read_rows(source: BinaryIO, layout: Layout) -> Iterator[tuple[int, bytes, str | None]]:
    """Yield every row: number of its first line, its bytes, and why it is none (or None)."""
    shapes = _Shapes(layout)
    waiting: deque[tuple[int, bytes, bool]] = deque()
    lines = _read_lines(source, layout)

    def take() -> tuple[int, bytes, bool] | None:
        return waiting.popleft() if waiting else next(lines, None)

    while (found := take()) is not None:
        number, line, is_long = found
        if not is_long and not line.strip(b" \t"):
            continue
        if is_long:
            told = f"is longer than the {MAX_LINE_BYTES:,} bytes that are allowed"
            yield number, line[:PREVIEW_BYTES], told
            continue
        reason = shapes.judge(line)
        if reason is not None and shapes.is_open(line):
            # a cell of several lines goes on; a stray quote does not find its end
            taken: list[tuple[int, bytes, bool]] = []
            whole = line
            while len(taken) < MAX_CELL_LINES and len(whole) < MAX_LINE_BYTES:
                following = take()
                if following is None:
                    break
                taken.append(following)
                whole += b"\n" + following[1]
                if following[2] or not shapes.is_open(whole):
                    break
            if taken and not taken[-1][2] and shapes.judge(whole) is None:
                line, reason = whole, None
            else:
                waiting.extendleft(reversed(taken))
        yield number, shapes.trim(line) if reason is None else line, reason


def _read_lines(source: BinaryIO, layout: Layout) -> Iterator[tuple[int, bytes, bool]]:
    """Yield below the header: number, bytes without the line end, whether a line is too long."""
    lines = _split_lines(source, layout.returns_end_lines)
    for number, (line, is_long) in enumerate(lines, 1):
        if number > layout.header_lines:
            yield number, line.removesuffix(b"\r"), is_long


def _split_lines(source: BinaryIO, returns_end_lines: bool) -> Iterator[tuple[bytes, bool]]:
    """Yield lines without line feed, cut where they are too long."""
    if not returns_end_lines:
        while line := source.readline(MAX_LINE_BYTES + 1):
            is_long = len(line) > MAX_LINE_BYTES and not line.endswith(b"\n")
            rest = line
            while is_long and rest and not rest.endswith(b"\n"):
                rest = source.readline(_PART_BYTES)
            yield line.removesuffix(b"\n"), is_long
        return
    rest = b""
    while part := source.read(_PART_BYTES):
        *lines, rest = (rest + part).split(b"\r")
        for line in lines:
            yield line[:MAX_LINE_BYTES], len(line) > MAX_LINE_BYTES
    if rest:
        yield rest[:MAX_LINE_BYTES], len(rest) > MAX_LINE_BYTES


class _Shapes:
    """Patterns of a whole row, and of a row that breaks off inside a quoted cell."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        mark = re.escape(layout.delimiter)
        quoted = rb' *+"(?:[^"]|"")*+" *+'
        plain = rb'(?! *")[^%b\n]*+' % mark
        self.cell = re.compile(rb"(?:%b|%b)(?=%b|\Z)" % (quoted, plain, mark))
        self.begun = re.compile(rb'\A(?:(?:%b|%b)%b)*+ *+"(?:[^"]|"")*+\Z' % (quoted, plain, mark))

    def _split(self, line: bytes) -> list[bytes] | None:
        """Return the cells of a row; None where a quote stands where none can."""
        cells, place = [], 0
        while found := self.cell.match(line, place):
            cells.append(found[0])
            place = found.end() + 1
            if found.end() == len(line):
                return cells
        return None

    def judge(self, line: bytes) -> str | None:
        """Return why a line is no row of the table; None if it is one."""
        wanted = self.layout.columns
        if b"\0" in line:
            return "Found a NUL byte; expected text"
        if b'"' not in line:
            count = line.count(self.layout.delimiter) + 1
            ends_empty = line.endswith(self.layout.delimiter)
        else:
            cells = self._split(line)
            if cells is None:
                return "Found a quote that does not close its cell; expected one at either end"
            if any(
                b"\n" in cell and place not in self.layout.open_columns
                for place, cell in enumerate(cells)
            ):
                return "Found a quote that does not close its cell on the line"
            count, ends_empty = len(cells), not cells[-1]
        # one empty cell too many is a delimiter at the end of the line
        if count == wanted or (count == wanted + 1 and ends_empty):
            return None
        return f"Expected Number of Columns: {wanted} Found: {count}"

    def is_open(self, line: bytes) -> bool:
        """Tell whether a line breaks off inside a quoted cell that may go on."""
        if b'"' not in line or b"\0" in line:
            return False
        found = self.begun.match(line)
        if not found:
            return False
        return self._count_cells_before_open(line) in self.layout.open_columns

    def _count_cells_before_open(self, line: bytes) -> int:
        place = count = 0
        while found := self.cell.match(line, place):
            if found.end() == len(line):
                break
            place, count = found.end() + 1, count + 1
        return count

    def trim(self, line: bytes) -> bytes:
        """Return a row without a delimiter at its end that begins one cell too many."""
        if not line.endswith(self.layout.delimiter):
            return line
        cells = self._split(line) if b'"' in line else line.split(self.layout.delimiter)
        too_many = cells is not None and len(cells) == self.layout.columns + 1
        return line[: -len(self.layout.delimiter)] if too_many else line
