"""Premiums, paybacks, episodes and event studies lead to exactly the rows behind them."""

import json
from math import exp
from statistics import fmean
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines.answers.trace import Trace, trace_row
from pipelines.cli.provenance import trace
from tests.conftest import RealWarehouse
from tests.end_to_end.recomputed import (
    Market,
    add_months,
    get_quarter,
    price_quotes,
    to_percent,
)
from tests.end_to_end.recomputed_costs import compute_costs
from tests.end_to_end.traced import (
    EXACT,
    GAP,
    KEYS,
    ROUNDED,
    fetch,
    list_cells,
    list_ids,
    trace_some,
)

pytestmark = pytest.mark.usefixtures("market")


def list_rows(found: Trace) -> list[tuple]:
    """Return figure, table and row of all evidence."""
    return [(e.figure, e.raw_table, row) for e in found.evidence for row in e.rows]


def trace_quarter(warehouse: RealWarehouse, table: str, row: dict[str, Any]) -> Trace:
    """Trace the row of another mart for the same quarter, region and chip."""
    key = KEYS[table]
    return trace_row(warehouse.settings, table, key, [str(row[name]) for name in key])


def list_quarter_ids(market: Market, row: dict, quarter, is_list: bool) -> list[str]:
    """Return the offers of a quarter that a premium may take, lists of hyperscalers or the rest."""
    return sorted(
        offer_id
        for offer_id, offer in market.offers.items()
        if offer["is_used"]
        and offer["chip_id"] == row["chip_id"]
        and get_quarter(offer["observed_on"]) == quarter
        and (offer["provider_type"] == "hyperscaler") is is_list
        and offer["commitment"]
        in (("on_demand", "reserved_1m") if offer["region_id"] == "CN" else ("on_demand",))
        and (
            offer["region_id"] != "CN"
            if row["price_region_id"] == "WORLD"
            else offer["region_id"] == row["price_region_id"]
        )
    )


def compute_rent(warehouse: RealWarehouse, market: Market, found: Trace, row: dict) -> float:
    """Compute the rent of a premium again; what is cited must be what the method takes."""
    quarter = row["anchor_quarter"] if row["is_chained"] else row["quarter_start"]
    assert list_ids(found, "rent") == list_quarter_ids(market, row, quarter, is_list=False)
    prices = price_quotes(found, "rent")
    assert len({market.offers[i]["provider"] for i in prices}) == row["providers"]
    rent = market.get_rent(prices)
    if not row["is_chained"]:
        assert list_ids(found, "index steps") == []
        return rent
    # the index of both quarters, as means over their months in the series that joins them
    place = f"chip_id = '{row['chip_id']}' and region_id = '{row['price_region_id']}'"
    published = warehouse.query(
        "select month_start, series_start from marts.fct_rental_price_index "
        f"where {place} and commitment = 'on_demand'"
    )
    series = max(s for month, s in published if get_quarter(month) == row["quarter_start"])
    months = sorted(month for month, start in published if start == series)
    here = [month for month in months if get_quarter(month) == row["quarter_start"]]
    there = [month for month in months if get_quarter(month) == quarter]
    first, last = min(here + there), max(here + there)
    (rule,) = [
        c for c in list_cells(found, "index steps: assumptions") if c["assumption_id"] == GAP
    ]
    steps = [
        step
        for step in market.list_steps(
            row["chip_id"], "on_demand", row["price_region_id"], int(rule["value_central"])
        )
        if step[1] < last and step[2] > first
    ]
    assert list_ids(found, "index steps") == market.list_step_ids(steps)
    prices = price_quotes(found, "index steps")
    level, levels = 0.0, {first: 0.0}
    month = first
    while month < last:
        month = add_months(month, 1)
        level += market.get_month_change(month, steps, prices)
        levels[month] = level
    move = fmean(levels[month] for month in here) - fmean(levels[month] for month in there)
    return rent * exp(move)


