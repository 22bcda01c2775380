"""Compare the project's policy SQL with the independent evaluator of the tests, at length.

The quick suite puts some thousand cases to both engines; this puts 10 000 cases of the facts as
coded (all chips, destinations, buyers, transactions and scenarios, four fifths of them around days
on which a rule starts or ends), builds of three earlier days, and random rule sets in which every
question is asked once. All columns of `fct_chip_control_status` are compared. From the repository's
root:

    .venv/bin/python scripts/compare_policy_engines.py
    .venv/bin/python scripts/compare_policy_engines.py --cases 100000 --rule-sets 2000 --seed 7

It prints each disagreement and exits with 1 if there is any.
"""

import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import perf_counter

import click
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.policy import strategies as build
from tests.policy.agreement import Difference, compare_engines
from tests.policy.cases import random_cases
from tests.policy.rows import RuleTables, tables_from_rows
from tests.policy.sql_engine import Program, compile_program, open_run, run_sql
from tests.policy.sql_rows import read_embedded_rows, with_table_keys
from tests.policy.test_known_outcomes import EVERYTHING_KNOWN
from tests.policy.test_sql_agrees import all_cases

# Days of which the public knew something else: after the first letters, the day after the rule of
# October 2023, before the letters of April 2025.
EARLIER_DAYS = (date(2022, 9, 15), date(2023, 10, 18), date(2025, 3, 1))
EARLIER_SHARE = 0.1
SHOWN = 20


def compare_facts(program: Program, sizes: dict[date, int], seed: int) -> list[Difference]:
    """Compare both engines on the facts as coded, with so many cases on each as-of day."""
    rows = read_embedded_rows()
    tables = tables_from_rows(rows)
    countries = [row["country_code"] for row in rows["countries"] if row["country_code"] != "US"]
    found: list[Difference] = []
    for as_of, size in sizes.items():
        start = perf_counter()
        run = run_sql(program, rows, as_of)
        seconds = perf_counter() - start
        asked = list(random_cases(tables, seed, size, as_of=as_of, countries=countries))
        differences = compare_engines(run, tables, asked, as_of)
        run.close()
        click.echo(
            f"facts as of {as_of}: {size:,} cases, {len(differences)} differences "
            f"(SQL {seconds:.1f} s, all {perf_counter() - start:.1f} s)"
        )
        found += differences
    return found


def compare_rule_sets(program: Program, rule_sets: int, seed: int) -> list[Difference]:
    """Compare both engines on random rule sets, every question of each once."""
    found: list[Difference] = []
    asked = 0

    @with_seed(seed)
    @settings(
        max_examples=rule_sets,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        tables=build.rule_sets(crossing=True),
        as_of=st.just(build.EVERYTHING_KNOWN) | build.DAYS,
        picked=st.integers(0, 1000),
    )
    def compare(tables: RuleTables, as_of: date, picked: int) -> None:
        nonlocal asked
        tables = with_table_keys(tables)
        cases = all_cases(picked)
        with open_run(program, tables, build.COUNTRIES, as_of) as run:
            found.extend(compare_engines(run, tables, cases, as_of))
        asked += len(cases)

    start = perf_counter()
    compare()
    click.echo(
        f"random rules: {rule_sets:,} rule sets, {asked:,} cases, {len(found)} differences "
        f"({perf_counter() - start:.1f} s)"
    )
    return found


def show(differences: Sequence[Difference]) -> None:
    """Print the first disagreements."""
    for difference in differences[:SHOWN]:
        click.echo(
            f"  {difference.case}\n    {difference.column}: evaluator {difference.evaluator!r}, "
            f"SQL {difference.sql!r}"
        )


@click.command()
@click.option("--cases", default=10_000, show_default=True, help="Cases of the facts as coded.")
@click.option("--rule-sets", default=300, show_default=True, help="Random rule sets.")
@click.option("--seed", default=0, show_default=True, help="The same seed asks the same.")
def main(cases: int, rule_sets: int, seed: int) -> None:
    """Compare the policy SQL with the evaluator of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        program = compile_program(Path(folder))
    sizes = {EVERYTHING_KNOWN: cases} | dict.fromkeys(EARLIER_DAYS, int(cases * EARLIER_SHARE))
    differences = compare_facts(program, sizes, seed) + compare_rule_sets(program, rule_sets, seed)
    show(differences)
    raise SystemExit(1 if differences else 0)


if __name__ == "__main__":
    main()
