"""`compute-balance policy`: what the rule-makers published, and what was decided about it."""

from __future__ import annotations

import csv
import getpass
from pathlib import Path

import click
import duckdb

from pipelines.base.errors import ContractError, ReleaseError
from pipelines.base.files import write_bytes
from pipelines.base.rows import fetch_dicts
from pipelines.base.settings import Settings, today_utc
from pipelines.cli.tables import print_json, print_table
from pipelines.release.publish import find_readable

REVIEWS_FILE = Path("policy_watch") / "data" / "policy_reviews.csv"
DECISIONS = ("coded", "not_relevant", "to_be_coded")


@click.group()
def policy() -> None:
    """Look through the policy inbox and record reviews."""


def read_inbox(settings: Settings, everything: bool) -> list[dict]:
    """Return the inbox of the current release, open documents only unless `everything`.

    Raises:
        ReleaseError: nothing is published yet.
    """
    if not settings.current_path.exists():
        raise ReleaseError("nothing is published yet; run: make warehouse")
    where = (
        ""
        if everything
        else (
            "where relevance <> 'not_relevant' and coalesce(review, 'to_be_coded') = 'to_be_coded'"
        )
    )
    with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
        return fetch_dicts(
            connection,
            f"select * from meta.policy_inbox {where} order by published_on, document_number",
        )


@policy.command()
@click.option("--all", "everything", is_flag=True, help="Settled and irrelevant documents too.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def inbox(everything: bool, as_json: bool) -> None:
    """List documents of the rule-makers that have not been settled, with the reasons."""
    rows = read_inbox(Settings(), everything)
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("no open document")
        return
    columns = ["document_number", "published_on", "relevance", "review", "title"]
    print_table(columns, [[row[name] for name in columns] for row in rows])
    for row in rows:
        click.echo(f"\n{row['document_number']}  {row['url']}\n  {row['reasons']}")


@policy.command()
@click.argument("document_number")
@click.option("--decision", type=click.Choice(DECISIONS), required=True)
@click.option("--policy-id", "policy_ids", multiple=True, help="Policy that codes it (repeatable).")
@click.option("--reason", required=True, help="Why, in a sentence.")
@click.option("--reviewer", default=getpass.getuser, help="Who decides; by default the user.")
def review(
    document_number: str,
    decision: str,
    policy_ids: tuple[str, ...],
    reason: str,
    reviewer: str,
) -> None:
    """Record a decision about a document in the repository (policy_watch/data/policy_reviews.csv).

    A second review of the same document replaces the first. Commit the file; the next run takes
    it in.
    """
    settings = Settings()
    known = {row["document_number"] for row in read_inbox(settings, everything=True)}
    if document_number not in known:
        listed = ", ".join(sorted(known))
        raise ContractError(
            f"document {document_number!r} is not in the inbox; known are: {listed}"
        )
    if (decision == "coded") != bool(policy_ids):
        raise ContractError("--policy-id goes with --decision coded, and only with it")
    _check_policies(settings, policy_ids)
    path = settings.sources_dir / REVIEWS_FILE
    row = {
        "document_number": document_number,
        "decision": decision,
        "policy_ids": ",".join(policy_ids),
        "reviewed_on": today_utc().isoformat(),
        "reviewer": reviewer,
        "reason": reason,
    }
    record_review(path, row)
    click.echo(f"recorded in {path.name}: {document_number} {decision}; commit it and run again")


def _check_policies(settings: Settings, policy_ids: tuple[str, ...]) -> None:
    with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
        known = {
            row[0]
            for row in connection.execute("select policy_id from marts.dim_policy").fetchall()
        }
    unknown = [item for item in policy_ids if item not in known]
    if unknown:
        raise ContractError(
            f"unknown policy {', '.join(unknown)}; expected ids of marts.dim_policy"
        )


def record_review(path: Path, row: dict[str, str]) -> None:
    """Write a review into the registry's file, in place of an earlier one of the document."""
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        columns = list(reader.fieldnames or row)
        rows = [old for old in reader if old["document_number"] != row["document_number"]]
    rows.append(row)
    lines = [columns, *[[item[name] for name in columns] for item in rows]]
    text = "".join(_write_line(line) for line in lines)
    write_bytes(path, text.encode())


def _write_line(cells: list[str]) -> str:
    import io

    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
