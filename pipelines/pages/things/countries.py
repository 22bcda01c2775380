"""A page for every country: what may go there today, its groups and restrictions, who is listed."""

from __future__ import annotations

from pipelines.pages.page import Block, Bullets, Download, Heading, Page, Table, Text
from pipelines.pages.reader import Row, make_sources_table, write_csv
from pipelines.pages.things.names import Names
from pipelines.pages.things.status import FREE, list_today_by_country, name_outcome

FOLDER = "countries"
NEEDS = ("dim_chip", "dim_country", "dim_country_group", "dim_policy", "fct_chip_control_status")
COUNTRIES = "select country_code, region_id from marts.dim_country order by country_code"
GROUPS = """
    select country_code, group_code, valid_from, valid_to
    from marts.dim_country_group
    order by country_code, group_code, valid_from
"""
# a restriction is KIND:POLICY; several stand in one cell, and their scopes in the same order
RESTRICTIONS = """
    with cells as (
        select
            destination_country as country_code, chip_id, valid_from, valid_to,
            unnest(str_split(destination_restriction, ',')) as restriction,
            unnest(str_split(restriction_scope, ',')) as scope
        from marts.fct_destination_restriction
        where scenario_id = 'baseline' and buyer_headquarters = 'local'
    )

    select
        country_code,
        split_part(restriction, ':', 1) as kind,
        split_part(restriction, ':', 2) as policy_id,
        scope,
        min(valid_from) as valid_from,
        -- in force for some chip still: no end
        if(bool_or(valid_to is null), null, max(valid_to)) as valid_to,
        count(distinct chip_id) as chip_count
    from cells
    where restriction is not null
    group by country_code, kind, policy_id, scope
    order by country_code, valid_from, policy_id
"""
LISTINGS = """
    select country_code, entity_name, entity_name_zh, list, listed_on, removed_on, sector,
           policy_id, citation
    from marts.fct_entity_listing
    order by country_code, listed_on desc, entity_name
"""
BUYERS = """
    select
        country_code,
        count(*) as buyers,
        count(*) filter (has_terms) as with_terms
    from marts.dim_buyer
    group by country_code
    order by country_code
"""
SITES = """
    select country_code, site_id, arg_max(status, on_date) as status,
           max_by(it_power_mw, on_date) as it_power_mw
    from marts.fct_datacenter_site
    where on_date <= $as_of
    group by country_code, site_id
    order by country_code, it_power_mw desc nulls last, site_id
"""


def make_country_pages(names: Names) -> list[Page]:
    """Return the list of countries and a page per country."""
    if not names.reader.has(*NEEDS):
        return []
    today = list_today_by_country(names.reader)
    countries = names.reader.ask(COUNTRIES)
    return [
        _make_index(names, countries, today),
        *(_make_page(names, row, today.get(row["country_code"], [])) for row in countries),
    ]


def _count(rows: list[Row]) -> tuple[int, int, int]:
    """Return chips that may go freely, that are presumed denied, and all, for the first kind."""
    first = [row for row in rows if row["is_first"]]
    free = sum(len(row["chips"]) for row in first if row["outcome"] in FREE)
    denied = sum(
        len(row["chips"]) for row in first if row["outcome"] == "licence_presumption_of_denial"
    )
    return free, denied, sum(len(row["chips"]) for row in first)


def _make_index(names: Names, countries: list[Row], today: dict[str, list[Row]]) -> Page:
    t = names.texts
    rows = []
    for country in sorted(countries, key=lambda row: names.countries[row["country_code"]]):
        code = country["country_code"]
        free, denied, known = _count(today.get(code, []))
        groups = ", ".join(row["group_code"] for row in _list_groups(names, code, True))
        counts = (str(free), str(denied), str(known)) if known else ("", "", "")
        rows.append(
            (names.country(code), code, t.word("region", country["region_id"]), groups, *counts)
        )
    columns = ("country", "code", "region", "groups", "free", "denied", "chips")
    return Page(
        f"{FOLDER}/index",
        t("countries.title"),
        [
            Text(t("countries.intro", countries=len(countries))),
            Table(tuple(t(f"countries.{c}") for c in columns), tuple(rows), numeric=(4, 5, 6)),
        ],
    )


def _list_groups(names: Names, code: str, only_today: bool = False) -> list[Row]:
    as_of = names.reader.release.as_of
    return [
        row
        for row in names.reader.group(GROUPS, "country_code").get(code, [])
        if not only_today
        or (row["valid_from"] <= as_of and (row["valid_to"] is None or row["valid_to"] > as_of))
    ]


def _make_page(names: Names, country: Row, today: list[Row]) -> Page:
    t, reader = names.texts, names.reader
    code = country["country_code"]
    free, denied, known = _count(today)
    answer = (
        t(
            "countries.answer",
            country=names.countries[code],
            free=free,
            denied=denied,
            known=known,
        )
        if known
        else t("countries.no_status", country=names.countries[code])
    )
    files: dict[str, str] = {}
    blocks: list[Block] = [
        *_show_chips(names, code, today, files),
        *_show_groups(names, code),
        *_show_restrictions(names, code),
        *_show_sites(names, code),
        *_show_listings(names, code),
    ]
    sources = make_sources_table(
        reader, t, ("dim_country_group", "dim_policy", "fct_entity_listing")
    )
    blocks += [sources] if sources else []
    listed = (
        reader.group(LISTINGS, "country_code").get(code, [])
        if reader.has("fct_entity_listing")
        else []
    )
    parties = (part for row in listed for part in (row["entity_name"], row["entity_name_zh"]))
    return Page(
        f"{FOLDER}/{code}",
        names.countries[code],
        blocks,
        answer,
        files,
        keywords=names.keywords(code, names.both_names[code], *parties),
    )


