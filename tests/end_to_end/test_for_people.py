"""Schema `bi`: keys hold, sums are those of the marts, and people's questions need no join."""

import re
from pathlib import Path

import pytest

from pipelines.base.settings import PROJECT_DIR
from pipelines.contracts.load import read_yaml
from tests.conftest import RealWarehouse

QUESTIONS = Path(__file__).with_name("questions.sql")
BASELINE = "scenario_id = 'baseline'"
PARTS = "region_id <> 'WORLD'"
POINTS = ("p05", "p50", "p95")


def list_measures(*measures: str) -> dict[str, str]:
    """Return the points of measures, each the sum of the same column of the mart."""
    return {f"{m}_{p}": f"{m}_{p}" for m in measures for p in POINTS}


def pivot(prefix: str, workload_id: str, extra: str = "") -> dict[str, str]:
    """Return the points of a kind of work, each the sum of the mart's rows of that kind."""
    where = f"workload_id = '{workload_id}'{extra}"
    return {f"{prefix}_h100e_{p}": f"h100e_{p} filter (where {where})" for p in POINTS}


BALANCE = list_measures("supply_h100e", "demand_h100e", "gap_h100e", "coverage")
BALANCE["shortage_probability"] = "shortage_probability"
WORKS = ("training_large", "training_small", "inference")
EACH_WORK = {k: v for work in WORKS for k, v in pivot(work, work).items()}
BY_YARDSTICK = pivot("training", "training_large") | pivot("inference", "inference")
RENTS = {name: name for name in ("usd_per_gpu_hour_p50", "quotes", "providers")}
# view -> mart, the rows of it that are meant, and each measure as the mart sums it
SUMS: dict[str, tuple[str, str, dict[str, str]]] = {
    "balance": ("fct_compute_balance", f"{BASELINE} and {PARTS} and access = 'all'", BALANCE),
    "balance_merchant": (
        "fct_compute_balance",
        f"{BASELINE} and {PARTS} and access = 'merchant'",
        BALANCE,
    ),
    "balance_world": (
        "fct_compute_balance",
        f"{BASELINE} and region_id = 'WORLD' and access = 'all'",
        BALANCE,
    ),
    "load": (
        "fct_compute_load",
        f"{BASELINE} and {PARTS} and access = 'all'",
        list_measures("load_wanted", "load_served"),
    ),
    **{
        f"supply_{step}": (
            "fct_compute_supply",
            f"{BASELINE} and {PARTS} and step = '{step}'",
            BY_YARDSTICK if step in ("nominal", "deployed", "powered") else EACH_WORK,
        )
        for step in ("nominal", "deployed", "powered", "suitable", "usable", "merchant")
    },
    "demand": (
        "fct_compute_demand",
        PARTS,
        {
            f"{c}_h100e_{p}": f"h100e_{p} filter (where component = '{c}')"
            for c in ("wanted", "served")
            for p in POINTS
        },
    ),
    "demand_parts": (
        "fct_compute_demand",
        f"{PARTS} and component not in ('runs_tokens', 'claims', 'served', 'wanted')",
        {"h100e_p50": "case component when 'moved_out' then -1 else 1 end * h100e_p50"},
    ),
    "policy_effect": (
        "fct_policy_impact",
        f"scenario_id = 'no-us-chip-rules' and {PARTS}",
        {k: v for work in WORKS for k, v in pivot(work, work, " and effect = 'total'").items()},
    ),
    "rents": ("fct_rental_price", "commitment = 'on_demand'", RENTS),
    "rents_spot": ("fct_rental_price", "commitment = 'spot'", RENTS),
    "rents_reserved": ("fct_rental_price", "starts_with(commitment, 'reserved')", RENTS),
    "rent_index": (
        "fct_rental_price_index",
        f"commitment = 'on_demand' and {PARTS}",
        {"index_value": "index_value", "matched_offers": "matched_offers"},
    ),
    "rent_index_world": (
        "fct_rental_price_index",
        "commitment = 'on_demand' and region_id = 'WORLD'",
        {"index_value": "index_value", "matched_offers": "matched_offers"},
    ),
    "rent_premium": ("fct_scarcity_premium", PARTS, list_measures("premium")),
    "tightness": ("fct_tightness", "true", list_measures("tightness")),
    "claims": ("fct_seed_claim", "true", {"value_then": "value_then"}),
    "shipments": ("fct_chip_shipments", "true", list_measures("units", "h100e_8bit")),
    "chips_installed": (
        "fct_installed_base",
        "true",
        {"units_closing": "units_closing", **list_measures("h100e_8bit")},
    ),
    "owner_stock": (
        "fct_owner_stock",
        "place_region_id <> 'WORLD'",
        list_measures("h100e_8bit"),
    ),
    "chip_substitution": (
        "fct_chip_substitution",
        "true",
        {
            f"{w}_cards_per_100_p50": f"cards_per_100_p50 filter (where workload_id = '{w}')"
            for w in WORKS
        },
    ),
    "site_capacity": (
        "fct_datacenter_capacity",
        PARTS,
        {
            "running_it_power_mw": "running_it_power_mw",
            "coming_it_power_mw": "coming_it_power_mw",
            "sites_operational": "sites filter (where status = 'operational')",
        },
    ),
    "rules": ("dim_policy", "true", {"len(policy_id)": "len(policy_id)"}),
}
# views that hold no sum of a mart: one statistic below the other, steps, one day
OTHERS = {"balance_long", "sites_ahead", "chip_status_today", "chip_status_codes", "days"}


