"""Each metric of the semantic layer, asked of a release, beside SQL that was written by hand."""

import pytest

from pipelines.answers.metrics import ask_metric, compile_metric, read_metrics
from pipelines.answers.query import UnknownNameError
from pipelines.base.errors import QueryError
from tests.conftest import RealWarehouse

BALANCE = (
    "from marts.fct_compute_balance where scenario_id = 'baseline' and access = 'all' "
    "and region_id in ('US', 'CN', 'ROW')"
)
LARGE = "workload_id = 'training_large'"
LAST = "quarter_start = (select max(quarter_start) from marts.fct_compute_balance)"
STATUS = "from bi.chip_status_today group by destination_country order by 1"
# metric -> how it is split, on what condition, and the same by hand
ASKED: dict[str, tuple[tuple[str, ...], str | None, str]] = {
    "supply": (
        ("region_id",),
        LARGE,
        f"select region_id, sum(supply_h100e_p50) {BALANCE} and {LARGE} and {LAST} "
        "group by 1 order by 1",
    ),
    "demand": (
        ("quarter_start",),
        LARGE,
        f"select quarter_start, sum(demand_h100e_p50) {BALANCE} and {LARGE} group by 1 order by 1",
    ),
    "gap": (
        ("workload_id",),
        "region_id = 'CN'",
        f"select workload_id, gap_h100e_p50 {BALANCE} and {LAST} and region_id = 'CN' order by 1",
    ),
    "coverage": (
        ("quarter_start", "workload_id"),
        None,
        "select quarter_start, workload_id, sum(supply_h100e_p50) / sum(demand_h100e_p50) "
        f"{BALANCE} group by 1, 2 order by 1, 2",
    ),
    "shortage_probability": (
        ("region_id",),
        LARGE,
        f"select region_id, shortage_probability {BALANCE} and {LARGE} and {LAST} order by 1",
    ),
    "chips_installed": (
        (),
        "region_id = 'CN'",
        "select sum(units_closing) from marts.fct_installed_base where region_id = 'CN' and "
        "quarter_start = (select max(quarter_start) from marts.fct_installed_base)",
    ),
    "chips_added": (
        ("quarter_start",),
        None,
        "select quarter_start, sum(units_added) from marts.fct_installed_base group by 1 "
        "order by 1",
    ),
    "chips_shipped": (
        ("owner",),
        None,
        "select owner, sum(units_p50) from marts.fct_chip_shipments group by 1 order by 1",
    ),
    "compute_shipped": (
        (),
        None,
        "select sum(h100e_8bit_p50) from marts.fct_chip_shipments",
    ),
    "rule_effect_large_training": (
        ("region_id",),
        None,
        "select region_id, h100e_p50 from marts.fct_policy_impact where effect = 'total' and "
        f"scenario_id = 'no-us-chip-rules' and {LARGE} and region_id <> 'WORLD' and "
        "quarter_start = (select max(quarter_start) from marts.fct_policy_impact) order by 1",
    ),
    "wanted_load": (
        ("quarter_start", "region_id"),
        None,
        "select quarter_start, region_id, load_wanted_p50 from marts.fct_compute_load "
        "where scenario_id = 'baseline' and access = 'all' and region_id <> 'WORLD' order by 1, 2",
    ),
    "rent": (
        ("month_start",),
        "chip_id = 'nvidia-h100-sxm'",
        "select month_start, avg(usd_per_gpu_hour_p50) from marts.fct_rental_price "
        "where commitment = 'on_demand' and chip_id = 'nvidia-h100-sxm' group by 1 order by 1",
    ),
    "rent_quotes": (
        (),
        None,
        "select sum(quotes) from marts.fct_rental_price where commitment = 'on_demand'",
    ),
    "rent_index_level": (
        ("month_start",),
        "chip_id = 'nvidia-h100-sxm'",
        "select month_start, index_value from marts.fct_rental_price_index where commitment = "
        "'on_demand' and region_id = 'WORLD' and chip_id = 'nvidia-h100-sxm' order by 1",
    ),
    "rent_over_cost": (
        ("region_id",),
        None,
        "select region_id, avg(premium_p50) from marts.fct_scarcity_premium group by 1 order by 1",
    ),
    "tightness_level": (
        ("quarter_start", "region_id"),
        None,
        "select quarter_start, region_id, tightness_p50 from marts.fct_tightness order by 1, 2",
    ),
    "it_power_ahead": ((), None, "select sum(added_it_power_mw) from bi.sites_ahead"),
    "compute_ahead": (
        ("owner",),
        None,
        "select owner, sum(added_h100e_8bit) from bi.sites_ahead group by 1 order by 1",
    ),
    "chip_destinations": (
        (),
        None,
        "select count(distinct (chip_id, destination_country)) from bi.chip_status_today",
    ),
    "closed_chip_destinations": (
        ("destination_country",),
        None,
        f"select destination_country, count(*) filter (where strictness in (4, 5)) {STATUS}",
    ),
    "closed_share": (
        ("destination_country",),
        None,
        f"select destination_country, avg(coalesce(strictness in (4, 5), false)::int) {STATUS}",
    ),
    "claims": (("verdict",), None, "select verdict, count(*) from marts.fct_seed_claim group by 1 "
               "order by 1"),
    "supported_claims": (
        (),
        None,
        "select count(*) from marts.fct_seed_claim where verdict = 'supported'",
    ),
    "supported_share": (
        (),
        None,
        "select avg((verdict = 'supported')::int) from marts.fct_seed_claim",
    ),
}  # fmt: skip


def test_every_metric_is_asked(real_warehouse: RealWarehouse) -> None:
    assert set(read_metrics(real_warehouse.current.path)) == set(ASKED)


@pytest.mark.parametrize("metric", ASKED)
def test_metric_is_what_sql_says(real_warehouse: RealWarehouse, metric: str) -> None:
    by, where, sql = ASKED[metric]
    found = ask_metric(real_warehouse.current.path, metric, by, where)
    assert found.columns == [*by, metric]
    wanted = real_warehouse.query(sql)
    assert len(wanted) == len(found.rows) > 0
    for told, row in zip(found.rows, wanted, strict=True):
        assert told[:-1] == row[:-1]
        assert told[-1] == (None if row[-1] is None else pytest.approx(float(row[-1]), rel=1e-9))


def test_metric_is_not_added_over_what_overlaps(real_warehouse: RealWarehouse) -> None:
    metrics = read_metrics(real_warehouse.current.path)
    with pytest.raises(QueryError, match=r"must not be added over workload_id; split by it"):
        compile_metric(metrics, "supply", ["region_id"])
    with pytest.raises(UnknownNameError, match="did you mean region_id"):
        compile_metric(metrics, "supply", ["region", "workload_id"])
    with pytest.raises(UnknownNameError, match="did you mean coverage"):
        compile_metric(metrics, "coverag")
