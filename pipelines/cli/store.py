"""`compute-balance store`: the object storage that a warehouse shares with other machines."""

from __future__ import annotations

from dataclasses import asdict

import click

from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json


@click.group()
def store() -> None:
    """Look after the object storage that the warehouse shares: COMPUTE_BALANCE_STORE."""


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def sync(as_json: bool) -> None:
    """Bring what the store has and put there what is new, without a run.

    Exit codes: 0 both are the same, 5 the store is out of reach or both have gone on, 75 a run
    holds the lock here or the store's.
    """
    from pipelines.release.lock import hold_lock
    from pipelines.store.check import require_store
    from pipelines.store.lease import hold_lease
    from pipelines.store.s3 import open_bucket
    from pipelines.store.sync import sync_down, sync_up

    settings = Settings()
    place = open_bucket(require_store(settings))
    lines: list[str] = []
    with (
        hold_lock(settings.lock_path, "store sync"),
        hold_lease(place, "store sync", settings.store_lease_s),
    ):
        head = sync_up(settings, place, lines.append)
        snapshot = sync_down(settings, place, head, lines.append)
    name = snapshot or (head.note.snapshot if head else None)
    if as_json:
        print_json({"address": place.address, "snapshot": name, "done": lines})
        return
    for line in lines:
        click.echo(line.strip())
    click.echo(f"{place.address} and this warehouse are the same (snapshot {name})")


@store.command()
@click.option("--mend", is_flag=True, help="Put again what is damaged there and whole here.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def check(mend: bool, as_json: bool) -> None:
    """Read everything that is current in the store and hold it to its digests.

    Exit codes: 0 all is what was put there, 1 something is gone or altered, 5 the store is out of
    reach.
    """
    from pipelines.store.check import check_store, require_store
    from pipelines.store.head import read_head
    from pipelines.store.lease import hold_lease
    from pipelines.store.s3 import open_bucket

    settings = Settings()
    place = open_bucket(require_store(settings))
    if mend:
        with hold_lease(place, "store check", settings.store_lease_s):
            found = check_store(settings, place, read_head(place), True)
    else:
        found = check_store(settings, place, read_head(place))
    if as_json:
        print_json([asdict(item) for item in found])
    else:
        for item in found:
            told = "mended" if item.is_mended else "LEFT"
            click.echo(f"{told} {place.address}/{item.key}: {item.problem} (it is {item.file})")
        if not found:
            click.echo(f"{place.address}: everything is what was put there")
    if any(not item.is_mended for item in found):
        raise SystemExit(1)
