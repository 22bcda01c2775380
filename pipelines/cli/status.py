"""`compute-balance status`: what is published, how the last run ended, what is stale."""

from __future__ import annotations

from datetime import date

import click
import duckdb

from pipelines.base.rows import fetch_dicts
from pipelines.base.settings import Settings, today_utc
from pipelines.cli.tables import print_json, print_table
from pipelines.release.publish import find_readable
from pipelines.run.reports import read_last_run, read_run_reports

# exit codes beside 0; 2 is click's own, for wrong input
FAILED, NEVER_RUN, STALE = 1, 3, 4


def collect_status(settings: Settings) -> dict:
    """Return release, last run, lock, sources that are not fresh and checks that did not pass."""
    from pipelines.release.hold import read_hold
    from pipelines.release.lock import describe_holder, is_held
    from pipelines.release.publish import read_rollback

    running = is_held(settings.lock_path)
    content: dict = {
        "database": str(settings.current_path),
        "release": None,
        "running": describe_holder(settings.lock_path) if running else None,
        "last_run": read_last_run(settings),
        "rollback": read_rollback(settings),
        "hold": read_hold(settings),
        "sources": [],
        "failed_checks": [],
        "failed_fetches": [],
        "stale_because": [],
    }
    if settings.current_path.exists():
        with duckdb.connect(str(find_readable(settings)), read_only=True) as connection:
            content["release"] = fetch_dicts(connection, "select * from meta.release")[0]
            content["sources"] = fetch_dicts(
                connection,
                "select source_id, area, freshness, newest_known_on, rows_known, last_loaded_at "
                "from meta.source order by area, source_id",
            )
            content["failed_checks"] = fetch_dicts(
                connection,
                "select check_name, severity, observed from meta.quality_result "
                "where not passed order by severity, check_name",
            )
            content["unreviewed_policy_documents"] = fetch_dicts(
                connection,
                "select document_number, title, published_on from meta.policy_inbox "
                "where relevance <> 'not_relevant' "
                "and coalesce(review, 'to_be_coded') = 'to_be_coded' order by published_on",
            )
        content["failed_fetches"] = list_failed_fetches(settings, content["sources"])
        content["stale_because"] = find_stale(settings, content)
    return content


def list_failed_fetches(settings: Settings, sources: list[dict]) -> list[str]:
    """Return the sources of which an address failed when it was asked last."""
    from pipelines.archive.documents import Archive

    archive = Archive(settings.archive_dir)
    return [
        source["source_id"]
        for source in sources
        if any(n.outcome == "failed" for n in archive.list_fetch_notes(source["source_id"]))
    ]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(as_json: bool) -> None:
    """Show the current release, the last run, and what is stale or failed.

    Exit codes: 0 all is well, 1 the last run failed, 3 nothing is published yet, 4 the release is
    stale: no run has ended well for longer than the setting `stale_after_days`, or a source whose
    last fetch failed is behind its contract today.
    """
    settings = Settings()
    content = collect_status(settings)
    if as_json:
        print_json(content)
    else:
        _print(content)
    code = find_exit_code(content)
    if code:
        raise SystemExit(code)


def find_exit_code(content: dict) -> int:
    """Return the exit code of a status, as the command documents it."""
    last = content["last_run"]
    if last and last["status"] == "failed":
        return FAILED
    if content["release"] is None:
        return NEVER_RUN
    return STALE if content["stale_because"] else 0


def find_stale(settings: Settings, content: dict) -> list[str]:
    """Return why the release is stale today, in sentences; none where it is not.

    A release says how fresh its sources were on its own day. Days have passed since, so both its
    age and the sources that an address serves are judged by today.
    """
    found = []
    ended = [
        report
        for report in read_run_reports(settings)
        if report["status"] in ("published", "unchanged")
    ]
    today = today_utc()
    last = max((report["ended_at"][:10] for report in ended), default=None)
    day = date.fromisoformat(last) if last else content["release"]["as_of"]
    age = (today - day).days
    if age > settings.stale_after_days:
        found.append(
            f"no run has ended well for {age} days (since {day}); expected one within "
            f"{settings.stale_after_days}"
        )
    found += [
        f"{source['source_id']}: its last fetch failed, newest rows of {source['newest_known_on']}"
        for source in content["sources"]
        if source["freshness"] == "stale" and source["source_id"] in content["failed_fetches"]
    ]
    return found


def _print(content: dict) -> None:
    release = content["release"]
    if release is None:
        click.echo("nothing is published yet; run: make warehouse")
    else:
        click.echo(f"release   {release['release_id']}, as of {release['as_of']}")
        click.echo(f"database  {content['database']}")
        click.echo(f"content   {release['content_hash'][:16]}, code {release['code_version']}")
    if content["rollback"]:
        back = content["rollback"]
        click.echo(f"rollback  from {back['from']} to {back['to']} at {back['at']}")
    if content["hold"]:
        click.echo(f"hold      {content['hold']}")
    last = content["last_run"]
    if last:
        click.echo(f"last run  {last['run_id']}: {last['status']}, {last['message']}")
    for reason in content["stale_because"]:
        click.echo(f"stale     {reason}")
    if content["running"]:
        click.echo(f"running   {content['running']}")
    for item in content.get("unreviewed_policy_documents", []):
        click.echo(f"inbox     {item['document_number']} {item['published_on']} {item['title']}")
    for item in content["failed_checks"]:
        click.echo(f"{item['severity']:<9} {item['check_name']}: {item['observed']}")
    if content["sources"]:
        click.echo()
        print_table(list(content["sources"][0]), [list(s.values()) for s in content["sources"]])