def _show_chips(names: Names, code: str, today: list[Row], files: dict[str, str]) -> list[Block]:
    t = names.texts
    first = [row for row in today if row["is_first"]]
    others = [row for row in today if not row["is_first"]]
    if not first:
        return []
    name = f"{code}-today.csv"
    records = [
        {
            "country_code": code,
            "buyer_headquarters": row["buyer_headquarters"],
            "transaction": row["transaction"],
            "outcome": row["outcome"],
            "policy_id": row["policy_id"],
            "chip_id": chip,
        }
        for row in today
        for chip in row["chips"]
    ]
    files[name] = write_csv(records)
    blocks: list[Block] = [
        Table(
            tuple(t(f"things.{c}") for c in ("outcome", "rule", "number")),
            tuple(
                (
                    name_outcome(t, row["outcome"]),
                    names.policy(row["policy_id"]),
                    str(len(row["chips"])),
                )
                for row in first
            ),
            t("countries.today"),
            numeric=(2,),
        ),
        Download(name, len(records)),
        Heading(t("countries.which")),
        Bullets(tuple(_list_chips(names, row) for row in first)),
    ]
    if others:
        blocks += [
            Heading(t("countries.others")),
            Bullets(
                tuple(
                    t(
                        "countries.other",
                        buyer=t.word("buyer", row["buyer_headquarters"]),
                        way=t.word("transaction", row["transaction"]),
                        chips=_list_chips(names, row),
                    )
                    for row in others
                )
            ),
        ]
    return blocks


def _list_chips(names: Names, row: Row) -> str:
    t = names.texts
    return t(
        "things.members_by" if row["policy_id"] else "things.members",
        name=name_outcome(t, row["outcome"]),
        rule=names.policy(row["policy_id"]),
        count=len(row["chips"]),
        members=names.list_chips(row["chips"]),
    )


def _show_groups(names: Names, code: str) -> list[Block]:
    t = names.texts
    rows = _list_groups(names, code)
    if not rows:
        return []
    return [
        Heading(t("countries.groups_title")),
        Table(
            tuple(t(f"things.{c}") for c in ("group", "from", "until")),
            tuple(
                (
                    row["group_code"],
                    names.day(row["valid_from"]),
                    names.until(row["valid_to"]),
                )
                for row in rows
            ),
            t("countries.groups_note"),
        ),
    ]


def _show_restrictions(names: Names, code: str) -> list[Block]:
    t = names.texts
    rows = names.reader.group(RESTRICTIONS, "country_code").get(code, [])
    if not rows:
        return []
    columns = ("restriction", "rule", "scope", "from", "until", "number")
    return [
        Heading(t("countries.restrictions")),
        Text(t("countries.restrictions_note")),
        Table(
            tuple(t(f"things.{c}") for c in columns),
            tuple(
                (
                    t.word("restriction", row["kind"]),
                    names.policy(row["policy_id"]),
                    t.word("scope", row["scope"]),
                    names.day(row["valid_from"]),
                    names.until(row["valid_to"]),
                    str(row["chip_count"]),
                )
                for row in rows
            ),
            numeric=(5,),
        ),
    ]


def _show_sites(names: Names, code: str) -> list[Block]:
    t = names.texts
    if not names.reader.has("fct_datacenter_site"):
        return []
    as_of = names.reader.release.as_of
    rows = names.reader.group(SITES, "country_code", {"as_of": as_of}).get(code, [])
    if not rows:
        return []
    return [
        Heading(t("countries.sites")),
        Table(
            tuple(t(f"sites.{c}") for c in ("site", "status", "it_power")),
            tuple(
                (
                    names.site(row["site_id"]),
                    t.word("site_status", row["status"]),
                    t.number(row["it_power_mw"]),
                )
                for row in rows
            ),
            numeric=(2,),
        ),
    ]


def _show_listings(names: Names, code: str) -> list[Block]:
    t = names.texts
    if not names.reader.has("fct_entity_listing", "dim_buyer"):
        return []
    rows = names.reader.group(LISTINGS, "country_code").get(code, [])
    buyers = names.reader.group(BUYERS, "country_code").get(code, [])
    if not rows and not buyers:
        return []
    blocks: list[Block] = [Heading(t("countries.buyers"))]
    blocks += [
        Text(t("countries.buyers_note", buyers=row["buyers"], terms=row["with_terms"]))
        for row in buyers
    ]
    if rows:
        columns = ("entity", "list", "listed", "removed", "sector", "rule")
        blocks.append(
            Table(
                tuple(t(f"things.{c}") for c in columns),
                tuple(
                    (
                        t.pick(row["entity_name"], row["entity_name_zh"]),
                        t.word("entity_list", row["list"]),
                        names.day(row["listed_on"]),
                        names.day(row["removed_on"]) if row["removed_on"] else "",
                        t.word("sector", row["sector"]),
                        names.policy(row["policy_id"]),
                    )
                    for row in rows
                ),
                t("countries.listings", rows=len(rows)),
            )
        )
    return blocks
