"""Every price leads to exactly the rows behind it: from them alone its figure comes out again.

A row too few or too many changes a figure that is computed here or a list of ids that is compared.
"""

from collections import defaultdict
from math import exp
from statistics import median, quantiles

import pytest

from pipelines.answers.trace import Trace
from tests.conftest import RealWarehouse
from tests.end_to_end.recomputed import (
    Market,
    add_months,
    get_quarter,
    mean_by_provider,
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


def test_every_price_mart_is_traced_here(real_warehouse: RealWarehouse) -> None:
    # a rent ahead comes from a rule and has no quotes of its own
    published = real_warehouse.query(
        "select table_name from duckdb_tables() where schema_name = 'marts' and "
        "regexp_matches(table_name, '^fct_.*(price|rent|gpu_hour|scarcity)') "
        "and not starts_with(table_name, 'fct_outlook_')"
    )
    assert {name for (name,) in published} == set(KEYS)
    bridges = real_warehouse.query(
        "select table_name from information_schema.tables where table_schema = 'bridges'"
    )
    assert {name.replace("fct_", "brg_") for name in KEYS} <= {name for (name,) in bridges}


@pytest.mark.parametrize(
    "where",
    [
        "currency = 'USD' and ratio_to_peers > 1.2",
        "currency = 'CNY'",
        "conversion like 'PFLOPS%'",
        # peers hold what was set aside against them, and nothing that is no whole accelerator
        "exclusion_reason = 'far_below_peers'",
        "exclusion_reason = 'accelerator_without_machine' and ratio_to_peers is not null",
    ],
)
def test_offer_leads_to_its_row_rate_and_peers(
    real_warehouse: RealWarehouse, market: Market, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_rental_offer", where, 2):
        row = found.row
        assert price_quotes(found, "price") == pytest.approx(
            {row["offer_id"]: row["usd_per_gpu_hour"]}, rel=EXACT
        )
        assert len(list_cells(found, "assumptions")) == 3
        if row["ratio_to_peers"] is None:
            continue
        peers = price_quotes(found, "prices of peers")
        ratio = row["usd_per_gpu_hour"] / market.get_rent(peers)
        assert row["ratio_to_peers"] == pytest.approx(ratio, rel=EXACT)
        assert list_ids(found, "prices of peers") == sorted(
            offer_id
            for offer_id, peer in market.offers.items()
            if (peer["usd_per_gpu_hour"] or 0) > 0
            and peer["chip_id"] == row["chip_id"]
            and get_quarter(peer["observed_on"]) == get_quarter(row["observed_on"])
            and (peer["commitment"] == "spot") == (row["commitment"] == "spot")
            and (peer["region_id"] == "CN") == (row["region_id"] == "CN")
            and (peer["provider_type"] == "hyperscaler") == (row["provider_type"] == "hyperscaler")
            and peer["exclusion_reason"] != "accelerator_without_machine"
        )


@pytest.mark.parametrize("where", ["quotes >= 5 and region_id <> 'CN'", "region_id = 'CN'"])
def test_quartiles_of_a_month_are_those_of_its_quotes(
    real_warehouse: RealWarehouse, market: Market, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_rental_price", where):
        prices = price_quotes(found, "rent")
        assert len(prices) == found.row["quotes"]
        assert len({market.offers[i]["provider"] for i in prices}) == found.row["providers"]
        # the quartiles of one quote are that quote
        points = quantiles([*prices.values()] * (2 if len(prices) == 1 else 1), method="inclusive")
        for name, point in zip(("p25", "p50", "p75"), points, strict=True):
            assert found.row[f"usd_per_gpu_hour_{name}"] == pytest.approx(point, rel=ROUNDED)


@pytest.mark.parametrize(
    "where",
    [
        "matched_offers > 8 and change_pct <> 0 and region_id = 'WORLD'",
        "matched_offers between 1 and 8 and change_pct <> 0 and region_id <> 'WORLD'",
        "region_id = 'CN' and change_pct <> 0",
    ],
)
def test_step_of_the_index_is_the_mean_over_its_readings(
    real_warehouse: RealWarehouse, market: Market, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_rental_price_index", where):
        row = found.row
        steps = [
            step
            for step in list_index_steps(market, found)
            if step[1] < row["month_start"] <= step[2]
        ]
        assert len(steps) == row["matched_offers"]
        assert list_ids(found, "step of the month") == market.list_step_ids(steps)
        prices = price_quotes(found, "step of the month")
        change = market.get_month_change(row["month_start"], steps, prices)
        assert row["change_pct"] == pytest.approx(to_percent(change), rel=1e-6)
        # the level is that of the month before, which the trace names, moved by the step
        (before,) = fetch(real_warehouse, found, "fct_rental_price_index")
        assert before["month_start"] == add_months(row["month_start"], -1)
        assert row["index_value"] == pytest.approx(before["index_value"] * exp(change), rel=EXACT)


def test_first_month_of_an_index_leads_to_where_its_steps_start(
    real_warehouse: RealWarehouse, market: Market
) -> None:
    for found in trace_some(real_warehouse, "fct_rental_price_index", "matched_offers = 0"):
        month = found.row["month_start"]
        steps = [step for step in list_index_steps(market, found) if step[1] == month]
        assert steps
        assert list_ids(found, "step of the month") == market.list_step_ids(steps)
        assert found.steps == ()


def list_index_steps(market: Market, found: Trace) -> list:
    """Return all steps of the index of a traced row, by the rules that it cites."""
    (rule,) = [c for c in list_cells(found, "assumptions") if c["assumption_id"] == GAP]
    place = (found.row[name] for name in ("chip_id", "commitment", "region_id"))
    return market.list_steps(*place, int(rule["value_central"]))


def test_drift_is_that_of_the_readings_of_both_comparisons(
    real_warehouse: RealWarehouse, market: Market
) -> None:
    where = "abs(drift_pct) > 0.5 and region_id in ('WORLD', 'US')"
    for found in trace_some(real_warehouse, "fct_rental_index_drift", where):
        row, until = found.row, found.row["month_start"]
        after = add_months(until, -12)
        steps = [s for s in list_index_steps(market, found) if s[1] < until and s[2] > after]
        assert list_ids(found, "chained change") == market.list_step_ids(steps)
        prices = price_quotes(found, "chained change")
        months = [add_months(after, number) for number in range(1, 13)]
        chained = sum(market.get_month_change(month, steps, prices) for month in months)
        assert row["chained_change_pct"] == pytest.approx(to_percent(chained), abs=2e-6)

        prices = price_quotes(found, "direct change")
        keys = {market.offers[offer_id]["offer_key"] for offer_id in prices}
        assert len(keys) == row["matched_offers"]
        assert list_ids(found, "direct change") == market.list_step_ids(
            [(key, after, until) for key in keys]
        )
        direct = mean_by_provider(
            [
                (
                    market.offers[market.months[key][until][0]]["provider"],
                    market.get_log_change(key, after, until, prices),
                )
                for key in keys
            ]
        )
        assert row["direct_change_pct"] == pytest.approx(to_percent(direct), abs=2e-6)


@pytest.mark.parametrize("where", ["needs_review", "not needs_review"])
def test_reviewed_step_is_that_of_its_readings(
    real_warehouse: RealWarehouse, market: Market, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_rental_price_review", where, 2):
        row = found.row
        for figure, month, column in (
            ("earlier price", "month_before", "usd_per_gpu_hour_before"),
            ("later price", "read_month", "usd_per_gpu_hour"),
        ):
            prices = price_quotes(found, figure)
            assert sorted(prices) == sorted(market.months[row["offer_key"]][row[month]])
            assert median(prices.values()) == pytest.approx(row[column], rel=EXACT)
        moves = [cells["event_id"] for cells in list_cells(found, "announced move")]
        assert ",".join(sorted(moves)) == (row["event_ids"] or "")


def test_published_index_leads_to_the_value_as_quoted(real_warehouse: RealWarehouse) -> None:
    for found in trace_some(real_warehouse, "fct_published_rental_index"):
        (cells,) = list_cells(found, "index value")
        assert cells["quote_id"] == found.row["quote_id"]
        assert cells["price_per_gpu_hour"] == found.row["usd_per_gpu_hour"]
        assert cells["source_url"] == found.row["source_url"]


def test_contract_rent_leads_to_the_rent_as_quoted(real_warehouse: RealWarehouse) -> None:
    for found in trace_some(real_warehouse, "fct_contract_rent"):
        (cells,) = list_cells(found, "rent")
        assert cells["rent_id"] == found.row["rent_id"]
        assert cells["central"] == found.row["rent_usd_per_gpu_hour"]


def test_hardware_price_leads_to_the_price_as_quoted(real_warehouse: RealWarehouse) -> None:
    for found in trace_some(real_warehouse, "fct_hardware_price", "accelerators > 1"):
        (cells,) = list_cells(found, "price")
        row = found.row
        assert cells["price_id"] == row["price_id"]
        assert cells["price_central_usd"] == pytest.approx(
            row["usd_per_chip"] * row["accelerators"], rel=EXACT
        )


@pytest.mark.parametrize(
    "where",
    [
        "region_id = 'CN' and chip_market = 'abroad'",
        "region_id = 'CN' and chip_market <> 'abroad'",
        "region_id = 'US' and price_ids like '%,%'",
        "region_id = 'ROW' and assumption_ids like '%it-power-tdp-multiple%'",
        "region_id = 'US' and price_ids like 'chip-price%'",
    ],
)
def test_cost_is_made_of_exactly_the_inputs_cited(
    real_warehouse: RealWarehouse, where: str
) -> None:
    for found in trace_some(real_warehouse, "fct_gpu_hour_cost", where, 2):
        row = found.row
        costs = compute_costs(found, "", row["price_ids"], row["chip_market"])
        del costs["paid_utilisation"]
        assert {name: row[name] for name in costs} == pytest.approx(costs, rel=1e-8)
        cited = list_cells(found, "assumptions") + list_cells(found, "power tariff")
        cited += list_cells(found, "chip power", "assumptions")
        ids = sorted(cells["assumption_id"] for cells in cited)
        assert ",".join(ids) == row["assumption_ids"]


@pytest.mark.parametrize(
    ("where", "is_delivered"),
    [
        ("chip_id = 'nvidia-h100-sxm' and region_id = 'US' and quarter_start > '2024-01-01'", True),
        ("chip_id not in (select chip_id from marts.fct_chip_shipments)", False),
    ],
)
def test_mean_purchase_price_is_that_of_the_deliveries_cited(
    real_warehouse: RealWarehouse, where: str, is_delivered: bool
) -> None:
    for found in trace_some(real_warehouse, "fct_gpu_hour_cost", where, 2):
        row = found.row
        units: dict = defaultdict(float)
        for cells in list_cells(found, "deliveries"):
            units[cells["period_start"]] += cells["units_p50"]
        assert bool(units) is is_delivered
        earlier = real_warehouse.query(
            "select quarter_start, chip_usd, price_ids from marts.fct_gpu_hour_cost "
            f"where region_id = '{row['region_id']}' and chip_id = '{row['chip_id']}' "
            f"and quarter_start <= '{row['quarter_start']}'"
        )
        bought = [(q, usd, ids) for q, usd, ids in earlier if q in units or not units]
        weights = [units.get(quarter, 1) for quarter, _, _ in bought]
        mean = sum(usd * w for (_, usd, _), w in zip(bought, weights, strict=True)) / sum(weights)
        assert row["vintage_chip_usd"] == pytest.approx(mean, rel=EXACT)
        figure = "mean purchase price"
        cited = {c["price_id"] for c in list_cells(found, figure, "hardware_prices")}
        cited |= {c["assumption_id"] for c in list_cells(found, figure, "assumptions")}
        assert cited == {i for _, _, ids in bought for i in ids.split(",")}
