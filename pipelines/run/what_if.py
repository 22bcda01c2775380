"""What-if builds: the registries with a few rows changed, built in a private warehouse of its own.

A what-if goes through the same doors as any run (contracts, models, audit, publish), but its folder
is `warehouse/what_if/NAME`, so it can never take the place of the current release. What the main
warehouse has loaded is linked into it, live documents included.
"""

import csv
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.answers.query import suggest
from pipelines.base.errors import WhatIfError
from pipelines.base.settings import Settings, today_utc
from pipelines.contracts.load import load_contracts
from pipelines.ingest.ingest import SourceLoads, ingest_all
from pipelines.run.pipeline import run_pipeline
from pipelines.run.state import Outcome

ASSUMPTIONS = "assumptions"
SCENARIOS = "scenarios"
FLOWS = "scenario_flows"
# what a file of a scenario must say; the other columns of the registry may be left out
SCENARIO_COLUMNS = ("scenario_id", "title", "description", "policy_id", "switch", "value")
# the scenario of the registry whose flows of chips it takes, on the days of its own switches
FLOWS_LIKE = "flows_like"


@dataclass(frozen=True)
class AssumptionValue:
    """An assumption with other points than the registry's, in the unit that its row names."""

    assumption_id: str
    low: str
    central: str
    high: str


@dataclass(frozen=True)
class WhatIf:
    """What differs from the registries: assumptions with other values, a further scenario."""

    assumptions: tuple[AssumptionValue, ...] = ()
    scenario_file: Path | None = None

    @property
    def name(self) -> str:
        """Name of the private build; the same question has the same name."""
        text = repr(self.assumptions)
        if self.scenario_file:
            text += self.scenario_file.read_text(encoding="utf-8")
        return f"what-if-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def parse_assumption(text: str) -> AssumptionValue:
    """Read `ID=VALUE` (known exactly) or `ID=LOW/CENTRAL/HIGH` (5, 50 and 95 % points).

    Raises:
        WhatIfError: the text has another form, a point is no number, or the points are not ordered.
    """
    assumption_id, equals, values = text.partition("=")
    points = [point.strip() for point in values.split("/")]
    if not equals or not assumption_id or len(points) not in (1, 3):
        raise WhatIfError(f"--set {text}: expected ASSUMPTION=VALUE or ASSUMPTION=LOW/CENTRAL/HIGH")
    try:
        numbers = [float(point) for point in points]
    except ValueError as error:
        raise WhatIfError(f"--set {text}: {values!r} is not a number or three") from error
    if numbers != sorted(numbers):
        raise WhatIfError(f"--set {text}: expected low <= central <= high, found {values}")
    low, central, high = points if len(points) == 3 else points * 3
    return AssumptionValue(assumption_id.strip(), low, central, high)


