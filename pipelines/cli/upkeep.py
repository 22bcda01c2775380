"""`compute-balance doctor`, `repair`, `housekeeping`, `backup` and `restore`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json, print_table

MEGA = 1e6


@click.command()
@click.option("--network", is_flag=True, help="Also try the hosts of the connectors' addresses.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def doctor(network: bool, as_json: bool) -> None:
    """Look at versions, keys, disk, lock, clock and every file; say what is wrong.

    Each finding says what mends it. Exit codes: 0 nothing is wrong, 1 something is.
    """
    from pipelines.upkeep.doctor import examine

    found = examine(Settings(), network)
    if as_json:
        print_json(found)
    else:
        _print_examination(found)
    if not found["is_well"]:
        raise SystemExit(1)


def _print_examination(found: dict) -> None:
    click.echo("versions  " + ", ".join(f"{k} {v}" for k, v in found["versions"].items()))
    for source, keys in found["keys"].items():
        told = ", ".join(f"{name} {'is set' if it else 'is missing'}" for name, it in keys.items())
        click.echo(f"keys      {source}: {told}")
    if found["unreachable"] is not None:
        for host, why in found["unreachable"].items():
            click.echo(f"network   {host}: {why}")
        click.echo(f"network   {len(found['unreachable'])} hosts are out of reach")
    disk = found["disk"]
    full = f", full in {disk['days_until_full']} days" if disk["days_until_full"] else ""
    click.echo(
        f"disk      {disk['used_bytes'] / MEGA:,.1f} MB used, {disk['free_bytes'] / MEGA:,.0f} MB "
        f"free, {disk['growth_bytes_a_day'] / MEGA:,.1f} MB a day{full}; a run needs "
        f"{disk['needed_bytes'] / MEGA:,.1f} MB"
    )
    clock = found["clock"]
    click.echo(f"clock     {clock['now']} UTC, newest release of {clock['newest_release_as_of']}")
    click.echo(f"lock      {found['lock'] or 'free'}")
    release = found["release"]
    if release:
        click.echo(
            f"release   {release['release_id']}, as of {release['as_of']}, "
            f"{release['kept_releases']} kept"
        )
    else:
        click.echo("release   none is published yet; run: make warehouse")
    for run in found["runs"]:
        click.echo(f"run       {run['run_id']} {run['status']}: {str(run['message'])[:100]}")
    for item in found["findings"]:
        click.echo(f"FOUND     {item['file']}: {item['problem']}; {item['advice']}")
    if found["lock"]:
        click.echo("files     not looked at while a run writes them")
    elif found["is_well"]:
        click.echo("files     all are what was written")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be mended.")
@click.option(
    "--clock",
    is_flag=True,
    help="This clock is right: let the next run publish over a release of a day to come.",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def repair(dry_run: bool, clock: bool, as_json: bool) -> None:
    """Mend what `doctor` finds, from the archive and the kept releases.

    Nothing good is deleted; what is beyond mending is set aside under `warehouse/damaged` and
    named. Exit codes: 0 nothing is wrong any more, 1 something is, 75 a run holds the lock.
    """
    from pipelines.upkeep import repair as mending

    settings, done = Settings(), []
    if clock and not dry_run:
        accepted = mending.accept_clock(settings)
        if accepted:
            done.append(f"the next run publishes over {accepted}, which is of a day to come")
    left = mending.find_damage(settings) if dry_run else mending.repair(settings, done.append)
    if clock:
        left = [finding for finding in left if finding.kind != "clock"]
    if as_json:
        print_json({"done": done, "left": [asdict(finding) for finding in left]})
    else:
        for line in done:
            click.echo(line)
        for finding in left:
            told = "would mend" if dry_run and finding.way == "repair" else "LEFT"
            click.echo(f"{told} {finding.file}: {finding.problem}; {finding.advice}")
        if not done and not left:
            click.echo("nothing to mend")
    if left:
        raise SystemExit(1)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def housekeeping(dry_run: bool, as_json: bool) -> None:
    """Remove what has outlived its time: releases, builds, rows, documents, logs.

    How long each kind stays is set by COMPUTE_BALANCE_KEEP_*. Never removed are the current
    release and those that are held, what a kept release cites, what a source reads, the last good
    document of an address, and the kept outlooks.
    """
    from pipelines.upkeep.housekeeping import housekeep

    settings = Settings()
    found = housekeep(settings, dry_run)
    if as_json:
        print_json([asdict(item) | {"path": str(item.path)} for item in found])
        return
    counts, sizes = Counter(item.kind for item in found), Counter[str]()
    for item in found:
        sizes[item.kind] += item.size
    if found:
        print_table(
            ["kind", "files", "MB"],
            [[kind, counts[kind], round(sizes[kind] / MEGA, 1)] for kind in sorted(counts)],
        )
    told = "would go" if dry_run else "removed"
    click.echo(f"{told}: {len(found)}, {sum(sizes.values()) / MEGA:,.1f} MB")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def backup(folder: Path, as_json: bool) -> None:
    """Copy the warehouse into FOLDER; what is there already is not copied again.

    The copy is taken under the lock and checked by digest. The build file is left out: a run makes
    it again.
    """
    from pipelines.upkeep.backup import back_up

    made = back_up(Settings(), folder)
    if as_json:
        print_json(asdict(made))
    else:
        click.echo(
            f"backup    {made.name}: {made.files} files, {made.total_bytes / MEGA:,.1f} MB, of "
            f"which {made.added_bytes / MEGA:,.1f} MB are new"
        )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--snapshot", help="By default the newest one.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def restore(folder: Path, snapshot: str | None, as_json: bool) -> None:
    """Bring the warehouse back from the backup in FOLDER, into a place that holds none.

    Every file is checked by its digest before anything is put in place.
    """
    from pipelines.upkeep.backup import restore as bring_back

    brought = bring_back(Settings(), folder, snapshot)
    if as_json:
        print_json(asdict(brought))
    else:
        click.echo(f"restored  {brought.name}: {brought.files} files, now: compute-balance status")
