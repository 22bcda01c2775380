"""Measure on what the policy facts rest: the share of rows on a primary text, by table.

A row rests on a primary text where the host of its address is one of `primary_sites` in the
registry of the policy watch, or lies below one: makers of rules, registers, filings and statements
of the company concerned. From the repository's root, for now and for an earlier commit:

    .venv/bin/python scripts/measure_policy_sources.py
    .venv/bin/python scripts/measure_policy_sources.py --commit HEAD~1
"""

import csv
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import click

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = Path("pipelines") / "sources"
SITES = SOURCES / "policy_watch" / "data" / "primary_sites.csv"
FOLDERS = ("export_controls", "entity_listings")


def read_rows(path: Path, commit: str | None) -> list[dict[str, str]]:
    """Return the rows of a file of the project, as it is or as it was."""
    if commit is None:
        text = (PROJECT / path).read_text(encoding="utf-8")
    else:
        text = run_git("show", f"{commit}:{path}")
    return list(csv.DictReader(text.splitlines()))


def list_files(commit: str | None) -> list[Path]:
    """Return the embedded files of the policy facts."""
    if commit is None:
        found = [p for f in FOLDERS for p in (PROJECT / SOURCES / f / "data").glob("*.csv")]
        return sorted(path.relative_to(PROJECT) for path in found)
    folders = [str(SOURCES / folder / "data") for folder in FOLDERS]
    listed = run_git("ls-tree", "-r", "--name-only", commit, "--", *folders)
    return sorted(Path(line) for line in listed.splitlines() if line.endswith(".csv"))


def run_git(*arguments: str) -> str:
    """Return what git prints in the project."""
    ended = subprocess.run(
        ["git", *arguments], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return ended.stdout


def is_primary(address: str, sites: set[str]) -> bool:
    """Say whether an address lies on one of the sites or on a part of one."""
    host = urlparse(address).hostname or ""
    return any(host == site or host.endswith(f".{site}") for site in sites)


def measure(commit: str | None) -> list[tuple[str, int, int]]:
    """Return table, rows, and rows on a primary text, for tables whose rows have an address."""
    sites = {row["site"] for row in read_rows(SITES, None)}
    measured = []
    for path in list_files(commit):
        rows = read_rows(path, commit)
        if rows and "source_url" in rows[0]:
            primary = sum(is_primary(row["source_url"], sites) for row in rows)
            measured.append((path.stem, len(rows), primary))
    return measured


@click.command(help=__doc__)
@click.option("--commit", help="Commit to measure; by default the files as they are.")
def main(commit: str | None) -> None:
    """Print the shares."""
    measured = measure(commit)
    total = ("all", sum(row[1] for row in measured), sum(row[2] for row in measured))
    for table, rows, primary in [*measured, total]:
        click.echo(f"{table:<26}{rows:>6} rows {primary:>6} primary {primary / rows:>7.1%}")


if __name__ == "__main__":
    sys.exit(main())
