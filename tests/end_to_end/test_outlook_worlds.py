"""Worlds of growth and of rules differ from the expected one where they change something alone."""

from tests.conftest import RealWarehouse, query_file


def test_each_world_names_what_it_replaces(real_warehouse: RealWarehouse) -> None:
    assert real_warehouse.query(
        "select growth_scenario_id, replaced_assumption_ids is null "
        "from marts.dim_growth_scenario order by 1"
    ) == [
        ("expected", True),
        ("memory-short", False),
        ("money-stops", False),
        ("power-on-time", False),
        ("rubin-late", False),
    ]
    assert real_warehouse.query(
        "select scenario_id from marts.dim_outlook_rule_scenario order by 1"
    ) == [("baseline",), ("imports-open",), ("imports-stop",)]
    # crossed with nothing: growth under the rules as they are, rules under the expected growth
    assert real_warehouse.query(
        "select count(distinct (scenario_id, growth_scenario_id)), "
        "bool_and(scenario_id = 'baseline' or growth_scenario_id = 'expected') "
        "from marts.fct_outlook"
    ) == [(7, True)]


def test_a_row_of_a_world_keeps_the_deviate_of_the_one_that_it_replaces(
    real_warehouse: RealWarehouse,
) -> None:
    ((pairs, apart),) = query_file(
        real_warehouse.current_build,
        """
        with placed as (
            select
                rows.assumption_id, rows.replaces, drawn.draw,
                rank() over (partition by rows.assumption_id order by drawn.value) as place
            from intermediate.int_inputs__assumptions as rows
            inner join intermediate.int_inputs__assumption_draws as drawn using (assumption_id)
            where drawn.draw > 0 and not rows.is_constant
        )
        select count(*), count(*) filter (where world.place <> before.place)
        from placed as world
        inner join placed as before
            on world.replaces = before.assumption_id and world.draw = before.draw
        """,
    )
    assert pairs > 1000
    assert apart == 0


def test_rules_change_china_and_by_as_much_the_world(real_warehouse: RealWarehouse) -> None:
    ((draws, elsewhere, sums, opened, stopped),) = query_file(
        real_warehouse.current_build,
        """
        with paired as (
            select
                world.path_id, world.region_id, world.quarter_start, world.draw,
                world.nominal_8bit - expected.nominal_8bit as change
            from intermediate.int_outlook__measures as world
            inner join intermediate.int_outlook__measures as expected
                using (region_id, quarter_start, draw)
            where world.path_id in ('imports-open', 'imports-stop')
              and expected.path_id = 'expected'
        ),
        wide as (
            select
                path_id, quarter_start, draw,
                max(change) filter (where region_id = 'CN') as china,
                max(change) filter (where region_id = 'WORLD') as world,
                max(abs(change)) filter (where region_id in ('US', 'ROW')) as elsewhere
            from paired group by all
        )
        select
            count(*), max(elsewhere), max(abs(world - china)),
            median(china) filter (where path_id = 'imports-open' and late),
            max(china) filter (where path_id = 'imports-stop')
        from (select *, quarter_start = max(quarter_start) over () as late from wide)
        """,
    )
    assert draws > 8000
    assert elsewhere == 0
    assert sums < 0.01
    assert opened > 0
    assert stopped <= 0


def test_growth_changes_nothing_in_china_nor_today(real_warehouse: RealWarehouse) -> None:
    ((draws, china, today),) = query_file(
        real_warehouse.current_build,
        """
        select
            count(*),
            max(abs(world.powered_8bit - expected.powered_8bit))
                filter (where region_id = 'CN'),
            max(abs(world.powered_8bit - expected.powered_8bit))
                filter (where first_quarter = quarter_start)
        from (
            select *, min(quarter_start) over () as first_quarter
            from intermediate.int_outlook__measures
            where path_id in ('money-stops', 'power-on-time', 'rubin-late', 'memory-short')
        ) as world
        inner join intermediate.int_outlook__measures as expected
            using (region_id, quarter_start, draw)
        where expected.path_id = 'expected'
        """,
    )
    assert draws > 50000
    assert china == 0
    assert today == 0


def test_load_begins_with_that_of_the_balance_and_is_held_by_the_stock(
    real_warehouse: RealWarehouse,
) -> None:
    ((draws, apart, later, above),) = query_file(
        real_warehouse.current_build,
        """
        select
            count(*) filter (where loads.quarter_start = balance.quarter_start),
            max(abs(loads.load_wanted / balance.load_wanted - 1))
                filter (where loads.quarter_start = balance.quarter_start),
            count(*) filter (where loads.quarter_start > balance.quarter_start),
            max(loads.load_served)
        from intermediate.int_outlook__loads as loads
        inner join intermediate.int_balance__load_draws as balance using (region_id, draw)
        where balance.scenario_id = 'baseline' and balance.access = 'all'
          and balance.quarter_start = (
              select min(quarter_start) from intermediate.int_outlook__quarters
          )
        """,
    )
    assert draws > 5000
    assert apart < 1e-6
    assert later > 50000
    # work may pass the stock by what the bound leaves open
    assert above < 1.3


def test_tightness_ahead_says_whether_it_tells_more_than_a_coin(
    real_warehouse: RealWarehouse,
) -> None:
    ((rows, even, silent, bounded),) = real_warehouse.query(
        """
        select
            count(*),
            count(*) filter (
                where measure = 'probability_tight' and abs(value_p50 - 0.5) < 0.15
                  and is_informative
            ),
            count(*) filter (where not is_informative),
            bool_and(measure <> 'probability_tight' or value_p50 between 0 and 1)
        from marts.fct_outlook
        where measure in ('load_wanted', 'coverage', 'probability_tight')
        """
    )
    assert rows > 500
    assert even == 0
    assert silent > 0
    assert bounded
