"""The report: what a release says on one page, each table with the query behind it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.rows import fetch_row
from pipelines.pages.page import Block, Heading, Page, Table, Text

PATH = "report"


# three digits, and whole numbers from a hundred on
MACROS = """
    create temp macro number_text(x) as
        case when abs(x) >= 100 then format('{:,.0f}', x) else format('{:.3g}', x) end;
    create temp macro interval_text(x, low, high) as
        number_text(x) || ' (' || number_text(low) || ' to ' || number_text(high) || ')';
"""


# beyond it deliveries are carried on
LAST_COUNTED = """
    select max(quarter_start)
    from marts.fct_compute_supply
    where not is_nowcast and list_contains($1, quarter_start)
"""


@dataclass(frozen=True)
class Section:
    """One table of the report: its heading, how to read it, and the query that makes it.

    The query may name `$quarter`, the first day of the quarter that the report is about.
    """

    title: str
    text: str
    query: str


SECTIONS = (
    Section(
        "Supply and demand",
        "Medians with their 5 and 95 % points, in thousand H100 equivalents that are always busy: "
        "what the work can get after allocation, and what is wanted. `short` is the share of draws "
        "in which supply falls short; `not for print` says why a row is not. "
        "Supplies do not add up over kinds of work, and WORLD is an upper bound.",
        """
        select
            region_id as region, workload_id as work, access,
            interval_text(supply_h100e_p50 / 1e3, supply_h100e_p05 / 1e3, supply_h100e_p95 / 1e3)
                as supply,
            interval_text(demand_h100e_p50 / 1e3, demand_h100e_p05 / 1e3, demand_h100e_p95 / 1e3)
                as demand,
            round(coverage_p50, 2) as coverage,
            round(shortage_probability, 2) as short,
            policy_regime as "rule in force",
            is_nowcast as nowcast,
            printable_note as "not for print"
        from marts.fct_compute_balance
        where quarter_start = $quarter and scenario_id = 'baseline' and supply_h100e_p50 is not null
        order by region_id, workload_id, access
        """,
    ),
    Section(
        "How full the regions are",
        "Needs over the powered stock, whatever the split between kinds of work: above 1 a region "
        "is short of chips. What is wanted counts what stands idle with its owner, too.",
        """
        select
            region_id as region, access,
            interval_text(load_served_p50, load_served_p05, load_served_p95) as served,
            interval_text(load_wanted_p50, load_wanted_p05, load_wanted_p95) as wanted,
            interval_text(idle_share_p50, idle_share_p05, idle_share_p95) as idle
        from marts.fct_compute_load
        where quarter_start = $quarter and scenario_id = 'baseline' and load_served_p50 is not null
        order by region_id, access
        """,
    ),
    Section(
        "What moves the balances most",
        "The three inputs whose values go most with the gap between supply and demand, and by how "
        "much the gap differs between their highest and lowest tenth of draws, in thousand H100 "
        "equivalents.",
        """
        select
            region_id as region, workload_id as work, sensitivity_rank as rank, input,
            round(rank_correlation, 2) as correlation,
            number_text(swing_h100e / 1e3) as swing
        from marts.fct_balance_sensitivity
        where quarter_start = $quarter and sensitivity_rank <= 3 and is_above_noise
        order by region_id, workload_id, sensitivity_rank
        """,
    ),
    Section(
        "How tight the regions are",
        "Wanted load by quantities, the wanted load that rents speak of, and both as one. Neither "
        "side reads the other; where they lie apart, the interval of both is wider. `says` is the "
        "chance that the region is short, in words.",
        """
        select
            region_id as region,
            interval_text(tightness_quantity_p50, tightness_quantity_p05, tightness_quantity_p95)
                as "by quantities",
            interval_text(tightness_price_p50, tightness_price_p05, tightness_price_p95)
                as "by prices",
            interval_text(tightness_p50, tightness_p05, tightness_p95) as both,
            state as says, agreement,
            coalesce(uninformative_reason, '') as "says little because"
        from marts.fct_tightness
        where quarter_start = $quarter
        order by region_id
        """,
    ),
    Section(
        "What prices say",
        "Rent over the cost of an accelerator-hour: above 1 it pays more than it costs.",
        """
        select
            region_id as region, chip_id as chip,
            interval_text(premium_p50, premium_p05, premium_p95) as premium,
            price_sign as "price says", is_thin as thin
        from marts.fct_scarcity_beside_load
        where quarter_start = $quarter and chip_id <> 'all'
        order by region_id, chip_id
        """,
    ),
    Section(
        "What stands behind these prices",
        "Readings and providers by step: those of the rent, those of the index steps that moved it "
        "where the quarter is too thin, and lists of hyperscalers, which stand beside it. "
        "`compute-balance source trace fct_scarcity_premium` names each with its document.",
        """
        select
            inputs.region_id as region, inputs.chip_id as chip, inputs.step,
            count(distinct inputs.input_key) as readings,
            count(distinct offers.provider) as providers,
            min(offers.observed_on) as "from", max(offers.last_observed_on) as "to"
        from bridges.brg_scarcity_premium as inputs
        inner join marts.fct_rental_offer as offers on inputs.input_key = offers.offer_id
        where inputs.quarter_start = $quarter and inputs.input_table = 'fct_rental_offer'
        group by all
        order by region, chip, inputs.step desc
        """,
    ),
    Section(
        "Rents of the months of the quarter",
        "Index of matched on-demand offers over all places, 100 in the first month of the series; "
        "series without three providers are left out.",
        """
        select
            chip_id as chip, month_start as month, round(index_value, 1) as index, matched_offers,
            providers, series_start as "100 in"
        from marts.fct_rental_price_index
        where
            commitment = 'on_demand' and region_id = 'WORLD' and not is_thin
            and month_start >= $quarter and month_start < $quarter + interval 3 month
        order by chip_id, month_start
        """,
    ),
    Section(
        "What may be ahead",
        "Thousand H100 equivalents by their 8-bit rate, two, four and eight quarters after the "
        "last complete one, beside the simple rule that deliveries grow at their mean rate. The "
        "rule has been tried on one boom, in hindsight: `cases` past origins, which overlap, "
        "`held` the part in which the interval held, `skill` over the drift of the stock. Rows "
        "without cases rest on judgement. Deployed is not powered, and growth in this yardstick "
        "is no growth of compute.",
        """
        select
            region_id as region, measure,
            year(quarter_start) || 'Q' || quarter(quarter_start) as quarter,
            interval_text(value_p50 / 1e3, value_p05 / 1e3, value_p95 / 1e3) as outlook,
            number_text(rule_p50 / 1e3) as "simple rule",
            record_cases as cases, round(record_coverage_90, 2) as held,
            round(record_skill, 2) as skill, uninformative_reason as "read as unknown"
        from marts.fct_outlook
        where quarter_start > $quarter and quarters_ahead in (2, 4, 8) and yardstick = '8bit'
            and measure in ('delivered', 'deployed', 'powered')
        order by region_id, list_position(['delivered', 'deployed', 'powered'], measure), quarter
        """,
    ),
    Section(
        "Rules that came into force or ended in the year before the quarter's end",
        "Acts that bear on accelerators.",
        """
        select policy_id as policy, jurisdiction, effective_on, ended_on, title
        from marts.dim_policy
        where
            list_contains(string_split(affects, ';'), 'chips')
            and greatest(effective_on, coalesce(ended_on, effective_on))
            between $quarter - interval 9 month and $quarter + interval 3 month
        order by coalesce(ended_on, effective_on) desc, policy_id
        """,
    ),
)


def make_report_pages(database: Path) -> list[Page]:
    """Return the report on the last counted quarter; nothing where no balance is modelled."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select 1 from duckdb_tables() where table_name = 'fct_compute_balance'"
        ).fetchall()
    return [make_report(database)] if found else []


