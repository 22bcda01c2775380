"""What the rules did, in the release: signs that follow from their text, zeros, what is unknown.

Arithmetic is tested in dbt (unit tests and `dbt/tests/balance`); here the published figures are
held against what each rule says. An effect is actual less counterfactual, so a rule that keeps
chips out has a negative one.
"""

import pytest

from tests.conftest import RealWarehouse

LATEST = "(select max(quarter_start) from marts.fct_policy_impact)"

# scenario, sign in China's deployed stock, in that of the United States, in that of the rest
SIGNS = [
    # rules that keep chips out of China leave more to the other buyers
    ("no-us-chip-rules", -1, 1, 1),
    ("no-2023-10-rule", -1, 1, 1),
    ("october-rule-as-scheduled", -1, 1, 1),
    ("no-2025-04-letters", -1, 1, 1),
    ("no-chinese-purchase-guidance", -1, 1, 1),
    # slower links make a chip weaker; nobody else gets more chips for it
    ("no-2022-rules", -1, 0, 0),
    # an opening that came: China has the chips, others go without
    ("h200-licences-never", 1, -1, -1),
    # rules that came later than they might have: China has what they would have stopped
    ("hbm-rule-early", 1, 0, 0),
    ("diversion-stopped", 1, 0, -1),
    # moves work and no chip
    ("overseas-access-closed", 0, 0, 0),
]
UNKNOWN = ["b30a-allowed", "diffusion-enforced", "foundry-letter-early"]


def get_sign(value: float) -> int:
    """Return -1, 0 or 1."""
    return (value > 0) - (value < 0)


@pytest.mark.parametrize(("scenario", "china", "us", "rest"), SIGNS)
def test_effect_has_the_sign_that_the_rule_implies(
    real_warehouse: RealWarehouse, scenario: str, china: int, us: int, rest: int
) -> None:
    found = dict(
        real_warehouse.query(
            "select region_id, deployed_h100e_p50 from marts.fct_policy_impact "
            f"where scenario_id = '{scenario}' and quarter_start = {LATEST} "
            "and workload_id = 'training_small' and effect = 'total'"
        )
    )
    assert get_sign(found["CN"]) == china
    assert get_sign(found["US"]) == us
    assert get_sign(found["ROW"]) == rest


def test_usable_supply_and_stock_move_to_the_same_side(real_warehouse: RealWarehouse) -> None:
    assert (
        real_warehouse.query(
            "select * from marts.fct_policy_impact where effect = 'total' "
            f"and quarter_start = {LATEST} and region_id = 'CN' "
            "and sign(h100e_p50) <> sign(deployed_h100e_p50)"
        )
        == []
    )


def test_work_that_comes_home_widens_the_gap_there_and_closes_it_abroad(
    real_warehouse: RealWarehouse,
) -> None:
    gaps = dict(
        real_warehouse.query(
            "select region_id, gap_h100e_p50 from marts.fct_policy_impact "
            f"where scenario_id = 'overseas-access-closed' and quarter_start = {LATEST} "
            "and workload_id = 'inference' and effect = 'total'"
        )
    )
    assert gaps["CN"] > 0 > gaps["ROW"]
    assert gaps["US"] == 0


def test_nothing_moves_before_the_first_rule_of_a_scenario(real_warehouse: RealWarehouse) -> None:
    # the first quarter in which any effect shows, and the quarter of the day on which it may begin:
    # the letter of 26 August 2022; variants from 2022Q4; the letter of 23 October 2023 (twice);
    # that of 9 April 2025; H20 resumed in 2025Q4; licences of 2026; memory of 2025; the rule of
    # 14 July 2025
    first = dict(
        real_warehouse.query(
            "select scenario_id, min(quarter_start)::varchar from marts.fct_policy_impact "
            "where effect = 'total' and (deployed_h100e_p05 <> 0 or deployed_h100e_p95 <> 0) "
            "group by scenario_id"
        )
    )
    bounds = {
        "no-us-chip-rules": "2022-07-01",
        "no-2022-rules": "2022-10-01",
        "no-2023-10-rule": "2023-10-01",
        "october-rule-as-scheduled": "2023-10-01",
        "no-2025-04-letters": "2025-04-01",
        "no-chinese-purchase-guidance": "2025-10-01",
        "h200-licences-never": "2026-01-01",
        "hbm-rule-early": "2025-01-01",
        "diversion-stopped": "2025-07-01",
    }
    assert first.keys() == bounds.keys()
    for scenario, bound in bounds.items():
        assert first[scenario] >= bound, scenario


@pytest.mark.parametrize("scenario", UNKNOWN)
def test_scenario_without_a_volume_has_no_figure_and_no_zero(
    real_warehouse: RealWarehouse, scenario: str
) -> None:
    assert real_warehouse.query(
        "select count(*) > 0, count(impact.h100e_p50), count(balance.supply_h100e_p50) "
        "from marts.fct_policy_impact as impact "
        "inner join marts.fct_compute_balance as balance "
        "using (scenario_id, quarter_start, region_id, workload_id) "
        f"where scenario_id = '{scenario}' and quarter_start = {LATEST} "
        "and region_id in ('CN', 'WORLD')"
    ) == [(True, 0, 0)]


def test_every_scenario_has_the_whole_grid(real_warehouse: RealWarehouse) -> None:
    scenarios, quarters = real_warehouse.query(
        "select (select count(*) from marts.dim_scenario), "
        "(select count(*) from marts.dim_quarter where is_balance_quarter)"
    )[0]
    # four regions, three kinds of work, three effects; the baseline has none
    assert real_warehouse.query("select count(*) from marts.fct_policy_impact") == [
        ((scenarios - 1) * quarters * 4 * 3 * 3,)
    ]
