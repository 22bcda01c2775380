"""A page for every tracked datacenter site: its power and state over time, and promises."""

from __future__ import annotations

from pipelines.pages.page import Block, Download, Heading, Page, Table, Text
from pipelines.pages.reader import Row, make_sources_table, write_csv
from pipelines.pages.things.drawing import Point, draw_points, make_figure
from pipelines.pages.things.names import Names

FOLDER = "sites"
NEEDS = ("dim_country", "fct_datacenter_site")
SITES = "select * from marts.fct_datacenter_site order by site_id, on_date"
MILESTONES = "select * from marts.fct_site_milestone order by site_id, due_on, milestone_id"
COLUMNS = (
    "site_id",
    "on_date",
    "status",
    "it_power_mw",
    "facility_power_mw",
    "h100e_8bit",
    "is_projection",
    "vintage_on",
)


def make_site_pages(names: Names) -> list[Page]:
    """Return the list of sites and a page per site."""
    if not names.reader.has(*NEEDS):
        return []
    sites = names.reader.group(SITES, "site_id")
    return [_make_index(names, sites), *(_make_page(names, s, rows) for s, rows in sites.items())]


def find_now(names: Names, rows: list[Row]) -> Row:
    """Return the newest row that is no projection; the first one where there is none."""
    as_of = names.reader.release.as_of
    past = [row for row in rows if row["on_date"] <= as_of]
    return past[-1] if past else rows[0]


def _make_index(names: Names, sites: dict[str, list[Row]]) -> Page:
    t = names.texts
    shown = sorted(
        ((find_now(names, rows), rows[-1], site) for site, rows in sites.items()),
        key=lambda item: (-(item[0]["it_power_mw"] or 0), item[2]),
    )
    columns = ("site", "owner", "country", "status", "it_power", "last_power", "last_day")
    return Page(
        f"{FOLDER}/index",
        t("sites.title"),
        [
            Text(t("sites.intro", sites=len(sites))),
            Table(
                tuple(t(f"sites.{c}") for c in columns),
                tuple(
                    (
                        names.site(site),
                        _name_owner(names, now),
                        names.country(now["country_code"]),
                        t.word("site_status", now["status"]),
                        t.number(now["it_power_mw"]),
                        t.number(last["it_power_mw"]),
                        t.month(last["on_date"]),
                    )
                    for now, last, site in shown
                ),
                numeric=(4, 5),
            ),
        ],
    )


def _name_owner(names: Names, row: Row) -> str:
    if row["owner_organisation_id"]:
        return names.owner(row["owner_organisation_id"])
    return names.owner((row["owner"] or "").lower().replace(" ", "-")) if row["owner"] else ""


def _make_page(names: Names, site: str, rows: list[Row]) -> Page:
    t = names.texts
    now, last = find_now(names, rows), rows[-1]
    answer = t(
        "sites.answer_ahead" if last["is_projection"] else "sites.answer",
        site=names.sites[site],
        status=t.word("site_status", now["status"]),
        day=t.day(now["on_date"]),
        power=t.number(now["it_power_mw"]),
        ahead=t.number(last["it_power_mw"]),
        ahead_day=t.month(last["on_date"]),
    )
    blocks: list[Block] = _draw_power(names, rows, answer)
    records = [{column: row[column] for column in COLUMNS} for row in rows]
    name = f"{site}.csv"
    columns = ("day", "status", "it_power_then", "facility_power", "h100e", "kind")
    blocks += [
        Table(
            tuple(t(f"sites.{c}") for c in columns),
            tuple(
                (
                    names.day(row["on_date"]),
                    t.word("site_status", row["status"]),
                    t.number(row["it_power_mw"]),
                    t.number(row["facility_power_mw"]),
                    t.number(row["h100e_8bit"]),
                    t("sites.projected") if row["is_projection"] else t("sites.tracked"),
                )
                for row in rows
            ),
            t("sites.table"),
            numeric=(2, 3, 4),
        ),
        Download(name, len(records)),
        Text(
            t(
                "sites.facts",
                owner=_name_owner(names, now) or t("value.missing"),
                country=names.country(now["country_code"]),
                region=t.word("region", now["region_id"]),
            )
        ),
        *_show_milestones(names, site),
        Text(
            t(
                "things.rests_on",
                sources=names.sources(now["source_ids"]),
                day=t.day(now["known_on"]),
                confidence=t.word("confidence", now["confidence"]),
            )
        ),
    ]
    sources = make_sources_table(names.reader, t, ("fct_datacenter_site",))
    blocks += [sources] if sources else []
    return Page(
        f"{FOLDER}/{site}",
        names.sites[site],
        blocks,
        answer,
        {name: write_csv(records)},
        keywords=names.keywords(site, now["owner"], now["country_code"]),
    )


def _draw_power(names: Names, rows: list[Row], answer: str) -> list[Block]:
    t = names.texts
    points = [
        Point(row["on_date"], row["it_power_mw"], is_projection=row["is_projection"])
        for row in rows
        if row["it_power_mw"] is not None
    ]
    if len(points) < 2:
        return []
    return [
        make_figure(
            t("sites.figure"),
            answer,
            t("sites.figure_note"),
            lambda room: draw_points(points, room, t.number, is_step=True),
        )
    ]


def _show_milestones(names: Names, site: str) -> list[Block]:
    t = names.texts
    if not names.reader.has("fct_site_milestone"):
        return []
    rows = names.reader.group(MILESTONES, "site_id").get(site, [])
    if not rows:
        return []
    columns = ("due", "kind", "announced", "tracked", "late")
    return [
        Heading(t("sites.milestones")),
        Table(
            tuple(t(f"sites.{c}") for c in columns),
            tuple(
                (
                    names.day(row["due_on"]),
                    t.word("milestone", row["kind"]),
                    " ".join((t.number(row["announced"]), t.word("site_metric", row["metric"]))),
                    t.number(row["tracked_when_due"]),
                    "" if row["days_late"] is None else str(row["days_late"]),
                )
                for row in rows
            ),
            numeric=(3, 4),
        ),
        *(Text(row["statement"], lang="en") for row in rows),
    ]
