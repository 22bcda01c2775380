"""`compute-balance release`: list, compare and restore releases."""

import getpass
from datetime import date, datetime

import click

from pipelines.base.errors import ReleaseError
from pipelines.base.settings import Settings, now_utc
from pipelines.cli.tables import print_json, print_table

# the day of the seed claims; then two ends of half-years, on which the shipment estimator's tables
# were not yet public, and were
REVISION_DAYS = (date(2023, 12, 19), date(2025, 12, 31), date(2026, 6, 30))


@click.group()
def release() -> None:
    """List, compare and restore releases."""


@release.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_(as_json: bool) -> None:
    """List the kept releases, newest first; the current one is marked."""
    from pipelines.release.manifest import list_releases
    from pipelines.release.publish import read_current_id

    settings = Settings()
    current = read_current_id(settings)
    rows = [
        {
            "release_id": item.release_id,
            "current": item.release_id == current,
            "as_of": item.as_of,
            "created_at": item.created_at,
            "content_hash": item.content_hash[:16],
            "rows": sum(item.rows.values()),
            "warnings": item.checks.get("warned", 0),
        }
        for item in list_releases(settings.releases_dir)
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        click.echo("no release yet; run: make warehouse")


@release.command()
@click.argument("old")
@click.argument("new", required=False)
@click.option("--table", help="Show the differing rows of one mart.")
@click.option("--limit", default=20, show_default=True, help="Rows to show with --table.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def diff(old: str, new: str | None, table: str | None, limit: int, as_json: bool) -> None:
    """Compare two releases, or OLD with the current one.

    OLD and NEW are release ids (or their beginnings), days of as-of builds (YYYY-MM-DD), or
    `current`. Counts rows added, removed and changed per mart, by key.
    """
    from pipelines.release.diff import diff_releases, diff_rows, open_release

    settings = Settings()
    first, second = open_release(settings, old), open_release(settings, new or "current")
    if table:
        columns, rows = diff_rows(first, second, table, limit)
        if as_json:
            print_json([dict(zip(columns, row, strict=True)) for row in rows])
        else:
            print_table(columns, rows)
        return
    changes = diff_releases(first, second)
    if as_json:
        print_json([vars(change) for change in changes])
    else:
        click.echo(f"from {first.label} to {second.label}")
        print_table(
            ["mart", "rows_before", "rows_after", "added", "removed", "changed", "columns"],
            [
                [c.table, c.rows_before, c.rows_after, c.added, c.removed, c.changed, c.columns]
                for c in changes
            ],
        )


@release.command("open")
@click.argument("release_id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def open_(release_id: str | None, as_json: bool) -> None:
    """Write the open edition of a release: only what anybody may pass on.

    It stands in the folder `open` of the release (by default the current one), and under
    `warehouse/latest/open`: a database, Parquet, CSV, descriptions and checksums.
    """
    from pipelines.release.lock import hold_lock
    from pipelines.release.open_release import write_open_edition
    from pipelines.release.publish import find_release, read_current_id
    from pipelines.release.whole import DATABASE_FILE

    settings = Settings()
    wanted = release_id or read_current_id(settings)
    if wanted is None:
        raise ReleaseError("nothing is published yet; run: make warehouse")
    folder = settings.releases_dir / find_release(settings, wanted).release_id
    with hold_lock(settings.lock_path, "release open"):
        path = write_open_edition(folder, folder / DATABASE_FILE)
    if as_json:
        print_json({"release_id": folder.name, "path": path})
    else:
        click.echo(f"open edition  {path}")


@release.command()
@click.argument("days", nargs=-1, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def revisions(days: tuple[datetime, ...], as_json: bool) -> None:
    """Build as of several DAYS and write the page that shows how figures moved between them.

    Without DAYS: the day of the seed claims and the ends of 2025 and of June 2026. A build that is
    kept and still holds is not made again; the others take about a minute each.
    """
    from pipelines.pages.site import write_site
    from pipelines.run.pipeline import run_pipeline

    settings, builds = Settings(), []
    for day in [moment.date() for moment in days] or REVISION_DAYS:
        click.echo(f"as of {day} ...", err=True)
        outcome = run_pipeline(settings, day)
        click.echo(f"as of {day}: {outcome.message}, {outcome.path}", err=True)
        builds.append({"as_of": day, "status": outcome.status, "path": outcome.path})
    index, _ = write_site(settings)
    page = index.with_name("revisions.html")
    if as_json:
        print_json({"builds": builds, "page": page})
    else:
        click.echo(f"written; open {page}")


@release.command()
@click.argument("release_id")
@click.option("--off", is_flag=True, help="Keep it no longer than others.")
def keep(release_id: str, off: bool) -> None:
    """Keep a release whatever its age and however many follow it."""
    from pipelines.release.lock import hold_lock
    from pipelines.release.publish import keep_release

    settings = Settings()
    with hold_lock(settings.lock_path, "release keep"):
        kept = keep_release(settings, release_id, None if off else now_utc())
    click.echo(f"{'kept as others are' if off else 'kept'}: {kept.release_id}")


@release.command()
@click.argument("release_id", required=False)
@click.option("--hold", "reason", metavar="REASON", help="Publish nothing until `release resume`.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON; asks nothing, needs --yes.")
def rollback(release_id: str | None, reason: str | None, yes: bool, as_json: bool) -> None:
    """Make an earlier release the current one (by default the one before the current).

    The withdrawn release is not published again until inputs, rules or code change; with --hold
    nothing is published until `release resume`, whatever changes.
    """
    from pipelines.release.hold import hold_release
    from pipelines.release.lock import hold_lock
    from pipelines.release.publish import read_current_id, roll_back

    settings = Settings()
    if as_json and not yes:
        raise click.UsageError("--json asks nothing; say --yes with it")
    if not yes:
        click.confirm(f"replace the current release {read_current_id(settings)}?", abort=True)
    with hold_lock(settings.lock_path, "release rollback"):
        restored = roll_back(settings, release_id, now_utc())
        if reason is not None:
            hold_release(settings, getpass.getuser(), reason, now_utc())
    if as_json:
        print_json(
            {"release_id": restored.release_id, "as_of": restored.as_of, "is_held": bool(reason)}
        )
    else:
        click.echo(f"current release is now {restored.release_id}, as of {restored.as_of}")
        if reason is not None:
            click.echo("it is held: runs publish nothing until compute-balance release resume")


@release.command("resume")
def resume_() -> None:
    """End a hold: the next run publishes again."""
    from pipelines.release.hold import resume

    hold = resume(Settings())
    click.echo("the next run publishes again" if hold else "nothing was held")


@release.command()
@click.argument("check_name")
@click.option("--reason", required=True, help="Why what the check found is right.")
@click.option("--by", help="Who says so; by default the user of this machine.")
def accept(check_name: str, reason: str, by: str | None) -> None:
    """Accept for the record what CHECK_NAME found in the run that it stopped.

    The next run takes the same finding of that check for a warning, which says who, when and why;
    another finding stops it as before.
    """
    from pipelines.quality.accepted import accept_check

    item = accept_check(Settings(), check_name, by or getpass.getuser(), reason, now_utc())
    click.echo(f"accepted by {item.by}: {item.check_name}, {item.observed}; run again")
