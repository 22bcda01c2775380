"""What a chip's page says of its market: rents, prices, shipments, and what can take its place."""

from __future__ import annotations

from pipelines.pages.page import Block, Heading, Table
from pipelines.pages.reader import Row
from pipelines.pages.things.drawing import Point, draw_points, make_figure
from pipelines.pages.things.names import Names, link_document

RENTS = """
    select chip_id, region_id, provider_type, commitment, month_start, quotes, providers,
           usd_per_gpu_hour_p25, usd_per_gpu_hour_p50, usd_per_gpu_hour_p75
    from marts.fct_rental_price
    qualify row_number() over (
        partition by chip_id, region_id, provider_type, commitment order by month_start desc
    ) = 1
    order by chip_id, month_start desc, region_id, provider_type, commitment
"""
CONTRACTS = """
    select chip_id, on_date, region_id, commitment, rent_low_usd_per_gpu_hour as low,
           rent_usd_per_gpu_hour as middle, rent_high_usd_per_gpu_hour as high,
           source_publisher, source_url
    from marts.fct_contract_rent
    order by chip_id, on_date desc, rent_id
"""
PRICES = """
    select chip_id, period_start, unit, market, usd_per_chip_low as low, usd_per_chip as middle,
           usd_per_chip_high as high, source_publisher, source_url
    from marts.fct_hardware_price
    order by chip_id, period_start desc, price_id
"""
SHIPMENTS = """
    select chip_id, quarter_start, sum(units_p50) as units
    from marts.fct_chip_shipments
    group by chip_id, quarter_start
    order by chip_id, quarter_start
"""
OWNERS = """
    select
        chip_id,
        coalesce(owner_organisation_id, lower(replace(owner, ' ', '-'))) as owner_id,
        min(quarter_start) as first_quarter,
        max(quarter_start) as last_quarter,
        sum(units_p50) as units
    from marts.fct_chip_shipments
    group by chip_id, owner_id
    order by chip_id, units desc
"""
SUBSTITUTES = """
    select from_chip_id as chip_id, to_chip_id, workload_id, basis,
           cards_per_100_p05, cards_per_100_p50, cards_per_100_p95
    from marts.fct_chip_substitution
    order by chip_id, abs(ln(cards_per_100_p50 / 100)), to_chip_id, workload_id
"""
SHOWN_SUBSTITUTES = 30


def show_market(names: Names, chip_id: str) -> list[Block]:
    """Return all sections on the market of a chip; what is not known has none."""
    return [
        *_show_rents(names, chip_id),
        *_show_contracts(names, chip_id),
        *_show_hardware_prices(names, chip_id),
        *_show_shipments(names, chip_id),
        *_show_substitutes(names, chip_id),
    ]


def _of(names: Names, table: str, query: str, chip_id: str) -> list[Row]:
    """Return the rows of one chip of a query that is asked once for all chips."""
    if not names.reader.has(table):
        return []
    return names.reader.group(query, "chip_id").get(chip_id, [])


def _show_rents(names: Names, chip_id: str) -> list[Block]:
    t = names.texts
    rows = _of(names, "fct_rental_price", RENTS, chip_id)
    if not rows:
        return []
    columns = ("month", "region", "provider", "commitment", "rent", "quotes")
    return [
        Heading(t("chips.rents")),
        Table(
            tuple(t(f"chips.{c}") for c in columns),
            tuple(
                (
                    t.month(row["month_start"]),
                    t.word("region", row["region_id"]),
                    t.word("provider", row["provider_type"]),
                    t.word("commitment", row["commitment"]),
                    t(
                        "value.interval",
                        middle=t.usd(row["usd_per_gpu_hour_p50"]),
                        low=t.usd(row["usd_per_gpu_hour_p25"]),
                        high=t.usd(row["usd_per_gpu_hour_p75"]),
                    ),
                    str(row["quotes"]),
                )
                for row in rows
            ),
            t("chips.rents_note"),
            numeric=(5,),
        ),
    ]


