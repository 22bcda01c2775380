"""The page on revisions: how figures moved between builds as of several days and versions.

A build as of a day holds what was known that day, with today's judgements and corrections; what the
warehouse itself showed that day is in its kept releases.
"""

from datetime import date
from itertools import pairwise

import duckdb

from pipelines.base.settings import Settings
from pipelines.pages.page import Block, Heading, Page, Table, Text
from pipelines.release.diff import OpenRelease, diff_releases, open_release

PATH = "revisions"
BALANCES = """
    select quarter_start, region_id, workload_id, supply_h100e_p50, demand_h100e_p50,
           shortage_probability
    from marts.fct_compute_balance
    where access = 'all' and scenario_id = 'baseline' and month(quarter_start) = 10
    order by quarter_start, region_id, workload_id
"""
VERDICTS = "select claim_id, verdict from marts.fct_seed_claim order by claim_id"
VERSIONS = """
    select
        measure,
        vintage_on,
        count(*) filter (change = 'new') as new,
        count(*) filter (change = 'revised') as revised,
        count(*) filter (change = 'withdrawn') as withdrawn,
        median(change_pct) filter (change = 'revised') as median_change_pct,
        min(change_pct) filter (change = 'revised') as lowest_change_pct,
        max(change_pct) filter (change = 'revised') as highest_change_pct,
    from marts.fct_estimate_revision
    where change <> 'unchanged'
    group by measure, vintage_on
    order by measure, vintage_on
"""
LARGEST = """
    select measure, subject, period_start, vintage_on, previous_value, value, change_pct
    from marts.fct_estimate_revision
    where change = 'revised'
    qualify row_number() over (
        partition by measure order by abs(value - previous_value) desc, estimate_id, vintage_on
    ) <= 5
    order by measure, abs(value - previous_value) desc
"""


def list_builds(settings: Settings) -> list[OpenRelease]:
    """Return the kept builds as of earlier days, oldest first, and the current release last."""
    folders = settings.as_of_dir.iterdir() if settings.as_of_dir.exists() else []
    days = sorted(folder.name for folder in folders if (folder / "manifest.json").exists())
    return [open_release(settings, name) for name in [*days, "current"]]


def make_revisions_page(settings: Settings) -> Page:
    """Return the page over all kept builds and the current release."""
    builds = list_builds(settings)
    current = builds[-1]
    blocks: list[Block] = [
        Text(
            "A build as of a day sees what the public could know on that day, with today's "
            "judgements and corrections. An early build is thin: where nothing was known yet, a "
            "table is empty, and a balance has no figure. Make builds with "
            "`compute-balance release revisions DAY ...`."
        ),
        *_write_builds(builds),
        *_write_balances(builds),
        *_write_verdicts(builds),
        *_write_changes(builds),
        *_write_versions(current),
    ]
    return Page(PATH, "Revisions", blocks)


def _write_builds(builds: list[OpenRelease]) -> list[Block]:
    rows = [
        (
            str(build.manifest.as_of),
            f"`{build.manifest.release_id}`",
            f"{sum(build.manifest.rows.values()):,}",
            ", ".join(build.manifest.empty_tables) or "none",
        )
        for build in builds
    ]
    blocks: list[Block] = [
        Heading("Builds"),
        Table(("as of", "release", "rows in marts", "empty marts"), tuple(rows)),
    ]
    codes = {build.manifest.code_version for build in builds}
    if len(codes) > 1:
        blocks.append(
            Text(
                "These builds were made by different versions of the code, so differences are not "
                "those of knowledge alone; make them again to compare them."
            )
        )
    return blocks


def _read(build: OpenRelease, query: str) -> list[tuple]:
    """Return the rows of a query; a release without the mart has none."""
    with duckdb.connect(str(build.path), read_only=True) as connection:
        try:
            return connection.execute(query).fetchall()
        except duckdb.CatalogException:
            return []


def _write_balances(builds: list[OpenRelease]) -> list[Block]:
    found: dict[tuple[date, str, str], dict[int, tuple]] = {}
    for place, build in enumerate(builds):
        for quarter, region, workload, *values in _read(build, BALANCES):
            found.setdefault((quarter, region, workload), {})[place] = tuple(values)
    rows = []
    for (quarter, region, workload), by_build in sorted(found.items()):
        if any(values[0] is not None for values in by_build.values()):
            cells = [_show_balance(by_build.get(place)) for place in range(len(builds))]
            rows.append((f"{quarter.year}Q4", region, workload, *cells))
    return [
        Heading("Balances of the last quarter of each year"),
        Text(
            "Median supply / median wanted demand in thousand H100 equivalents, and the share of "
            "draws that are short; baseline, all chips. `none`: that build has no figure."
        ),
        Table(("quarter", "region", "work", *(_name(build) for build in builds)), tuple(rows)),
    ]


def _show_balance(values: tuple | None) -> str:
    if values is None or values[0] is None or values[1] is None:
        return "none"
    supply, demand, shortage = values
    return f"{_show_thousands(supply)} / {_show_thousands(demand)}, short {shortage:.2f}"


def _show_thousands(value: float) -> str:
    return f"{value / 1000:,.0f}" if value >= 1e5 else f"{value / 1000:.3g}"


def _name(build: OpenRelease) -> str:
    return f"as of {build.manifest.as_of}"


def _write_verdicts(builds: list[OpenRelease]) -> list[Block]:
    by_build = [dict(_read(build, VERDICTS)) for build in builds]
    claims = sorted({claim for verdicts in by_build for claim in verdicts})
    if not claims:
        return []
    rows = [
        (f"`{claim}`", *(verdicts.get(claim, "none") for verdicts in by_build))
        for claim in claims
        if len({verdicts.get(claim) for verdicts in by_build}) > 1
    ]
    text = (
        f"{len(rows)} of {len(claims)} claims have another verdict in some build; they are listed."
    )
    return [
        Heading("Verdicts on the claims"),
        Text(text),
        Table(("claim", *(_name(build) for build in builds)), tuple(rows)),
    ]


def _write_changes(builds: list[OpenRelease]) -> list[Block]:
    blocks: list[Block] = [Heading("Rows that came, went and changed")]
    for first, second in pairwise(builds):
        rows = [
            (
                f"`{change.table}`",
                f"{change.added:,}",
                f"{change.changed:,}",
                f"{change.removed:,}",
                change.columns,
            )
            for change in diff_releases(first, second)
        ]
        blocks += [
            Text(f"From {_name(first)} to {_name(second)}:"),
            Table(("mart", "newly known", "revised", "gone", "columns revised"), tuple(rows)),
        ]
    return blocks


def _write_versions(current: OpenRelease) -> list[Block]:
    def show(value: object) -> str:
        if value is None:
            return ""
        return f"{value:,.4g}" if isinstance(value, float) else str(value)

    def make_rows(query: str) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(show(value) for value in row) for row in _read(current, query))

    return [
        Heading("Versions of the estimates"),
        Text(
            "What publishers newly gave, revised and withdrew, version by version (mart "
            "`fct_estimate_revision`); changes in percent of the version before."
        ),
        Table(
            ("measure", "version", "new", "revised", "withdrawn", "median %", "lowest", "highest"),
            make_rows(VERSIONS),
        ),
        Heading("The five largest revisions of each measure"),
        Table(
            ("measure", "subject", "period", "version", "before", "after", "change %"),
            make_rows(LARGEST),
        ),
    ]
