"""A page for every chip: where it may go and since when, and what it is.

What it costs and who has it belongs in `chip_market.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from pipelines.pages.page import Block, Bullets, Download, Figure, Heading, Page, Table, Text
from pipelines.pages.reader import Row, make_sources_table, write_csv
from pipelines.pages.things.chip_market import show_market
from pipelines.pages.things.drawing import Bar, Lane, draw_lanes, make_figure
from pipelines.pages.things.names import Names
from pipelines.pages.things.status import (
    Group,
    count_free,
    list_groups,
    list_today_by_chip,
    name_outcome,
    name_reason,
)

FOLDER = "chips"
NEEDS = ("dim_chip", "dim_country", "dim_policy", "fct_chip_control_status")
SPECS = (
    "dense_fp16_tflops",
    "dense_int8_tops",
    "dense_fp8_tflops",
    "dense_fp4_tflops",
    "total_processing_performance",
    "applicable_die_area_mm2",
    "performance_density",
    "memory_gb",
    "memory_bandwidth_gb_s",
    "interconnect_gb_s",
    "tdp_w",
    "h100e_8bit",
    "h100e_training",
    "h100e_inference",
)
CHIPS = "select * from marts.dim_chip order by chip_id"


def make_chip_pages(names: Names) -> list[Page]:
    """Return the list of chips and a page per chip."""
    if not names.reader.has(*NEEDS):
        return []
    groups = list_groups(names.reader)
    today = list_today_by_chip(names.reader)
    chips = names.reader.ask(CHIPS)
    return [
        _make_index(names, chips, groups),
        *(_make_page(names, chip, groups.get(chip["chip_id"], []), today) for chip in chips),
    ]


def _make_index(names: Names, chips: list[Row], groups: dict[str, list[Group]]) -> Page:
    t = names.texts
    rows = []
    for chip in sorted(chips, key=lambda row: names.chips[row["chip_id"]].lower()):
        mine = groups.get(chip["chip_id"], [])
        china = _find(mine, "CN")
        free, known = count_free(mine)
        rows.append(
            (
                names.chip(chip["chip_id"]),
                names.day(chip["released_on"]) if chip["released_on"] else "",
                _show(names, chip["total_processing_performance"]),
                _show(names, chip["h100e_training"]),
                name_outcome(t, china.last.outcome) if china else t("value.missing"),
                names.policy(china.last.policy_id) if china else "",
                f"{free} / {known}" if known else "",
            )
        )
    columns = ("chip", "released", "tpp", "h100e", "to_china", "rule", "free")
    return Page(
        f"{FOLDER}/index",
        t("chips.title"),
        [
            Text(t("chips.intro", chips=len(chips))),
            Table(tuple(t(f"chips.{c}") for c in columns), tuple(rows), numeric=(2, 3, 6)),
        ],
    )


def _find(groups: Iterable[Group], country: str) -> Group | None:
    return next((group for group in groups if country in group.countries), None)


def _make_page(names: Names, chip: Row, groups: list[Group], today: dict[str, list[Row]]) -> Page:
    t, reader = names.texts, names.reader
    chip_id = chip["chip_id"]
    files: dict[str, str] = {}
    blocks: list[Block] = []
    if groups:
        blocks += _show_status(names, chip_id, groups, files)
    blocks += _show_today(names, today.get(chip_id, []))
    blocks += _show_specs(names, chip)
    blocks += show_market(names, chip_id)
    sources = make_sources_table(reader, t, ("dim_chip", "fct_chip_clause_result", "dim_policy"))
    blocks += [sources] if sources else []
    return Page(
        f"{FOLDER}/{chip_id}",
        names.chips[chip_id],
        blocks,
        _tell(names, chip_id, groups),
        files,
        keywords=names.keywords(chip_id, chip["vendor"], chip["family"], chip["market_variant_of"]),
    )


def _tell(names: Names, chip_id: str, groups: list[Group]) -> str:
    t = names.texts
    china = _find(groups, "CN")
    if china is None:
        return t("chips.no_status", chip=names.chips[chip_id])
    free, known = count_free(groups)
    if china.last.outcome == "unknown":
        return t("chips.answer_unknown", chip=names.chips[chip_id])
    return t(
        "chips.answer" if china.last.policy_id else "chips.answer_free",
        chip=names.chips[chip_id],
        outcome=name_outcome(t, china.last.outcome),
        day=t.day(china.last.begins),
        rule=names.policies.get(china.last.policy_id or "", ""),
        free=free,
        known=known,
    )


def _show_status(
    names: Names, chip_id: str, groups: list[Group], files: dict[str, str]
) -> list[Block]:
    t = names.texts
    as_of = names.reader.release.as_of
    begins = min((s.begins for g in groups for s in g.path[1:]), default=date(as_of.year - 3, 1, 1))
    begins = date(min(begins.year, as_of.year - 1), 1, 1)
    lanes = [_make_lane(names, group, as_of) for group in groups]
    figure: Figure = make_figure(
        t("chips.status"),
        _tell(names, chip_id, groups),
        t("chips.status_note"),
        lambda room: draw_lanes(lanes, begins, as_of, room),
    )
    rows, records = [], []
    for group in groups:
        for step, following in pairwise([*group.path, None]):
            assert step is not None
            until = following.begins if following else None
            rows.append(
                (
                    names.name_some_countries(group.countries),
                    name_outcome(t, step.outcome),
                    names.day(step.begins),
                    names.until(until),
                    names.policy(step.policy_id),
                    name_reason(t, step),
                )
            )
            records.append(
                {
                    "chip_id": chip_id,
                    "destination_countries": " ".join(group.countries),
                    "valid_from": step.begins,
                    "valid_to": until,
                    "outcome": step.outcome,
                    "policy_id": step.policy_id,
                    "control_item": step.control_item,
                    "deciding_kind": step.deciding_kind,
                }
            )
    name = f"{chip_id}-status.csv"
    files[name] = write_csv(records)
    columns = ("destinations", "outcome", "from", "until", "rule", "reason")
    members = tuple(
        t(
            "things.members",
            name=names.name_some_countries(group.countries),
            count=len(group.countries),
            members=names.list_countries(group.countries),
        )
        for group in groups
        if len(group.countries) > 1
    )
    blocks: list[Block] = [
        figure,
        Table(tuple(t(f"things.{c}") for c in columns), tuple(rows), t("chips.status_table")),
        Download(name, len(records)),
    ]
    if members:
        blocks += [Heading(t("chips.groups")), Bullets(members)]
    return blocks


def _make_lane(names: Names, group: Group, as_of: date) -> Lane:
    bars = tuple(
        Bar(
            step.begins,
            following.begins if following else as_of,
            names.texts.word("outcome_short", step.outcome),
            step.outcome,
        )
        for step, following in pairwise([*group.path, None])
        if step is not None
    )
    return Lane(names.name_some_countries(group.countries, 1), bars)


def _show_today(names: Names, rows: list[Row]) -> list[Block]:
    t = names.texts
    if not rows:
        return []
    return [
        Heading(t("chips.today")),
        Text(t("chips.today_note")),
        Table(
            tuple(t(f"things.{c}") for c in ("buyer", "way", "outcome", "rule", "destinations")),
            tuple(
                (
                    t.word("buyer", row["buyer_headquarters"]),
                    t.word("transaction", row["transaction"]),
                    name_outcome(t, row["outcome"]),
                    names.policy(row["policy_id"]),
                    t("things.count_of", count=len(row["countries"]))
                    + names.name_some_countries(row["countries"], 3),
                )
                for row in rows
            ),
        ),
    ]


def _show_specs(names: Names, chip: Row) -> list[Block]:
    t = names.texts
    rows = [
        (t.word("spec", spec), _show(names, chip[spec]), t.word("spec_unit", spec))
        for spec in SPECS
        if chip.get(spec) is not None
    ]
    made = {
        "maker": names.vendors[chip["chip_id"]],
        "country": names.country(chip["vendor_country"]) or t("value.missing"),
        "day": t.day(chip["released_on"]),
    }
    said = [t("chips.made", **made)]
    if chip["market_variant_of"]:
        said.append(t("chips.variant_of", chip=names.chip(chip["market_variant_of"])))
    return [
        Heading(t("chips.specs")),
        Text(" ".join(said)),
        Table(tuple(t(f"chips.{c}") for c in ("spec", "value", "unit")), tuple(rows), numeric=(1,)),
        Text(
            t(
                "things.rests_on",
                sources=names.sources(chip["source_ids"]),
                day=t.day(chip["known_on"]),
                confidence=t.word("confidence", chip["confidence"]),
            )
        ),
    ]


def _show(names: Names, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
