"""The tables of docs/outlook.md, made from a release, so that the page says what the release says.

Write them anew from the current release with `python -m tests.end_to_end.outlook_page`.
"""

import re
from pathlib import Path

import duckdb

from pipelines.base.settings import PROJECT_DIR, Settings

PAGE = PROJECT_DIR / "docs" / "outlook.md"
_BLOCK = re.compile(r"(<!-- table: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

QUERIES = {
    "record": """
        with scores as (
            select *
            from marts.fct_outlook_score
            where kind = 'backtest' and vendor = 'all' and quarters_ahead in (2, 4, 8)
              and measure in ('nominal', 'deployed')
        ),
        means as (
            select
                measure, region_id, quarters_ahead, rule, count(*) as cases,
                avg(is_covered_90::int) as held_90, avg(is_covered_50::int) as held_50,
                avg(crps_log) as crps
            from scores group by all
        )
        select
            ours.measure, ours.region_id as region, ours.quarters_ahead as ahead, ours.cases,
            format('{:.2f}', ours.held_90) as "90 % held",
            format('{:.2f}', ours.held_50) as "50 % held",
            format('{:.3f}', ours.crps) as CRPS,
            format('{:.2f}', 1 - ours.crps / drift.crps) as "skill over drift of the stock",
            format('{:.2f}', 1 - ours.crps / grown.crps) as "over mean growth"
        from means as ours
        inner join means as drift using (measure, region_id, quarters_ahead)
        inner join means as grown using (measure, region_id, quarters_ahead)
        where ours.rule = 'outlook' and drift.rule = 'stock_drift' and grown.rule = 'mean_growth'
        order by ours.measure desc, list_position(['US', 'ROW', 'CN', 'WORLD'], region), ahead
    """,
    "spread": """
        with errors as (
            select
                region_id, quarters_ahead, origin_quarter, rule, is_covered_90,
                ln(truth_h100e / h100e_p50) as error,
                -- from the 5 to the 95 % point of a normal distribution
                ln(h100e_p95 / h100e_p05) / 3.29 as spread
            from marts.fct_outlook_score
            where kind = 'backtest' and vendor = 'all' and measure = 'nominal'
              and quarters_ahead in (2, 4) and rule in ('outlook', 'outlook_level_known')
        )
        select
            ours.region_id as series, ours.quarters_ahead as ahead, count(*) as cases,
            format('{:.3f}', avg(ours.spread)) as stated,
            format('{:.3f}', sqrt(avg(ours.error ** 2))) as found,
            format('{:.2f}', max(abs(ours.error) / ours.spread)) as "largest error over stated",
            format('{:.2f}', avg(level.is_covered_90::int)) as "90 % held, count known",
            format('{:.2f}', corr(ours.error, us.error)) as "correlation with US"
        from errors as ours
        inner join errors as us
            on us.region_id = 'US' and us.rule = ours.rule
            and us.quarters_ahead = ours.quarters_ahead and us.origin_quarter = ours.origin_quarter
        inner join errors as level
            on level.rule = 'outlook_level_known' and level.region_id = ours.region_id
            and level.quarters_ahead = ours.quarters_ahead
            and level.origin_quarter = ours.origin_quarter
        where ours.rule = 'outlook'
        group by ours.region_id, ours.quarters_ahead
        order by list_position(['US', 'ROW', 'CN', 'WORLD'], ours.region_id), ours.quarters_ahead
    """,
    "rents": """
        select
            chip_id as chip, quarters_ahead as ahead, replace(rule, '_', ' ') as "told by",
            format('{:.2f} ({:.2f} to {:.2f})', usd_per_gpu_hour_p50, usd_per_gpu_hour_p05,
                   usd_per_gpu_hour_p95) as "USD an hour",
            record_cases as cases, format('{:.2f}', record_coverage_90) as "90 % held",
            format('{:.3f}', record_crps_log) as "score of reversion",
            format('{:.3f}', no_change_crps_log) as "of no change",
            format('{:.2f}', record_skill) as skill
        from marts.fct_outlook_rent
        where quarters_ahead in (2, 4, 8)
        order by 1, 2
    """,
    "worlds": """
        select
            coalesce(rules.title, growth.title) as world,
            max(case when region_id = 'WORLD' then told end) as "powered in the world, million",
            max(case when region_id = 'CN' then told end) as "in China",
            coalesce(rules.replaced_assumption_ids, growth.replaced_assumption_ids, '') as replaces
        from (
            select *, scenario_id as outlook_scenario,
                format('{:.1f} ({:.1f} to {:.1f})', value_p50 / 1e6, value_p05 / 1e6,
                             value_p95 / 1e6) as told
            from marts.fct_outlook
            where measure = 'powered' and yardstick = '8bit' and quarter_start = date '2028-10-01'
        )
        inner join marts.dim_growth_scenario as growth using (growth_scenario_id)
        left join marts.dim_outlook_rule_scenario as rules
            on rules.scenario_id = outlook_scenario and outlook_scenario <> 'baseline'
        group by rules.title, growth.title, replaces
        order by rules.title is not null, replaces <> '', world
    """,
    "true_test": """
        select
            case when kind = 'backtest' then 'counts to 2025Q4, version of today'
                 else 'what was known on ' || outlook_id[:10] end as outlook,
            measure,
            case when vendor = 'all' then region_id else vendor || ', world' end as series,
            year(quarter_start) || 'Q' || quarter(quarter_start) as quarter,
            format('{:,.0f}', h100e_p50 / 1e3) as median,
            format('{:,.0f} to {:,.0f}', h100e_p05 / 1e3, h100e_p95 / 1e3) as "5 to 95 %",
            format('{:,.0f}', truth_h100e / 1e3) as counted,
            format('{:.0f} %', 100 * truth_counted_share) as "of it counted",
            case when is_covered_90 then 'yes' else 'no' end as inside
        from marts.fct_outlook_score
        where rule = 'outlook' and measure in ('delivered', 'nominal')
          and quarter_start in (date '2026-01-01', date '2026-04-01')
          and (outlook_id = 'backtest-2025Q4' or kind = 'as_of' and outlook_id < '2026-05-01')
          and not (measure = 'nominal' and kind = 'backtest')
        order by kind desc, measure, vendor <> 'all',
            list_position(['US', 'ROW', 'CN', 'WORLD'], region_id), series, quarter
    """,
    "slip": """
        select
            vintage_on as copy, later_vintage_on as "held against", count(*) as steps,
            count(*) filter (where was_due) as due,
            count(*) filter (where was_due and outcome = 'reached') as reached,
            count(*) filter (where was_due and outcome = 'reached' and slip_days <= 30)
                as "within 30 days",
            count(*) filter (where slip_days > 7) as later,
            count(*) filter (where slip_days < -7) as earlier,
            count(*) filter (where outcome = 'not_in_plan') as dropped,
            round(avg(slip_days) filter (where not was_due))::int
                as "mean slip of others, days"
        from marts.fct_site_slip
        group by all having count(*) > 1
        order by 1
    """,
    "others": """
        select
            replace(forecast_group, '_', ' ') as "group", any_value(group_cases) as cases,
            format('{:.0f}', any_value(group_share_too_low * group_cases)) as "too low",
            format('{:.2f}', any_value(group_median_ratio)) as "median of said over came",
            format('{:.2f}', exp(min(log_ratio))) as lowest,
            format('{:.2f}', exp(max(log_ratio))) as highest
        from marts.fct_outside_forecast
        group by all having any_value(group_cases) > 0
        order by cases desc, 1
    """,
}


def make_tables(database: Path) -> dict[str, str]:
    """Return each table of the page as the release at a path gives it."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return {name: _print(connection, query) for name, query in QUERIES.items()}


def _print(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    found = connection.execute(query)
    header = [column[0] for column in found.description]
    lines = [header, ["---"] * len(header), *found.fetchall()]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def read_tables() -> dict[str, str]:
    """Return each table of the page as it is printed."""
    return {found[2]: found[3] for found in _BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}


def main() -> None:
    """Put the tables of the current release into the page."""
    tables = make_tables(Settings().current_path)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_BLOCK.sub(lambda m: m[1] + tables[m[2]] + m[4], text), encoding="utf-8")


if __name__ == "__main__":
    main()
