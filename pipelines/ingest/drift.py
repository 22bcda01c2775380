"""What has changed of an upstream from one document to the next, and what to mend for it.

A change that a contract's bounds do not allow stops the document, unless somebody has accepted it;
the last good one stays in use. Any other change warns. What a single document must be like
belongs in `document_checks.py` and `row_checks.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from pipelines.archive.accepted import Acceptance
from pipelines.archive.documents import Archive
from pipelines.base.rows import fetch_row
from pipelines.base.sql import quote_name, quote_text
from pipelines.base.texts import shorten
from pipelines.contracts.load import CONTRACT_FILE
from pipelines.contracts.model import Contract, Table
from pipelines.ingest.records import Load, TableLoad

# how the reasons of closed lists begin, as `row_checks.py` writes them
_NOT_LISTED = "is not one of %"
_SHOWN = 10


@dataclass(frozen=True)
class Drift:
    """One change of an upstream: what was found, what was expected, which file to mend.

    `kind` is rows_gone, rows_added, column_emptied, new_column, new_value or stands_still. `stops`
    says that the document is out of use for it, unless somebody has `accepted` it.
    """

    source_id: str
    table: str | None
    document: str
    sha256: str
    kind: str
    found: str
    expected: str
    mend: str
    stops: bool = False
    accepted: Acceptance | None = None

    def __str__(self) -> str:
        place = self.document if self.table is None else f"{self.document}, {self.table}"
        return f"{place}: found {self.found}; expected {self.expected}; mend {self.mend}"


def count_filled(connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> dict[str, int]:
    """Return for each column of a raw file how many rows have a value."""
    names = list(table.columns)
    counted = ", ".join(f"count({quote_name(name)})" for name in names)
    row = fetch_row(connection, f"select {counted} from read_parquet({quote_text(str(file))})")
    return dict(zip(names, row, strict=True))


class DriftWatch:
    """Compares the documents of one source, oldest first, each with the good one before it."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, contract: Contract, root: Path,
        accepted: dict[str, Acceptance],
    ) -> None:  # fmt: skip
        self._connection, self._contract, self._root = connection, contract, root
        self._accepted = accepted
        self._before: dict[tuple[str, str], TableLoad] = {}
        self._known_columns: dict[tuple[str, str], set[str]] = {}
        self._found: dict[tuple[str, str], list[Drift]] = {}

    def judge(self, load: Load) -> Load:
        """Return a loaded document as it may be used: refused where it stops for a change."""
        if load.status != "accepted" or load.origin == "embedded":
            return load
        found: list[Drift] = []
        for counted in load.tables:
            found += self._compare(load, counted)
        stopping = [drift for drift in found if drift.stops and drift.accepted is None]
        self._found[load.document, load.sha256] = found
        if stopping:
            told = "; ".join(str(drift) for drift in stopping)
            return replace(
                load,
                status="refused",
                reason=f"{load.source_id}: {load.address}: {told}. If the change is right: "
                f"compute-balance source accept {load.source_id} {load.sha256[:12]} --reason TEXT",
                tables=[],
            )
        for counted in load.tables:
            self._before[load.document, counted.table] = counted
        return load

    def list_drifts(self, archive: Archive, loads: list[Load]) -> list[Drift]:
        """Return what has changed in the newest document of each address, and which stand still.

        Args:
            archive: knows on which days an address served what.
            loads: all documents of the source that are used or refused.
        """
        drifts: list[Drift] = []
        for address in self._contract.addresses:
            seen = archive.list_sightings(self._contract.source_id, address.document)
            if not seen:
                continue
            newest = seen[max(seen)]
            drifts += self._found.get((address.document, newest), [])
            drifts += self._find_standing_still(address.document, seen, newest)
            for load in loads:
                is_it = (load.document, load.sha256) == (address.document, newest)
                if is_it and load.origin == "live":
                    drifts += self._find_new_values(load)
        return drifts

    def _compare(self, load: Load, counted: TableLoad) -> list[Drift]:
        table = self._contract.get_table(counted.table)
        key = (load.document, counted.table)
        found = self._find_new_columns(load, table, counted, key)
        before = self._before.get(key)
        bounds = table.bounds
        if before is None or before.rows_read < bounds.from_rows:
            return found
        make = self._maker(load, table)
        share = counted.rows_read / before.rows_read
        rows = f"{counted.rows_read:,} rows where the document before had {before.rows_read:,}"
        if 1 - share > bounds.rows_gone:
            expected = f"at most {bounds.rows_gone:.0%} of them gone (bounds: rows_gone)"
            found.append(make("rows_gone", rows, expected, True))
        elif share - 1 > bounds.rows_added:
            expected = f"at most {bounds.rows_added:.0%} more (bounds: rows_added)"
            found.append(make("rows_added", rows, expected, False))
        for name, filled in before.filled.items():
            was = filled / max(before.rows_accepted, 1)
            if was >= bounds.filled and name in counted.filled and counted.filled[name] == 0:
                what = f"column {name} empty, which was filled in {was:.0%} of the rows before"
                expected = "values in it (bounds: filled); the upstream may have renamed it"
                found.append(make("column_emptied", what, expected, True))
        return found

    def _maker(self, load: Load, table: Table) -> Callable[[str, str, str, bool], Drift]:
        mend = f"{self._contract.folder.name}/{CONTRACT_FILE}"

        def make(kind: str, found: str, expected: str, stops: bool) -> Drift:
            return Drift(
                self._contract.source_id, table.table, load.document, load.sha256, kind,
                found, expected, mend, stops, self._accepted.get(load.sha256) if stops else None,
            )  # fmt: skip

        return make

    def _find_new_columns(
        self, load: Load, table: Table, counted: TableLoad, key: tuple[str, str]
    ) -> list[Drift]:
        """Columns that neither the contract nor the first document of the address has."""
        known = self._known_columns.setdefault(key, set(counted.unexpected_columns))
        new = sorted(set(counted.unexpected_columns) - known - set(table.ignores))
        if not new:
            return []
        named = shorten(", ".join(name or "(no name)" for name in new[:_SHOWN]), 300)
        expected = "those of the contract; name them there, as columns or under ignores"
        found = f"{len(new)} new column{'s' if len(new) > 1 else ''} ({named}), not loaded"
        return [self._maker(load, table)("new_column", found, expected, False)]

    def _find_new_values(self, load: Load) -> list[Drift]:
        """Values that a closed list of the contract does not hold; their rows are quarantined."""
        drifts = []
        for counted in load.tables:
            if counted.quarantine_file is None:
                continue
            rows = self._connection.execute(
                "select field, count(distinct document_row), "
                "string_agg(distinct value[1:60], ', ' order by value[1:60]), any_value(reason) "
                "from read_parquet(?) where reason like ? group by field order by field",
                [str(self._root / counted.quarantine_file), _NOT_LISTED],
            ).fetchall()
            make = self._maker(load, self._contract.get_table(counted.table))
            for field, count, values, reason in rows:
                found = f"{shorten(values, 300)} in column {field} ({count} rows, quarantined)"
                expected = f"{shorten(reason.removeprefix('is not one of '), 300)} (values)"
                drifts.append(make("new_value", found, expected, False))
        return drifts

    def _find_standing_still(
        self, document: str, seen: dict[date, str], newest: str
    ) -> list[Drift]:
        """Tell an address that has answered the same for longer than its source stays fresh."""
        last = max(seen)
        changed = [day for day, sha256 in seen.items() if sha256 != newest]
        since = min(day for day in seen if not changed or day > max(changed))
        days, allowed = (last - since).days, self._contract.fresh_for_days
        if days <= allowed:
            return []
        return [
            Drift(
                self._contract.source_id, None, document, newest, "stands_still",
                f"the same answer from {since} to {last}, {days} days",
                f"news within {allowed} days (fresh_for_days), or an address that is still kept",
                f"{self._contract.folder.name}/{CONTRACT_FILE}",
            )
        ]  # fmt: skip
