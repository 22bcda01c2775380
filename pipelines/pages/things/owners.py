"""A page for every owner of chips or sites: what it received, its share, and its sites."""

from __future__ import annotations

from pipelines.pages.page import Block, Download, Heading, Page, Table, Text
from pipelines.pages.reader import Row, make_sources_table, write_csv
from pipelines.pages.things.drawing import Point, draw_points, make_figure
from pipelines.pages.things.names import OWNERS, Names
from pipelines.pages.things.sites import SITES, find_now

FOLDER = "owners"
NEEDS = ("dim_chip", "dim_country", "dim_organisation", "fct_chip_shipments", "fct_datacenter_site")
SHIPMENTS = """
    select
        coalesce(owner_organisation_id, lower(replace(owner, ' ', '-'))) as owner_id,
        quarter_start, chip_id, units_p05, units_p50, units_p95, h100e_8bit_p50
    from marts.fct_chip_shipments
    order by owner_id, quarter_start, chip_id
"""
# `all` holds chips that no source splits among owners: it is part of the whole as well
TOTALS = """
    select quarter_start, sum(h100e_8bit_p50) as h100e
    from marts.fct_chip_shipments
    group by quarter_start
    order by quarter_start
"""


def make_owner_pages(names: Names) -> list[Page]:
    """Return the list of owners and a page per owner."""
    if not names.reader.has(*NEEDS):
        return []
    owners = names.reader.ask(OWNERS)
    return [_make_index(names, owners), *(_make_page(names, row) for row in owners)]


def _shipments(names: Names, owner_id: str) -> list[Row]:
    return names.reader.group(SHIPMENTS, "owner_id").get(owner_id, [])


def _sum(rows: list[Row], column: str) -> float:
    return sum(row[column] or 0.0 for row in rows)


def _share(names: Names, rows: list[Row]) -> float | None:
    """Return the owner's share of the world's compute shipped in the quarters listed."""
    total = _sum(names.reader.ask(TOTALS), "h100e")
    return _sum(rows, "h100e_8bit_p50") / total if rows and total else None


def _sites(names: Names, owner: Row) -> list[list[Row]]:
    return [
        rows
        for rows in names.reader.group(SITES, "site_id").values()
        if owner["owner_id"]
        in (rows[-1]["owner_organisation_id"], (rows[-1]["owner"] or "").lower().replace(" ", "-"))
    ]


def _make_index(names: Names, owners: list[Row]) -> Page:
    t = names.texts
    found = [
        (owner, _shipments(names, owner["owner_id"]), _sites(names, owner)) for owner in owners
    ]
    found.sort(
        key=lambda item: (
            -_sum(item[1], "h100e_8bit_p50"),
            -_power(names, item[2]),
            item[0]["owner"],
        )
    )
    columns = ("owner", "kind", "country", "h100e", "share", "sites", "power")
    return Page(
        f"{FOLDER}/index",
        t("owners.title"),
        [
            Text(t("owners.intro")),
            Table(
                tuple(t(f"owners.{c}") for c in columns),
                tuple(
                    (
                        names.owner(owner["owner_id"]),
                        t.word("owner_kind", owner["kind"]),
                        names.country(owner["country_code"]),
                        t.number(_sum(rows, "h100e_8bit_p50")) if rows else "",
                        t.percent(_share(names, rows)) if rows else "",
                        str(len(sites)) if sites else "",
                        t.number(_power(names, sites)) if sites else "",
                    )
                    for owner, rows, sites in found
                ),
                numeric=(3, 4, 5, 6),
            ),
        ],
    )


def _power(names: Names, sites: list[list[Row]]) -> float:
    return sum(find_now(names, rows)["it_power_mw"] or 0.0 for rows in sites)


def _make_page(names: Names, owner: Row) -> Page:
    t = names.texts
    owner_id = owner["owner_id"]
    rows, sites = _shipments(names, owner_id), _sites(names, owner)
    name = names.owners[owner_id]
    said = []
    if rows:
        said.append(
            t(
                "owners.answer",
                owner=name,
                h100e=t.number(_sum(rows, "h100e_8bit_p50")),
                first=t.quarter(rows[0]["quarter_start"]),
                last=t.quarter(rows[-1]["quarter_start"]),
                share=t.percent(_share(names, rows)),
            )
        )
    if sites:
        said.append(
            t(
                "owners.answer_sites",
                owner=name,
                sites=len(sites),
                power=t.number(_power(names, sites)),
            )
        )
    blocks: list[Block] = [
        *_show_shipments(names, owner_id, rows, said[0] if said else ""),
        *_show_sites(names, sites),
    ]
    if owner["kind"]:
        blocks.append(
            Text(
                t(
                    "owners.facts",
                    kind=t.word("owner_kind", owner["kind"]),
                    country=names.country(owner["country_code"]),
                )
            )
        )
    sources = make_sources_table(
        names.reader, t, ("fct_chip_shipments", "fct_datacenter_site", "dim_organisation")
    )
    blocks += [sources] if sources else []
    files = {f"{owner_id}-shipments.csv": write_csv(rows)} if rows else {}
    return Page(
        f"{FOLDER}/{owner_id}",
        name,
        blocks,
        " ".join(said),
        files,
        keywords=names.keywords(
            owner_id, owner["owner"], owner["organisation_name"], owner["organisation_name_zh"]
        ),
    )


def _show_shipments(names: Names, owner_id: str, rows: list[Row], answer: str) -> list[Block]:
    t = names.texts
    if not rows:
        return []
    quarters: dict = {}
    chips: dict[str, list[Row]] = {}
    for row in rows:
        quarters[row["quarter_start"]] = quarters.get(row["quarter_start"], 0.0) + (
            row["h100e_8bit_p50"] or 0.0
        )
        chips.setdefault(row["chip_id"], []).append(row)
    points = [Point(day, value) for day, value in sorted(quarters.items())]
    blocks: list[Block] = []
    if len(points) > 1:
        blocks.append(
            make_figure(
                t("owners.figure"),
                answer,
                t("owners.figure_note"),
                lambda room: draw_points(points, room, t.number),
            )
        )
    return [
        *blocks,
        Table(
            tuple(t(f"owners.{c}") for c in ("chip", "units", "h100e", "first", "last")),
            tuple(
                (
                    names.chip(chip_id),
                    t.number(_sum(members, "units_p50")),
                    t.number(_sum(members, "h100e_8bit_p50")),
                    t.quarter(members[0]["quarter_start"]),
                    t.quarter(members[-1]["quarter_start"]),
                )
                for chip_id, members in sorted(
                    chips.items(), key=lambda item: -_sum(item[1], "h100e_8bit_p50")
                )
            ),
            t("owners.chips"),
            numeric=(1, 2),
        ),
        Download(f"{owner_id}-shipments.csv", len(rows)),
    ]


def _show_sites(names: Names, sites: list[list[Row]]) -> list[Block]:
    t = names.texts
    if not sites:
        return []
    shown = sorted(sites, key=lambda rows: -(find_now(names, rows)["it_power_mw"] or 0))
    return [
        Heading(t("owners.sites_title")),
        Table(
            tuple(t(f"sites.{c}") for c in ("site", "country", "status", "it_power", "last_power")),
            tuple(
                (
                    names.site(rows[-1]["site_id"]),
                    names.country(rows[-1]["country_code"]),
                    t.word("site_status", find_now(names, rows)["status"]),
                    t.number(find_now(names, rows)["it_power_mw"]),
                    t.number(rows[-1]["it_power_mw"]),
                )
                for rows in shown
            ),
            numeric=(3, 4),
        ),
    ]
