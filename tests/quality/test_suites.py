"""What suites are, how their items are counted, and what an audit makes of them."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import ContractError
from pipelines.base.settings import PROJECT_DIR
from pipelines.quality.audit import run_suites
from pipelines.quality.conventions import write_mart_suites
from pipelines.quality.counted import count_suite
from pipelines.quality.expectations import MAX_ROWS_READ_WHOLE
from pipelines.quality.records import Check
from pipelines.quality.suites import Expectation, Suite, load_suites

MESSAGE = "prices are positive and below fifty"


@pytest.fixture
def build() -> duckdb.DuckDBPyConnection:
    """Give a build with one mart of three rows, as of the end of 2024."""
    connection = duckdb.connect(":memory:")
    connection.execute("create schema raw; create schema marts; create schema meta")
    connection.execute(
        "create table raw.build_parameters as select date '2024-12-31' as as_of, 10 as draws"
    )
    connection.execute("create table meta.source as select 'quotes' as source_id")
    connection.execute(
        "create table marts.fct_price (quarter_start date, usd_p05 double, usd_p50 double, "
        "usd_p95 double, idle_share double, source_ids varchar, confidence varchar, known_on date)"
    )
    connection.execute(
        "insert into marts.fct_price values "
        "('2024-01-01', 1, 2, 3, 0.5, 'quotes', 'reported', '2024-02-01'), "
        "('2024-04-01', 2, 3, 4, 0.6, 'quotes', 'reported', '2024-05-01'), "
        "('2024-07-01', 3, 4, 5, 0.7, 'quotes', 'reported', '2024-08-01')"
    )
    return connection


def make_suite(**item) -> Suite:
    """Make a suite of one item on the mart."""
    expectation = Expectation(name="holds", message=MESSAGE, **item)
    return Suite(suite="price", table="marts.fct_price", expectations=[expectation])


def run_one(build: duckdb.DuckDBPyConnection, suite: Suite, **arguments) -> Check:
    """Run one suite of one item."""
    (check,) = run_suites(build, [suite], Path("none"), with_conventions=False, **arguments)
    return check


def run_conventions(build: duckdb.DuckDBPyConnection) -> dict[str, bool]:
    """Run what follows from names; check by its last name."""
    checks = run_suites(build, [], Path("none"))
    return {check.name.rpartition(".")[2]: check.passed for check in checks}


def test_forbidden_rows_are_counted_and_shown(build: duckdb.DuckDBPyConnection) -> None:
    check = run_one(build, make_suite(forbidden="usd_p50 > 3.5"))
    assert not check.passed
    assert check.observed.startswith("1 of 3 rows: quarter_start=2024-07-01")
    assert "usd_p50=4.0" in check.observed


def test_condition_on_the_whole_relation_shows_its_figure(
    build: duckdb.DuckDBPyConnection,
) -> None:
    check = run_one(build, make_suite(holds="count(*) >= 4", shows="count(*)"))
    assert (check.passed, check.observed) == (False, "3")
    assert run_one(build, make_suite(holds="count(*) >= 3")).passed


def test_nothing_is_asked_of_an_empty_table_that_cannot_be_said(
    build: duckdb.DuckDBPyConnection,
) -> None:
    build.execute("delete from marts.fct_price")
    assert run_one(build, make_suite(holds="max(usd_p50) < 10")).passed
    assert not run_one(build, make_suite(holds="count(*) > 0")).passed


def test_demand_waits_for_its_day(build: duckdb.DuckDBPyConnection) -> None:
    check = run_one(build, make_suite(holds="count(*) > 9", applies_from=date(2025, 1, 1)))
    assert check.passed
    assert "2025-01-01" in check.observed
    assert not run_one(
        build, make_suite(holds="count(*) > 9", applies_from=date(2024, 12, 31))
    ).passed


def test_item_that_cannot_be_evaluated_fails_as_an_error(
    build: duckdb.DuckDBPyConnection,
) -> None:
    check = run_one(build, make_suite(forbidden="no_such_column > 1", severity="warning"))
    assert (check.passed, check.severity) == (False, "error")
    assert check.observed.startswith("could not be evaluated: Binder Error")


def test_item_at_fault_does_not_hide_its_neighbours(build: duckdb.DuckDBPyConnection) -> None:
    items = [
        Expectation(name="bad", forbidden="no_such_column > 1", message=MESSAGE),
        Expectation(name="good", forbidden="usd_p50 > 3.5", message=MESSAGE),
    ]
    suite = Suite(suite="price", table="marts.fct_price", expectations=items)
    bad, good = count_suite(build, suite, items)
    assert bad.problem is not None
    assert good.violations == 1


def test_class_of_great_expectations_sees_the_relation(build: duckdb.DuckDBPyConnection) -> None:
    kwargs = {"column": "usd_p50", "max_value": 3.5}
    check = run_one(build, make_suite(expectation="ExpectColumnValuesToBeBetween", kwargs=kwargs))
    assert not check.passed
    assert "1 of 3 rows: 4.0" in check.observed


def test_custom_expectation_is_found_in_the_project(build: duckdb.DuckDBPyConnection) -> None:
    suite = make_suite(expectation="ExpectShareBetweenZeroAndOne", kwargs={"column": "usd_p50"})
    (check,) = run_suites(build, [suite], PROJECT_DIR / "expectations", with_conventions=False)
    assert not check.passed


def test_unknown_expectation_is_named(build: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ContractError, match="suite price: holds: unknown expectation ExpectMagic"):
        run_one(build, make_suite(expectation="ExpectMagic"))


def test_large_table_is_not_read_whole(build: duckdb.DuckDBPyConnection) -> None:
    build.execute(
        "create table marts.fct_large as select range as usd_p50 "
        f"from range({MAX_ROWS_READ_WHOLE + 1})"
    )
    item = Expectation(
        name="filled",
        expectation="ExpectColumnValuesToNotBeNull",
        kwargs={"column": "usd_p50"},
        message=MESSAGE,
    )
    suite = Suite(suite="large", table="marts.fct_large", expectations=[item])
    with pytest.raises(ContractError, match="must state a query of aggregates"):
        run_one(build, suite)
    counted = Expectation(name="filled", forbidden="usd_p50 is null", message=MESSAGE)
    assert run_one(build, suite.model_copy(update={"expectations": [counted]})).passed


def test_item_takes_one_form_only() -> None:
    with pytest.raises(ValueError, match="give one of"):
        Expectation(name="a", forbidden="true", holds="true", message=MESSAGE)
    with pytest.raises(ValueError, match="give one of"):
        Expectation(name="a", message=MESSAGE)


def test_two_suites_of_one_name_are_refused(tmp_path: Path) -> None:
    text = (
        "suite: twice\ntable: marts.x\nexpectations:\n"
        "  - {name: a, forbidden: 'false', message: never anything wrong}\n"
    )
    (tmp_path / "one.yml").write_text(text, encoding="utf-8")
    (tmp_path / "two.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"two\.yml: suite 'twice' stands in one\.yml already"):
        load_suites(tmp_path)


def test_names_of_columns_promise_what_they_mean(build: duckdb.DuckDBPyConnection) -> None:
    assert all(run_conventions(build).values())
    (suite,) = write_mart_suites(build)
    assert suite.suite == "names_fct_price"


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("usd_p05 = 9", "usd_p05_to_p95_in_order"),
        ("usd_p05 = -1", "usd_p05_not_negative"),
        ("idle_share = 50", "idle_share_is_a_share"),
        ("quarter_start = date '2024-02-01'", "quarter_start_is_a_first_day"),
        ("known_on = date '2025-01-01'", "known_on_up_to_as_of"),
        ("source_ids = 'quotes,rumours'", "sources_are_known"),
        ("confidence = 'certain'", "confidence_in_vocabulary"),
        ("usd_p95 = 'inf'::double", "usd_p95_is_finite"),
    ],
)
def test_broken_promise_of_a_name_is_caught(
    build: duckdb.DuckDBPyConnection, change: str, check: str
) -> None:
    build.execute(f"update marts.fct_price set {change} where quarter_start = date '2024-04-01'")
    failed = {name for name, passed in run_conventions(build).items() if not passed}
    assert failed == {check}


def test_comparison_without_an_earlier_release_says_so(build: duckdb.DuckDBPyConnection) -> None:
    suite = Suite(
        suite="drift",
        table="meta.release",
        query="select * from release_rows",
        compares_releases=True,
        expectations=[Expectation(name="a", forbidden="rows_after = 0", message=MESSAGE)],
    )
    check = run_one(build, suite)
    assert (check.passed, check.observed) == (True, "no earlier release to compare with")


def test_comparison_sees_lost_rows_and_tables(
    build: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "previous.duckdb"
    build.execute(f"attach '{path}' as old; create schema old.marts")
    build.execute("create table old.marts.fct_price as select * from marts.fct_price")
    build.execute("create table old.marts.fct_gone as select 1 as units")
    build.execute("detach old")
    build.execute("delete from marts.fct_price where usd_p50 < 3.5")
    suite = Suite(
        suite="drift",
        table="meta.release",
        query="select * from release_rows",
        compares_releases=True,
        expectations=[
            Expectation(name="gone", forbidden="rows_after is null", message=MESSAGE),
            Expectation(name="drop", forbidden="rows_after < rows_before", message=MESSAGE),
        ],
    )
    gone, drop = run_suites(build, [suite], Path("none"), previous=path, with_conventions=False)
    assert gone.observed == "1 of 2 rows: table_name=fct_gone, rows_before=1, rows_after=None"
    assert drop.observed == "1 of 2 rows: table_name=fct_price, rows_before=3, rows_after=1"