def _show_hardware_prices(names: Names, chip_id: str) -> list[Block]:
    t = names.texts
    rows = _of(names, "fct_hardware_price", PRICES, chip_id)
    if not rows:
        return []
    columns = ("since", "sold_as", "market", "price", "document")
    return [
        Heading(t("chips.prices")),
        Table(
            tuple(t(f"chips.{c}") for c in columns),
            tuple(
                (
                    t.month(row["period_start"]),
                    t.word("sold_as", row["unit"]),
                    t.word("market", row["market"]),
                    _show_price(names, row),
                    link_document(row["source_url"], row["source_publisher"]),
                )
                for row in rows
            ),
            t("chips.prices_note"),
        ),
    ]


def _show_contracts(names: Names, chip_id: str) -> list[Block]:
    t = names.texts
    rows = _of(names, "fct_contract_rent", CONTRACTS, chip_id)
    if not rows:
        return []
    columns = ("day", "region", "commitment", "rent", "document")
    return [
        Heading(t("chips.contracts")),
        Table(
            tuple(t(f"chips.{c}") for c in columns),
            tuple(
                (
                    names.day(row["on_date"]),
                    t.word("region", row["region_id"]),
                    t.word("commitment", row["commitment"]),
                    _show_price(names, row),
                    link_document(row["source_url"], row["source_publisher"]),
                )
                for row in rows
            ),
            t("chips.contracts_note"),
        ),
    ]


def _show_price(names: Names, row: Row) -> str:
    """Return the figure of a row, with its ends where it has them."""
    t = names.texts
    low, middle, high = row["low"], row["middle"], row["high"]
    if low is None or high is None:
        return t.usd(next((value for value in (middle, low, high) if value is not None), None))
    ends = {"low": t.usd(low), "high": t.usd(high)}
    if middle is None:
        return t("value.span", **ends)
    return t("value.interval", middle=t.usd(middle), **ends)


def _show_shipments(names: Names, chip_id: str) -> list[Block]:
    t = names.texts
    rows = _of(names, "fct_chip_shipments", SHIPMENTS, chip_id)
    if not rows:
        return []
    points = [Point(row["quarter_start"], row["units"] or 0.0) for row in rows]
    total = sum(point.value for point in points)
    alternative = t(
        "chips.shipments_alternative",
        units=t.number(total),
        first=t.quarter(points[0].day),
        last=t.quarter(points[-1].day),
    )
    blocks: list[Block] = [Heading(t("chips.shipments"))]
    if len(points) > 1:
        blocks.append(
            make_figure(
                t("chips.shipments_figure"),
                alternative,
                t("chips.shipments_note"),
                lambda room: draw_points(points, room, t.number),
            )
        )
    owners = _of(names, "fct_chip_shipments", OWNERS, chip_id)
    blocks.append(
        Table(
            tuple(t(f"chips.{c}") for c in ("owner", "units", "first", "last")),
            tuple(
                (
                    names.owner(row["owner_id"]),
                    t.number(row["units"]),
                    t.quarter(row["first_quarter"]),
                    t.quarter(row["last_quarter"]),
                )
                for row in owners
            ),
            t("chips.owners"),
            numeric=(1,),
        )
    )
    return blocks


def _show_substitutes(names: Names, chip_id: str) -> list[Block]:
    t = names.texts
    rows = _of(names, "fct_chip_substitution", SUBSTITUTES, chip_id)
    if not rows:
        return []
    columns = ("substitute", "work", "cards", "basis")
    return [
        Heading(t("chips.substitutes")),
        Table(
            tuple(t(f"chips.{c}") for c in columns),
            tuple(
                (
                    names.chip(row["to_chip_id"]),
                    t.word("work", row["workload_id"]),
                    t.interval(
                        row["cards_per_100_p50"], row["cards_per_100_p05"], row["cards_per_100_p95"]
                    ),
                    t.word("basis", row["basis"]),
                )
                for row in rows[:SHOWN_SUBSTITUTES]
            ),
            t("chips.substitutes_note", shown=min(len(rows), SHOWN_SUBSTITUTES), rows=len(rows)),
            numeric=(2,),
        ),
    ]
