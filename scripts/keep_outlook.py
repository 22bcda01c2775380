"""Keep the outlook of a release, or of a build of an earlier day, with the repository.

A warehouse keeps the outlooks of its own releases by itself. What is kept here goes with the code,
so that a new warehouse scores it, too. Rows are added and never changed.

    .venv/bin/compute-balance run --as-of 2026-04-30
    .venv/bin/python scripts/keep_outlook.py --as-of 2026-04-30
"""

import argparse
import csv
import io
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.release.manifest import Manifest, read_manifest_file
from pipelines.release.publish import find_readable, read_as_of, read_current_id

LEDGER = PROJECT_DIR / "pipelines" / "sources" / "own_outlooks" / "data" / "outlooks.csv"
QUERY = """
    select
        $id as outlook_id, $as_of as as_of, $made_on as made_on,
        quarter_start, region_id as region, measure,
        value_p05, value_p25, value_p50, value_p75, value_p95,
        orders_p05, orders_p50, orders_p95, rule_p05, rule_p50, rule_p95,
        origin_quarter, known_to
    from marts.fct_outlook
    where
        scenario_id = 'baseline' and growth_scenario_id = 'expected' and yardstick = '8bit'
        and workload_id = 'all' and access = 'all'
        and measure in ('delivered', 'nominal', 'deployed')
    order by measure, region_id, quarter_start
"""


def find_build(settings: Settings, day: date | None) -> tuple[Path, Manifest]:
    """Return the database and the manifest of the current release, or of a build of a day.

    Raises:
        SystemExit: there is none.
    """
    if day is not None:
        manifest = read_as_of(settings, day)
        if manifest is None:
            raise SystemExit(f"no build as of {day}; run: compute-balance run --as-of {day}")
        return settings.as_of_dir / day.isoformat() / "compute_balance.duckdb", manifest
    current = read_current_id(settings)
    manifest = read_manifest_file(settings.releases_dir / current) if current else None
    if manifest is None:
        raise SystemExit("no release yet; run: make warehouse")
    return find_readable(settings), manifest


def keep(database: Path, manifest: Manifest, ledger: Path) -> int:
    """Add the outlook's rows to the ledger unless it holds them; returns how many were added."""
    outlook_id = f"{manifest.as_of}-{manifest.table_hashes['fct_outlook'][:16]}"
    held = ledger.read_text(encoding="utf-8") if ledger.exists() else ""
    if any(line.startswith(f"{outlook_id},") for line in held.splitlines()):
        return 0
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            QUERY,
            {
                "id": outlook_id,
                "as_of": manifest.as_of,
                "made_on": manifest.created_at.date(),
            },
        )
        header = [column[0] for column in found.description]
        rows = found.fetchall()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not held:
        writer.writerow(header)
    writer.writerows(rows)
    ledger.write_text(held + text.getvalue(), encoding="utf-8")
    return len(rows)


def main() -> None:
    """Read the arguments and keep the outlook."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--as-of", type=date.fromisoformat, help="a build of an earlier day")
    database, manifest = find_build(Settings(), parser.parse_args().as_of)
    print(f"{keep(database, manifest, LEDGER)} rows added to {LEDGER.name}")


if __name__ == "__main__":
    main()