@pytest.mark.parametrize(
    "where",
    [
        "not is_chained and price_region_id = 'WORLD' and hyperscaler_price_usd is not null",
        "not is_chained and price_region_id <> 'WORLD'",
        "is_chained and anchor_quarter > quarter_start",
        "is_chained and anchor_quarter < quarter_start",
        "region_id = 'CN'",
    ],
)
def test_premium_is_rent_over_cost_of_the_rows_cited(
    real_warehouse: RealWarehouse, market: Market, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_scarcity_premium", where, 2):
        row = found.row
        rent = compute_rent(real_warehouse, market, found, row)
        assert row["price_usd"] == pytest.approx(rent, rel=1e-8)
        assert row["premium_p50"] == pytest.approx(rent / row["cost_usd_p50"], rel=2 * ROUNDED)
        lists = list_quarter_ids(market, row, row["quarter_start"], is_list=True)
        assert list_ids(found, "hyperscaler list") == lists
        if lists:
            listed = market.get_rent(price_quotes(found, "hyperscaler list"))
            assert row["hyperscaler_price_usd"] == pytest.approx(listed, rel=EXACT)
        else:
            assert row["hyperscaler_price_usd"] is None
        # the rest is what stands behind the cost, to which the trace points
        (cost,) = fetch(real_warehouse, found, "fct_gpu_hour_cost")
        assert cost["usd_per_gpu_hour_p50"] == row["cost_usd_p50"]
        behind = list_rows(trace_quarter(real_warehouse, "fct_gpu_hour_cost", cost))
        assert [r for r in list_rows(found) if r[0].startswith("cost: ")] == [
            (f"cost: {figure}", *rest) for figure, *rest in behind
        ]


@pytest.mark.parametrize("where", ["is_chained", "not is_chained", "region_id = 'CN'"])
def test_payback_is_made_of_the_rent_and_the_part_of_the_cost_that_it_takes(
    real_warehouse: RealWarehouse, market: Market, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_rental_payback", where, 2):
        row = found.row
        (premium,) = fetch(real_warehouse, found, "fct_scarcity_premium")
        (cost,) = fetch(real_warehouse, found, "fct_gpu_hour_cost")
        rent = compute_rent(real_warehouse, market, found, premium)
        costs = compute_costs(found, "cost: ", cost["price_ids"], cost["chip_market"])
        # capital and building are no part of it, and what feeds them alone is not cited
        assert "capital_usd" not in costs
        assert list_cells(found, "hyperscaler list") == []
        paid_hours = 365 * 24 / 12 * costs["paid_utilisation"]
        gross = costs["hardware_usd"] / (rent * paid_hours)
        assert row["payback_months_gross"] == pytest.approx(gross, rel=1e-8)
        net = rent - costs["power_usd"] - costs["operations_usd"]
        assert row["net_price_usd"] == pytest.approx(net, rel=1e-8)
        if net > 0:
            months = costs["hardware_usd"] / (net * paid_hours)
            assert row["payback_months_net"] == pytest.approx(months, rel=1e-8)


@pytest.mark.parametrize("where", ["returned_quarter is null", "returned_quarter is not null"])
def test_episode_leads_to_its_quarters_and_to_what_is_behind_its_peak(
    real_warehouse: RealWarehouse, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_scarcity_episode", where, 2):
        row = found.row
        premiums = fetch(real_warehouse, found, "fct_scarcity_premium")
        run = [p for p in premiums if p["quarter_start"] != row["returned_quarter"]]
        assert all(p["premium_p50"] > 1 for p in run)
        assert run[0]["quarter_start"] == row["began_quarter"]
        assert run[-1]["quarter_start"] == row["last_quarter"]
        back = [p for p in premiums if p not in run]
        assert [p["quarter_start"] for p in back] == [
            q for q in [row["returned_quarter"]] if q is not None
        ]
        assert all(p["premium_p50"] <= 1 for p in back)
        assert row["is_certain"] == any(p["premium_p05"] > 1 for p in run)
        peak = next(p for p in run if p["quarter_start"] == row["peak_quarter"])
        assert row["peak_premium_p50"] == max(p["premium_p50"] for p in run) == peak["premium_p50"]
        behind = list_rows(trace_quarter(real_warehouse, "fct_scarcity_premium", peak))
        assert list_rows(found) == [(f"peak: {figure}", *rest) for figure, *rest in behind]


def test_signs_side_by_side_lead_to_premium_load_and_balances(
    real_warehouse: RealWarehouse,
) -> None:
    for found in trace_some(real_warehouse, "fct_scarcity_beside_load", "chip_id <> 'all'"):
        row = found.row
        (premium,) = fetch(real_warehouse, found, "fct_scarcity_premium")
        assert [row[f"premium_{p}"] for p in ("p05", "p50", "p95")] == [
            premium[f"premium_{p}"] for p in ("p05", "p50", "p95")
        ]
        behind = list_rows(trace_quarter(real_warehouse, "fct_scarcity_premium", premium))
        assert list_rows(found) == [(f"premium: {figure}", *rest) for figure, *rest in behind]
        (load,) = fetch(real_warehouse, found, "fct_compute_load")
        assert row["load_wanted_p50"] == load["load_wanted_p50"]
        balances = fetch(real_warehouse, found, "fct_compute_balance")
        assert {b["workload_id"]: b["shortage_probability"] for b in balances} == {
            name: row[f"{name}_shortage_probability"]
            for name in ("training_large", "training_small", "inference")
        }


def test_a_region_leads_to_its_tightness_and_that_to_rents(real_warehouse: RealWarehouse) -> None:
    key = ["quarter_start", "region_id"]
    beside = trace_row(
        real_warehouse.settings,
        "fct_scarcity_beside_load",
        [*key, "chip_id"],
        ["2025-10-01", "US", "all"],
    )
    assert fetch(real_warehouse, beside, "fct_scarcity_premium") == []
    (tightness,) = fetch(real_warehouse, beside, "fct_tightness")
    assert beside.row["tightness_p50"] == tightness["tightness_p50"]
    found = trace_row(real_warehouse.settings, "fct_tightness", key, ["2025-10-01", "US"])
    loads = fetch(real_warehouse, found, "fct_compute_load")
    assert {load["access"] for load in loads} == {"all"}
    # the smoother looks at every quarter
    quarters = real_warehouse.query(
        "select count(*) from marts.fct_compute_load where region_id = 'US' and access = 'all' "
        "and scenario_id = 'baseline' and load_wanted_p50 is not null"
    )
    assert [(len(loads),)] == quarters
    rents = {e.raw_table for e in found.evidence}
    assert rents == {"contract_rents"}
    assert fetch(real_warehouse, found, "fct_gpu_hour_cost")


def list_event_ids(market: Market, row: dict, chips: set[str]) -> tuple[list[str], list[str]]:
    """Return the last readings before an event and within the window after it, of some chips.

    Of two readings of one offer on one day the later id counts.
    """
    sides: dict[str, dict[str, list]] = {}
    for offer_id, offer in market.offers.items():
        days = (offer["observed_on"] - row["event_date"]).days
        if (
            offer["is_used"]
            and offer["chip_id"] in chips
            and offer["commitment"] == row["commitment"]
            and row["region_id"] in (offer["region_id"], "WORLD")
            and abs(days) <= row["window_days"]
        ):
            side = sides.setdefault(offer["offer_key"], {"before": [], "after": []})
            side["before" if days < 0 else "after"].append((days, offer_id))
    matched = [side for side in sides.values() if side["before"] and side["after"]]
    return tuple(sorted(max(side[name])[1] for side in matched) for name in ("before", "after"))


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("event_kind = 'price_move' and providers > 1 and control_chips > 0", 2),
        ("event_kind = 'rule' and providers > 1 and control_chips > 0", 2),
        ("event_kind = 'launch' and providers > 1 and control_chips > 0", 2),
        ("control_chips = 0 and change_pct <> 0", 2),
        ("region_id = 'CN'", 1),
    ],
)
def test_change_around_an_event_is_that_of_the_readings_cited(
    real_warehouse: RealWarehouse, market: Market, where: str, count: int
) -> None:
    for found in trace_some(real_warehouse, "fct_price_event_study", where, count):
        row = found.row
        ids = dict(
            zip(
                ("before", "after"),
                list_event_ids(market, row, {row["chip_id"]}),
                strict=True,
            )
        )
        prices = {side: price_quotes(found, f"price {side}") for side in ids}
        assert {side: list_ids(found, f"price {side}") for side in ids} == ids
        change, offers, providers = market.get_change_around(ids, prices)
        assert (offers, providers) == (row["offers"], row["providers"])
        assert row["change_pct"] == pytest.approx(to_percent(change), abs=1e-7)

        # chips that the event touches in the region have a row of their own
        touched = {
            chip_id
            for (chip_id,) in real_warehouse.query(
                "select distinct chip_id from marts.fct_price_event_study "
                f"where event_id = '{row['event_id']}' and region_id = '{row['region_id']}'"
            )
        }
        others = {o["chip_id"] for o in market.offers.values()} - touched
        before, after = list_event_ids(market, row, others)
        assert list_ids(found, "control: price before") == before
        assert list_ids(found, "control: price after") == after
        chips = {market.offers[offer_id]["chip_id"] for offer_id in before}
        assert len(chips) == row["control_chips"]
        if chips:
            prices = {s: price_quotes(found, f"control: price {s}") for s in ("before", "after")}
            changes = [
                market.get_change_around(
                    {
                        side: [i for i in prices[side] if market.offers[i]["chip_id"] == chip]
                        for side in prices
                    },
                    prices,
                )[0]
                for chip in chips
            ]
            control = to_percent(fmean(changes))
            assert row["control_change_pct"] == pytest.approx(control, abs=1e-7)
        check_events(found)


def check_events(found: Trace) -> None:
    """Check that event and other events are those of the row."""
    row = found.row
    (event,) = list_cells(found, "event")
    if row["event_kind"] == "price_move":
        assert (event["event_id"], event["on_date"]) == (row["event_id"], row["event_date"])
        assert event["change_pct"] == row["announced_change_pct"]
    elif row["event_kind"] == "rule":
        assert event["policy_id"] == row["policy_id"] == row["event_id"]
    else:
        assert f"launch-{event['chip_id']}" == row["event_id"]
        assert event["released_on"] == row["event_date"]
    others = [
        cells.get("event_id") or cells.get("policy_id") or f"launch-{cells['chip_id']}"
        for cells in list_cells(found, "other events")
    ]
    assert sorted(others) == sorted((row["other_event_ids"] or "").split(",") if others else [])
    assert len(others) == row["other_events"]


def test_command_groups_rows_by_figure_and_names_where_to_go_on(
    real_warehouse: RealWarehouse,
) -> None:
    (key,) = real_warehouse.query(
        "select quarter_start::varchar, region_id, chip_id from marts.fct_scarcity_premium "
        "order by all limit 1"
    )
    environment = {"COMPUTE_BALANCE_WAREHOUSE_DIR": str(real_warehouse.settings.warehouse_dir)}
    shown = CliRunner(env=environment).invoke(trace, ["fct_scarcity_premium", *key])
    assert shown.exit_code == 0, shown.output
    for words in ("rent:", "cost: chip price:", "cost: power tariff:", "source_publisher"):
        assert words in shown.output
    quarter, region_id, chip_id = key
    step = f"fct_gpu_hour_cost quarter_start={quarter} region_id={region_id} chip_id={chip_id}"
    assert step in shown.output

    shown = CliRunner(env=environment).invoke(trace, ["fct_scarcity_premium", *key, "--json"])
    content = json.loads(shown.output)
    assert {"rent", "cost: assumptions"} < {item["figure"] for item in content["evidence"]}
    named = {"quarter_start": quarter, "region_id": region_id, "chip_id": chip_id}
    assert {"table": "fct_gpu_hour_cost", "key": named} in content["steps"]
