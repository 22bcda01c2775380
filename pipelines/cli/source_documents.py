"""`compute-balance source`: withdraw, restore and accept documents, backfill earlier ones.

The group itself, and what is done with contracts, belongs in `source.py`.
"""

from __future__ import annotations

import getpass
from datetime import date, datetime

import click

from pipelines.archive.documents import Archive
from pipelines.base.errors import ComputeBalanceError
from pipelines.base.settings import Settings, now_utc, today_utc

# days from one state to the next, unless the command says otherwise
STEPS = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 90, "yearly": 365, "irregular": 30}


@click.command()
@click.argument("source_id")
@click.argument("sha256")
@click.option("--reason", required=True, help="What is wrong with the document.")
def withdraw(source_id: str, sha256: str, reason: str) -> None:
    """Take a document out of use: no build reads it any more, its bytes stay archived.

    SHA256 is the document's digest or an unambiguous beginning of it, as `meta.document` shows it.
    """
    archive = Archive(Settings().archive_dir)
    found = _find_document(archive, source_id, sha256)
    archive.withdraw(source_id, found, reason, now_utc())
    click.echo(f"withdrawn: {found}; the next run does without it")


@click.command()
@click.argument("source_id")
@click.argument("sha256")
def restore(source_id: str, sha256: str) -> None:
    """Put a withdrawn document back into use."""
    archive = Archive(Settings().archive_dir)
    found = _find_document(archive, source_id, sha256)
    archive.restore(source_id, found)
    click.echo(f"restored: {found}; the next run reads it again")


@click.command()
@click.argument("source_id")
@click.argument("sha256")
@click.option("--reason", required=True, help="Why the change is right.")
@click.option("--by", help="Who says so; by default the user of this machine.")
def accept(source_id: str, sha256: str, reason: str, by: str | None) -> None:
    """Use a document although more of it changed than the contract's bounds allow.

    Who, when and why is kept, and stands in `meta.drift`. SHA256 is the digest of a document that
    was refused for its change, or an unambiguous beginning of it, as `status` shows it.
    """
    from pipelines.archive.accepted import Acceptance, accept_document

    archive = Archive(Settings().archive_dir)
    found = _find_document(archive, source_id, sha256)
    who = by or getpass.getuser()
    accept_document(archive, source_id, Acceptance(found, who, reason, now_utc()))
    click.echo(f"accepted by {who}: {found}; the next run uses it")


def _find_document(archive: Archive, source_id: str, sha256: str) -> str:
    known = {d.sha256 for d in archive.list_documents(source_id) if d.origin != "embedded"}
    found = sorted(name for name in known if name.startswith(sha256))
    if len(found) != 1:
        listed = ", ".join(name[:12] for name in sorted(known)) or "none"
        raise ComputeBalanceError(
            f"{source_id}: found {len(found)} documents whose SHA-256 begins with {sha256!r}; "
            f"expected one of: {listed}"
        )
    return found[0]


@click.command()
@click.argument("source_id")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="By default yesterday.")
@click.option("--step", type=click.IntRange(1, 366), help="Days from one state to the next.")
def backfill(source_id: str, first: datetime, last: datetime | None, step: int | None) -> None:
    """Fetch what an upstream said on earlier days, where its contract knows dated addresses.

    What is archived of a day already is not asked again, so a backfill that was interrupted goes
    on. Nothing is built; the next run reads what has come. Exit code 4 if no address answered.
    """
    from pipelines.archive.fetch import backfill_source
    from pipelines.contracts.load import CONTRACT_FILE, load_contract
    from pipelines.release.lock import hold_lock

    settings = Settings()
    path = settings.sources_dir / source_id / CONTRACT_FILE
    if not path.exists():
        raise ComputeBalanceError(f"{source_id}: found no source of that name; see `source list`")
    contract = load_contract(path)
    if not any(address.past for address in contract.addresses):
        raise ComputeBalanceError(
            f"{source_id}: its contract knows no dated address (past); only the present state can "
            "be fetched: run --live"
        )
    span = _check_span(first.date(), last.date() if last else None)
    every = step or STEPS[contract.cadence]
    with hold_lock(settings.lock_path, f"source backfill {source_id}"):
        fetches = backfill_source(
            contract, Archive(settings.archive_dir), settings, *span, step=every
        )
    for fetch in fetches:
        click.echo(f"{fetch.document}: {fetch.outcome}, {fetch.message}")
    click.echo(f"{len(fetches)} asked; days that were archived before were not asked again")
    if fetches and all(fetch.outcome == "failed" for fetch in fetches):
        raise SystemExit(4)


def _check_span(first: date, last: date | None) -> tuple[date, date]:
    yesterday = date.fromordinal(today_utc().toordinal() - 1)
    end = last or yesterday
    if not first <= end <= yesterday:
        raise ComputeBalanceError(
            f"found the days {first} to {end}; expected a first day before the last one, and none "
            f"after {yesterday}: today is fetched by run --live"
        )
    return first, end