def run_what_if(
    settings: Settings,
    what_if: WhatIf,
    as_of: date | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> tuple[Settings, Outcome]:
    """Build a what-if beside the current release.

    Returns:
        The settings of the private warehouse, and what was published there.

    Raises:
        WhatIfError: an assumption is unknown, the scenario's file has another form, or the changed
            rows break the contract of their registry.
        LockHeld, BuildFailed, AuditFailed: as for any run.
    """
    folder = settings.what_if_dir / what_if.name
    is_new = not folder.exists()
    try:
        private = lay_out_warehouse(settings, what_if)
        refuse_faults(private, ingest_all(load_contracts(private.sources_dir), private))
    except WhatIfError:
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    outcome = run_pipeline(private, as_of, progress=progress)
    private.build_path.unlink(missing_ok=True)  # large, and nobody asks it anything
    return private, outcome


def lay_out_warehouse(settings: Settings, what_if: WhatIf) -> Settings:
    """Lay out the private warehouse: changed registries, and links to everything loaded so far.

    Returns:
        Settings that differ in `sources_dir`, `warehouse_dir` and `keep_releases`, with no store.

    Raises:
        WhatIfError: see `run_what_if`.
    """
    root = settings.what_if_dir / what_if.name
    private = settings.model_copy(
        update={
            "warehouse_dir": root,
            "sources_dir": root / "sources",
            "keep_releases": 1,
            "store": "",
        }
    )
    shutil.rmtree(private.sources_dir, ignore_errors=True)
    private.sources_dir.mkdir(parents=True)
    changed = {
        source_id
        for source_id, is_changed in (
            (ASSUMPTIONS, bool(what_if.assumptions)),
            (SCENARIOS, what_if.scenario_file is not None),
        )
        if is_changed
    }
    for folder in settings.sources_dir.iterdir():
        if folder.is_dir() and (folder / "contract.yml").exists():
            target = private.sources_dir / folder.name
            if folder.name in changed:
                shutil.copytree(folder, target)
            else:
                target.symlink_to(folder.resolve(), target_is_directory=True)
    if missing := changed - {folder.name for folder in private.sources_dir.iterdir()}:
        raise WhatIfError(f"{settings.sources_dir}: there is no source {', '.join(missing)}")
    if what_if.assumptions:
        set_assumptions(private.sources_dir / ASSUMPTIONS, what_if.assumptions)
    if what_if.scenario_file:
        add_scenario(private.sources_dir / SCENARIOS, what_if.scenario_file)
    link_loads(settings, private, changed)
    return private


def set_assumptions(source: Path, values: tuple[AssumptionValue, ...]) -> None:
    """Change the points of assumptions in a copy of their registry, and say so in their rows."""
    path = source / "data" / f"{ASSUMPTIONS}.csv"
    columns, rows = _read_rows(path)
    by_id = {row["assumption_id"]: row for row in rows}
    for value in values:
        row = by_id.get(value.assumption_id)
        if row is None:
            raise WhatIfError(
                f"unknown assumption {value.assumption_id!r}"
                f"{suggest(value.assumption_id, list(by_id))}"
            )
        before = "/".join(row[f"value_{point}"] for point in ("low", "central", "high"))
        row |= {
            "value_low": value.low,
            "value_central": value.central,
            "value_high": value.high,
            "reasoning": f"Set for a what-if; the registry has {before}: {row['reasoning']}",
        }
    _write_rows(path, columns, rows)


def add_scenario(source: Path, scenario_file: Path) -> None:
    """Add the scenarios of a file, with their flows of chips, to a copy of the registry.

    A switch says what a rule does to statuses; what it does to volumes is a flow. A scenario takes
    the flows of the one that it names in `flows_like`. Without any its volumes are unknown, and so
    are its balances from the day of its first switch on.
    """
    try:
        given, new_rows = _read_rows(scenario_file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WhatIfError(f"{scenario_file}: cannot be read as CSV: {error}") from error
    path = source / "data" / f"{SCENARIOS}.csv"
    columns, rows = _read_rows(path)
    missing = [column for column in SCENARIO_COLUMNS if column not in given]
    unknown = [column for column in given if column not in (*columns, FLOWS_LIKE)]
    if missing or unknown or not new_rows:
        raise WhatIfError(
            f"{scenario_file}: expected rows with the columns {', '.join(SCENARIO_COLUMNS)}; "
            f"missing are {', '.join(missing) or 'none'}, unknown {', '.join(unknown) or 'none'}, "
            f"rows {len(new_rows)}"
        )
    registered = {row["scenario_id"] for row in rows}
    taken = registered & {row["scenario_id"] for row in new_rows}
    if taken:
        raise WhatIfError(
            f"{scenario_file}: the registry has a scenario {', '.join(sorted(taken))} already; "
            "give this one another id"
        )
    provenance = {
        "source_publisher": "what-if",
        "source_title": scenario_file.name,
        "accessed_on": today_utc().isoformat(),
        "confidence": "inferred",
    }
    likes = {row["scenario_id"]: row.pop(FLOWS_LIKE, "") for row in new_rows}
    _write_rows(path, columns, [*rows, *(provenance | row for row in new_rows)])
    path = source / "data" / f"{FLOWS}.csv"
    columns, flows = _read_rows(path)
    for scenario_id, like in likes.items():
        if like and like not in registered:
            raise WhatIfError(
                f"{scenario_file}: {FLOWS_LIKE} of {scenario_id} names an unknown scenario "
                f"{like!r}{suggest(like, sorted(registered))}"
            )
        first = next(row for row in new_rows if row["scenario_id"] == scenario_id)
        copied = [flow for flow in flows if flow["scenario_id"] == like]
        flows += [flow | provenance | {"scenario_id": scenario_id} for flow in copied] or [
            provenance
            | {
                "scenario_id": scenario_id,
                "flow_id": "imports",
                "pieces": "tracked;licensed",
                "volume_rule": "unknown",
                "volume_factor": "1",
                "starts_with": first["policy_id"],
                "first_quarter": "evenly",
                "reasoning": f"The what-if names no scenario in {FLOWS_LIKE}",
            }
        ]
    _write_rows(path, columns, flows)


def list_scenarios(scenario_file: Path) -> list[str]:
    """Return the ids of the scenarios that a file defines."""
    return sorted({row["scenario_id"] for row in _read_rows(scenario_file)[1]})


def link_loads(settings: Settings, private: Settings, changed: set[str]) -> None:
    """Link what the main warehouse has loaded, but for the changed registries.

    Records come first: a load that ends meanwhile has its file but no record yet, so it does not
    count. Loaded files are never written again, so links are safe.
    """
    data = private.warehouse_dir / "data"
    shutil.rmtree(data, ignore_errors=True)
    for name in ("loads", "archive", "raw", "quarantine"):
        origin = settings.warehouse_dir / "data" / name
        for path in origin.rglob("*") if origin.exists() else []:
            place = path.relative_to(origin)
            if path.is_file() and not (name == "loads" and place.parts[0] in changed):
                target = data / name / place
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(path, target)


def _link(path: Path, target: Path) -> None:
    try:
        os.link(path, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(path, target)


def refuse_faults(private: Settings, sources: list[SourceLoads]) -> None:
    """Let no changed row be quarantined in silence: the what-if would then answer nothing.

    Raises:
        WhatIfError: names each refused row with field, value and reason.
    """
    faults: list[str] = []
    for loads in sources:
        if (private.sources_dir / loads.contract.source_id).is_symlink():
            continue
        changed = (ASSUMPTIONS, SCENARIOS, FLOWS)
        faults += [
            load.reason or load.document for load in loads.refused if load.document in changed
        ]
        for load in loads.current:
            for table in load.tables if load.document in changed else []:
                if table.quarantine_file and table.rows_quarantined:
                    found = duckdb.execute(
                        "select row_key, field, value, reason from read_parquet(?) "
                        "where kind = 'quarantined' order by document_row, field",
                        [str(private.warehouse_dir / table.quarantine_file)],
                    ).fetchall()
                    faults += [f"{table.table} {k}: {f} {v!r}: {why}" for k, f, v, why in found]
    if faults:
        raise WhatIfError("the changed rows break their contract:\n  " + "\n  ".join(faults))


def _read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return list(reader.fieldnames or []), rows


def _write_rows(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
