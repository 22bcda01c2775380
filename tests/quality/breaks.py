"""Things broken on purpose, each with the name of the check that must catch it.

A break is done either to a source's embedded rows, which are then loaded again, or to the tables of
a finished build, in a transaction that is taken back. The page that lists them is written from
what was found, in `page.py`.
"""

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.build.models import read_manifest
from pipelines.contracts.model import Contract
from pipelines.ingest.ingest import IngestSession
from pipelines.quality.audit import check_contracts, check_freshness, run_suites
from pipelines.quality.conventions import write_mart_suites
from pipelines.quality.drift import attach_previous
from pipelines.quality.freshness import measure_freshness
from pipelines.quality.records import Check
from pipelines.quality.suites import load_suites
from pipelines.run.state import Run

Rows = list[dict[str, str]]


@dataclass(frozen=True)
class SourceBreak:
    """A break of one embedded table: its rows (or its whole text) are changed before loading."""

    title: str
    check: str
    source_id: str
    table: str
    change: Callable[[Rows], Rows] | None = None
    replace_text: Callable[[str], str] | None = None
    tells: str = ""


@dataclass(frozen=True)
class BuildBreak:
    """A break of a finished build by SQL statements."""

    title: str
    check: str
    statements: tuple[str, ...]
    tells: str = ""


@dataclass(frozen=True)
class DayBreak:
    """A break of time: the same rows on a later as-of day, as if a source had gone silent."""

    title: str
    check: str
    fresh_on: date
    as_of: date
    tells: str = ""


Break = SourceBreak | BuildBreak | DayBreak


@dataclass(frozen=True)
class Finding:
    """What the named check said before and after a break."""

    item: Break
    before: Check
    after: Check
    reason: str


class BreakBench:
    """A finished build and a loading session, on which breaks are done and undone."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.manifest = read_manifest(run.settings)
        self.contracts = {c.source_id: c for c in run.contracts}
        self.connection = duckdb.connect(str(run.settings.build_path))
        suites = load_suites(run.settings.expectations_dir)
        self.suites = {s.suite: s for s in [*suites, *write_mart_suites(self.connection)]}
        # stands for the last release: the same build, unbroken
        self.previous = folder / "previous.duckdb"
        self.connection.execute("checkpoint")
        shutil.copyfile(run.settings.build_path, self.previous)
        attach_previous(self.connection, self.previous)
        # broken documents go beside the good ones: each is kept under its own hash
        self.session = IngestSession(run.settings)
        for loads in run.sources:
            self.session.add_ids(loads)

    def close(self) -> None:
        """End both connections."""
        self.connection.close()
        self.session.close()

    def find(self, item: Break) -> Finding:
        """Do a break, look at what its check says, and undo it."""
        match item:
            case SourceBreak():
                return self._find_in_source(item)
            case BuildBreak():
                return self._find_in_build(item)
            case DayBreak():
                return self._find_on_day(item)

    def _find_in_build(self, item: BuildBreak) -> Finding:
        before = self._run_suite(item.check)
        self.connection.execute("begin")
        try:
            for statement in item.statements:
                self.connection.execute(statement)
            after = self._run_suite(item.check)
        finally:
            self.connection.execute("rollback")
        return Finding(item, before, after, after.message)

    def _run_suite(self, check_name: str) -> Check:
        suite = self.suites[check_name.rpartition(".")[0]]
        checks = run_suites(
            self.connection,
            [suite],
            self.run.settings.expectations_dir,
            previous=self.previous if suite.compares_releases else None,
            with_conventions=False,
        )
        return _get(checks, check_name)

    def _find_in_source(self, item: SourceBreak) -> Finding:
        contract = self.contracts[item.source_id]
        folder = self.folder / "broken" / item.check.replace(".", "-") / str(id(item))
        shutil.copytree(
            contract.folder, folder, ignore=shutil.ignore_patterns("__pycache__", "samples")
        )
        copied = contract.model_copy(update={"folder": folder})
        before = self._load(copied, item.check)
        path = folder / "data" / copied.get_table(item.table).file_name
        text = path.read_text(encoding="utf-8")
        if item.change is not None:
            text = _format(item.change(list(csv.DictReader(io.StringIO(text)))))
        if item.replace_text is not None:
            text = item.replace_text(text)
        path.write_text(text, encoding="utf-8")
        after = self._load(copied, item.check)
        return Finding(item, before, after, self._read_reason(copied, item))

    def _load(self, contract: Contract, check_name: str) -> Check:
        return _get(check_contracts([self.session.ingest_source(contract)]), check_name)

    def _read_reason(self, contract: Contract, item: SourceBreak) -> str:
        """Return why the row was quarantined or the document refused, in loading's words."""
        loads = self.session.ingest_source(contract)
        if loads.refused:
            return loads.refused[0].reason or ""
        for load in loads.current:
            counts = load.get_table(item.table)
            if counts and counts.quarantine_file:
                path = self.session.settings.warehouse_dir / counts.quarantine_file
                known = self._list_known_rows(item)
                found = duckdb.execute(
                    "select field, reason, document_row from read_parquet(?) "
                    "where kind = 'quarantined' order by document_row",
                    [str(path)],
                ).fetchall()
                new = [
                    f"{field or 'whole line'}: {reason}"
                    for field, reason, row in found
                    if row not in known
                ]
                return new[0] if new else "nothing"
        return "nothing"

    def _list_known_rows(self, item: SourceBreak) -> set[int]:
        """Return the rows that are quarantined without any break."""
        return {
            row
            for (row,) in self.connection.execute(
                "select document_row from meta.quarantine where kind = 'quarantined' "
                "and source_id = ? and table_name = ?",
                [item.source_id, item.table],
            ).fetchall()
        }

    def _find_on_day(self, item: DayBreak) -> Finding:
        before, after = (
            _get(
                check_freshness(
                    measure_freshness(self.connection, self.run.sources, day, self.manifest)
                ),
                item.check,
            )
            for day in (item.fresh_on, item.as_of)
        )
        return Finding(item, before, after, after.message)


def _get(checks: list[Check], name: str) -> Check:
    (found,) = [check for check in checks if check.name == name]
    return found


def _format(rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