def list_views() -> dict[str, list[str]]:
    """Return the key of each view for people, as the dbt project states it."""
    return {
        model["name"].removeprefix("bi_"): model["config"]["meta"]["key"]
        for path in (PROJECT_DIR / "dbt" / "models" / "bi").rglob("*.yml")
        for model in read_yaml(path)["models"]
    }


def sum_of(expression: str) -> str:
    """Put an expression, with its filter, into a sum of whole thousandths: order moves nothing."""
    value, _, condition = expression.partition(" filter ")
    return f"sum(round({value} * 1000)::hugeint)" + (f" filter {condition}" if condition else "")


def test_each_view_has_its_key_and_rows(real_warehouse: RealWarehouse) -> None:
    for view, key in list_views().items():
        columns = ", ".join(key)
        ((rows, distinct),) = real_warehouse.query(
            f"select count(*), count(distinct ({columns})) from bi.{view}"
        )
        assert rows == distinct > 0, view


def test_every_view_is_compared_with_its_mart() -> None:
    assert set(list_views()) == set(SUMS) | OTHERS


@pytest.mark.parametrize("view", SUMS)
def test_a_sum_without_a_filter_is_that_of_the_mart(
    real_warehouse: RealWarehouse, view: str
) -> None:
    mart, where, measures = SUMS[view]
    shown = ", ".join(sum_of(name) for name in measures)
    meant = ", ".join(sum_of(expression) for expression in measures.values())
    found = real_warehouse.query(f"select count(*) > 0, {shown} from bi.{view}")
    assert found == real_warehouse.query(f"select true, {meant} from marts.{mart} where {where}")


def test_statistics_below_each_other_are_those_of_the_balance(
    real_warehouse: RealWarehouse,
) -> None:
    points = [sum_of(f"supply_h100e_{point}") for point in POINTS]
    rows = real_warehouse.query(
        f"select {sum_of('supply_h100e')} from bi.balance_long "
        "group by statistic order by statistic"
    )
    assert rows == [
        (value,) for value in real_warehouse.query(f"select {', '.join(points)} from bi.balance")[0]
    ]


def test_steps_of_sites_add_up_to_what_is_to_come(real_warehouse: RealWarehouse) -> None:
    (found,) = real_warehouse.query(
        """
        with readings as (
            select sites.*
            from marts.fct_datacenter_site as sites, meta.release as release
            where not is_projection or on_date > release.as_of
        ),
        levels as (
            select
                site_id,
                arg_max(it_power_mw, on_date) as last_mw,
                arg_max(it_power_mw, on_date) filter (where not is_projection) as seen_mw,
            from readings
            group by site_id
            having bool_or(is_projection)
        )
        select
            round(sum(last_mw - coalesce(seen_mw, 0)), 3),
            (select round(sum(added_it_power_mw), 3) from bi.sites_ahead),
        from levels
        """
    )
    assert found[0] == found[1] > 0


def test_status_of_today_is_the_interval_of_the_mart(real_warehouse: RealWarehouse) -> None:
    ((wrong, rows),) = real_warehouse.query(
        """
        select
            count(*) filter (where
                today.outcome <> status.outcome or today.since <> status.valid_from),
            count(*),
        from bi.chip_status_today as today, meta.release as release,
            marts.fct_chip_control_status as status
        where
            today.chip_id = 'nvidia-h20'
            and status.chip_id = 'nvidia-h20'
            and status.destination_country = today.destination_country
            and status.scenario_id = 'baseline'
            and status.buyer_headquarters = 'local'
            and status.transaction = 'export'
            and status.valid_from <= release.as_of
            and coalesce(status.valid_to > release.as_of, true)
        """
    )
    assert wrong == 0
    assert rows > 200


def test_questions_are_answered_and_most_need_no_join(real_warehouse: RealWarehouse) -> None:
    text = QUESTIONS.read_text(encoding="utf-8")
    questions = [part.strip() for part in re.split(r"^-- \d+\. .*$", text, flags=re.MULTILINE)][1:]
    assert len(questions) == len(re.findall(r"^-- \d+\. ", text, re.MULTILINE)) >= 25
    for question in questions:
        assert real_warehouse.query(question), question
    assert sum(" join " not in question for question in questions) >= 20
    assert not re.search(r"\b(?:marts|meta)\.", text)
