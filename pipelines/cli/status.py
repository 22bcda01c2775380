"""`compute-balance status`: what is published, how the last run ended, what is stale."""

from __future__ import annotations

import json

import click
import duckdb

from pipelines.base.rows import fetch_dicts
from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json, print_table
from pipelines.release.publish import find_readable


def read_last_run(settings: Settings) -> dict | None:
    """Return the report of the newest run, whatever became of it; None before the first."""
    reports = sorted((settings.warehouse_dir / "data" / "runs").glob("*.json"))
    return json.loads(reports[-1].read_text(encoding="utf-8")) if reports else None


def collect_status(settings: Settings) -> dict:
    """Return release, last run, lock, sources that are not fresh and checks that did not pass."""
    from pipelines.release.lock import describe_holder, is_held
    from pipelines.release.publish import read_rollback

    running = is_held(settings.lock_path)
    content: dict = {
        "database": str(settings.current_path),
        "release": None,
        "running": describe_holder(settings.lock_path) if running else None,
        "last_run": read_last_run(settings),
        "rollback": read_rollback(settings),
        "sources": [],
        "failed_checks": [],
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
    return content


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(as_json: bool) -> None:
    """Show the current release, the last run, and what is stale or failed.

    Exit code 1 if nothing is published or the last run failed.
    """
    content = collect_status(Settings())
    if as_json:
        print_json(content)
    else:
        _print(content)
    last = content["last_run"]
    if content["release"] is None or (last and last["status"] == "failed"):
        raise SystemExit(1)


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
    last = content["last_run"]
    if last:
        click.echo(f"last run  {last['run_id']}: {last['status']}, {last['message']}")
    if content["running"]:
        click.echo(f"running   {content['running']}")
    for item in content.get("unreviewed_policy_documents", []):
        click.echo(f"inbox     {item['document_number']} {item['published_on']} {item['title']}")
    for item in content["failed_checks"]:
        click.echo(f"{item['severity']:<9} {item['check_name']}: {item['observed']}")
    if content["sources"]:
        click.echo()
        print_table(list(content["sources"][0]), [list(s.values()) for s in content["sources"]])