def make_report(database: Path, quarter_start: date | None = None) -> Page:
    """Return the report on a quarter, by default the last one whose deliveries are counted.

    Where none is counted, the newest one that has a balance stands in.

    Raises:
        ReleaseError: the release has no balance for the quarter.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(MACROS)
        release_id, as_of = fetch_row(connection, "select release_id, as_of from meta.release")
        quarters = [
            row[0]
            for row in connection.execute(
                "select distinct quarter_start from marts.fct_compute_balance "
                "where supply_h100e_p50 is not null order by 1"
            ).fetchall()
        ]
        if not quarters or (quarter_start and quarter_start not in quarters):
            known = f"{_label(quarters[0])} to {_label(quarters[-1])}" if quarters else "none"
            raise ReleaseError(
                f"release {release_id} has no balance for the quarter; it has {known}"
            )
        counted = connection.execute(LAST_COUNTED, [quarters]).fetchone()
        quarter = quarter_start or (counted and counted[0]) or quarters[-1]
        blocks: list[Block] = [
            Text(
                f"Release `{release_id}`, as of {as_of}. Every figure is an estimate with an "
                "interval; `compute-balance explain` walks from a balance down to its sources. "
                "By default the quarter is the last one whose deliveries are mostly counted; "
                f"`compute-balance report {_label(quarters[-1])}` goes beyond."
            )
        ]
        for section in SECTIONS:
            blocks += _write_section(connection, section, quarter)
    return Page(PATH, f"The balance in {_label(quarter)}", blocks)


def _label(quarter_start: date) -> str:
    return f"{quarter_start.year}Q{(quarter_start.month + 2) // 3}"


def _write_section(
    connection: duckdb.DuckDBPyConnection, section: Section, quarter: date
) -> list[Block]:
    found = connection.execute(section.query, {"quarter": quarter})
    columns = tuple(column[0] for column in found.description)
    rows = tuple(tuple(_show(value) for value in row) for row in found.fetchall())
    table = Table(columns, rows) if rows else Text("Nothing is known for this quarter.")
    return [Heading(section.title), Text(section.text), table]


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
