"""What `compute-balance run --set` and `--scenario` print: the private build and what changed."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json, print_table, show_progress


def ask_what_if(
    settings: Settings,
    assumptions: tuple[str, ...],
    scenario_file: Path | None,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Build a what-if and print how it differs from the release of the same day.

    Raises:
        ReleaseError: there is no release to compare with.
        WhatIfError: what is asked cannot be built; see `pipelines.run.what_if`.
    """
    from pipelines.release.diff import OpenRelease, diff_releases, open_release
    from pipelines.release.figures import compare_releases, compare_scenario
    from pipelines.run.what_if import WhatIf, list_scenarios, parse_assumption, run_what_if

    day = as_of.date() if as_of else None
    before = open_release(settings, day.isoformat() if day else "current")
    what_if = WhatIf(tuple(parse_assumption(text) for text in assumptions), scenario_file)
    with show_progress(is_quiet=as_json) as progress:
        _, outcome = run_what_if(settings, what_if, day, progress)
    after = OpenRelease(what_if.name, outcome.path, outcome.manifest)
    changes = diff_releases(before, after)
    figures = (
        compare_releases(before, after) if "fct_compute_balance" in after.manifest.rows else []
    )
    scenarios = {
        scenario_id: compare_scenario(outcome.path, scenario_id)
        for scenario_id in (list_scenarios(scenario_file) if scenario_file else [])
    }
    if as_json:
        print_json(
            {
                "what_if": what_if.name,
                "path": outcome.path,
                "compared_with": before.label,
                "marts": [asdict(change) for change in changes],
                "baseline": [asdict(figure) for figure in figures],
                "scenarios": {name: [asdict(f) for f in rows] for name, rows in scenarios.items()},
            }
        )
        return
    click.echo(f"\n{what_if.name}, beside release {before.label}, which stays as it is")
    click.echo(f"  database      {outcome.path}")
    click.echo(f"  rows of marts that differ: release diff {before.label} {what_if.name}")
    if before.manifest.code_version != after.manifest.code_version:
        click.echo("  warning       the release was made by other code; run: make warehouse")
    _print_figures(f"baseline: {before.label} -> {what_if.name}", figures)
    for scenario_id, rows in scenarios.items():
        _print_figures(f"scenario: baseline -> {scenario_id}", rows)
    click.echo()
    print_table(
        ["mart", "added", "removed", "changed"],
        [[c.table, c.added, c.removed, c.changed] for c in changes],
    )


def _print_figures(title: str, figures: list) -> None:
    click.echo(f"\n{title}")
    if not figures:
        click.echo("  no balance of a year's last quarter, or of the newest, is different")
        return
    print_table(
        ["quarter_start", "region", "workload", "supply", "demand", "gap", "shortage_probability"],
        [
            [
                figure.quarter_start,
                figure.region_id,
                figure.workload_id,
                *(
                    _show_move(one, other)
                    for one, other in zip(figure.before, figure.after, strict=True)
                ),
            ]
            for figure in figures
        ],
    )


def _show_move(before: float | None, after: float | None) -> str:
    shown = [
        "none" if v is None else f"{v:,.4g}" if abs(v) < 1000 else f"{v:,.0f}"
        for v in (before, after)
    ]
    return shown[0] if shown[0] == shown[1] else " -> ".join(shown)
