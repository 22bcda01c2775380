"""Figures that are explained and claims that are judged, on the repository's own facts."""

import csv
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.answers.balance import ACCESSES, answer_balance
from pipelines.base.errors import ReleaseError
from pipelines.base.settings import PROJECT_DIR
from pipelines.cli import main
from pipelines.pages.claims import make_claims_pages
from pipelines.pages.page import write_markdown
from tests.conftest import RealWarehouse
from tests.end_to_end.walk import (
    multiply_out,
    read_value,
    sum_regions,
    work_out_part,
    work_out_supply,
)

WORKLOADS = ("training_large", "training_small", "inference")


@pytest.mark.parametrize("access", ACCESSES)
@pytest.mark.parametrize("quarter", ["2023Q4", "2024Q4", "2025Q4"])
@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("region", ["US", "CN", "ROW"])
def test_an_explained_figure_multiplies_out(
    real_warehouse: RealWarehouse, region: str, workload: str, quarter: str, access: str
) -> None:
    answer = answer_balance(real_warehouse.current.path, region, quarter, workload, access)
    supply, demand = (read_value(answer, "balance", side) for side in ("supply", "demand"))
    # what is met in full is the demand itself, to the last digit
    assert work_out_supply(answer) == pytest.approx(supply, rel=1e-6)
    assert multiply_out(answer, "balance", multiply_out(answer, "supply")) == pytest.approx(supply)
    assert multiply_out(answer, "demand") == pytest.approx(demand, rel=1e-6)
    assert read_value(answer, "balance", "gap") == pytest.approx(supply - demand)
    assert read_value(answer, "balance", "coverage") == pytest.approx(supply / demand)
    # the chips that stand there, in units, come to what is deployed; units are not rounded
    in_chips = sum(row["units"] * row["h100e_per_unit"] for row in answer.chips)
    assert in_chips == pytest.approx(read_value(answer, "supply", "deployed"), rel=1e-5)
    parts = sum(work_out_part(part, access) for part in answer.parts)
    assert parts == pytest.approx(multiply_out(answer, "supply"), rel=1e-5, abs=0.1)
    # the median stands beside the path, and is the published one
    step = next(row for row in answer.steps if row["step"] == "usable")
    assert real_warehouse.query(
        f"select h100e_p50 from marts.fct_compute_supply where region_id = '{region}' "
        f"and workload_id = '{workload}' and step = 'usable' and scenario_id = 'baseline' "
        f"and quarter_start = date '{answer.quarter['quarter_start']}'"
    ) == [(step["published_p50"],)]


@pytest.mark.parametrize("quarter", ["2023Q4", "2024Q4", "2025Q4"])
@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_world_adds_up_its_regions(
    real_warehouse: RealWarehouse, workload: str, quarter: str
) -> None:
    path = real_warehouse.current.path
    world = answer_balance(path, "WORLD", quarter, workload)
    for side in ("supply", "demand"):
        regions = sum(
            read_value(answer_balance(path, region, quarter, workload), "balance", side)
            for region in ("US", "CN", "ROW")
        )
        assert sum_regions(world, side) == pytest.approx(regions)
        assert read_value(world, "balance", side) == pytest.approx(regions)


def test_factors_of_the_walk_are_the_central_assumptions(real_warehouse: RealWarehouse) -> None:
    """Where one assumption makes a step, its central value is the factor.

    A yearly share lies between the values of the two years whose middles are next to the quarter.
    """
    found = 0
    for region, workload in (("US", "inference"), ("CN", "training_large"), ("ROW", "inference")):
        answer = answer_balance(real_warehouse.current.path, region, "2024Q4", workload, "merchant")
        central = {row["assumption_id"]: row["value_central"] for row in answer.assumptions}
        for step in answer.steps:
            ids = (step["assumption_ids"] or "").split(",")
            single = step["step"] in ("powered", "unobserved_runs", "tokens", "wanted", "rented")
            if single and step["operation"] == "times":
                # statements of the quarter decide what was wanted in the US
                yearly = step["step"] == "powered" or (step["step"] == "wanted" and region != "US")
                assert len(ids) == (2 if yearly else 1)
                low, high = min(central[i] for i in ids), max(central[i] for i in ids)
                # both sides are approximate: a share that does not move is met to rounding
                assert low == pytest.approx(step["operand"]) or low <= step["operand"]
                assert high == pytest.approx(step["operand"]) or step["operand"] <= high
                found += 1
    assert found == 12


def test_runs_behind_observed_demand_come_to_its_mean(real_warehouse: RealWarehouse) -> None:
    answer = answer_balance(real_warehouse.current.path, "CN", "2023Q4", "training_large")
    # five quarters around it, run-smoothing
    mean = sum(run["h100e_quarters"] for run in answer.runs) / 5
    assert mean == pytest.approx(read_value(answer, "demand", "observed_runs"), rel=1e-5)
    assert {"ByteDance"} <= {run["developer"] for run in answer.runs}


def test_explain_tells_its_reasons_and_sources(real_warehouse: RealWarehouse) -> None:
    answer = answer_balance(real_warehouse.current.path, "CN", "2023Q4", "training_large")
    row = next(r for r in answer.assumptions if r["assumption_id"] == "experiment-large")
    assert row["steps"] == ["experiments"]
    assert row["source_url"].startswith("https://")
    assert {"epoch_chip_counts", "training_runs", "assumptions"} <= {
        source["source_id"] for source in answer.sources
    }
    assert all(source["documents"] for source in answer.sources)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (("Atlantis", "2023Q4", "inference"), "regions are CN, ROW, US, WORLD"),
        (("CN", "2021Q4", "inference"), "it holds 2022Q1 to "),
        (("CN", "23-4", "inference"), "expected one such as "),
        (("CN", "2023Q4", "training"), "did you mean training_large, training_small?"),
    ],
)
def test_an_unknown_question_is_told_what_is_known(
    real_warehouse: RealWarehouse, question: tuple[str, str, str], told: str
) -> None:
    with pytest.raises(ReleaseError, match=told.replace("?", r"\?")):
        answer_balance(real_warehouse.current.path, *question)


def test_a_quarter_of_which_nothing_was_known_is_said_to_be_so(
    real_warehouse: RealWarehouse,
) -> None:
    with pytest.raises(ReleaseError, match="the public knew none on that day"):
        answer_balance(real_warehouse.earlier.path, "CN", "2023Q3", "training_large")


def test_explain_prints_the_walk_and_json(
    real_warehouse: RealWarehouse,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    warehouse = str(real_warehouse.settings.warehouse_dir)
    monkeypatch.setenv("COMPUTE_BALANCE_WAREHOUSE_DIR", warehouse)
    for options in ([], ["--json"]):
        words = ["explain", "CN", "2023Q4", "training_large", *options]
        monkeypatch.setattr("sys.argv", ["compute-balance", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
        shown = capsys.readouterr().out
        if options:
            assert json.loads(shown)["steps"][0]["step"] == "nominal"
        else:
            assert "a median is no central\npath" in shown
            assert "unobserved-runs-cn-2023: 1.4 / 2.5 / 5 ratio" in shown


def test_explain_answers_within_two_seconds(real_warehouse: RealWarehouse) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "explain", "US", "2025Q4", "inference"],
        env={"COMPUTE_BALANCE_WAREHOUSE_DIR": str(real_warehouse.settings.warehouse_dir)},
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # processor time, since other tests run beside this one
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_every_claim_has_one_verdict_and_says_why(real_warehouse: RealWarehouse) -> None:
    with (PROJECT_DIR / "pipelines/sources/seed_claims/data/seed_claims.csv").open() as lines:
        registered = sorted(row["claim_id"] for row in csv.DictReader(lines))
    assert [
        claim for (claim,) in real_warehouse.query("select claim_id from marts.fct_seed_claim "
                                                   "order by claim_id")
    ] == registered  # fmt: skip
    # an open claim says which data it needs
    assert (
        real_warehouse.query(
            "select claim_id from marts.fct_seed_claim "
            "where verdict = 'not_testable_yet' and not contains(evidence, 'Needed: ')"
        )
        == []
    )
    # what the model cannot say otherwise is never told as a finding
    assert real_warehouse.query(
        "select distinct claim.holds_by_assumption from marts.fct_seed_claim as claim "
        "inner join marts.fct_seed_claim_test as test using (claim_id) "
        "where test.basis = 'construction' and claim.verdict = 'supported'"
    ) == [(True,)]


def test_claims_on_the_balance_are_open_where_nothing_was_shipped(
    real_warehouse: RealWarehouse,
) -> None:
    """On the day of the interview no shipments were public, so no stock and no coverage."""
    assert real_warehouse.query_earlier(
        "select distinct verdict from marts.fct_seed_claim "
        "where claim_id in ('seed-06', 'seed-07', 'seed-08', 'seed-10', 'seed-19')"
    ) == [("not_testable_yet",)]


def test_verdicts_follow_from_published_intervals(real_warehouse: RealWarehouse) -> None:
    """The rule, worked out once more from the published columns."""
    for row in real_warehouse.query(
        "select test_id, tested_low, tested_high, comparison, threshold_low, threshold_high, "
        "verdict from marts.fct_seed_claim_test "
        "where comparison <> 'none' and tested_low is not null"
    ):
        test_id, low, high, comparison, lower, upper, verdict = row
        high = float("inf") if high is None else high
        if comparison == "at_most":
            lower, upper = float("-inf"), lower
        elif comparison == "at_least":
            upper = float("inf")
        outside = high < lower or low > upper
        inside = low >= lower and high <= upper
        expected = "supported" if inside else "refuted" if outside else "mixed"
        assert verdict == expected, test_id


def test_explain_shows_the_inputs_if_the_release_holds_them(
    real_warehouse: RealWarehouse, tmp_path: Path
) -> None:
    copy = tmp_path / "compute_balance.duckdb"
    shutil.copyfile(real_warehouse.current.path, copy)
    question = ("CN", "2023Q4", "training_large")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("drop table if exists marts.fct_balance_sensitivity")
    assert answer_balance(copy, *question).inputs is None
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "create table marts.fct_balance_sensitivity as select 'CN' as region_id, "
            "'training_large' as workload_id, date '2023-10-01' as quarter_start, * "
            "from (values ('weak', 0.1, 5.0), ('strong', -0.5, 9.0)) "
            "as inputs (input, rank_correlation, swing_h100e)"
        )
    # the strongest first, whatever its sign
    assert [row["input"] for row in answer_balance(copy, *question).inputs] == ["strong", "weak"]


def test_the_page_on_claims_tells_of_each(real_warehouse: RealWarehouse) -> None:
    (page,) = make_claims_pages(real_warehouse.current.path)
    text = write_markdown(page, "")
    claims = real_warehouse.query("select claim_id, verdict from marts.fct_seed_claim")
    assert len(claims) == 39
    for claim_id, verdict in claims:
        assert f"## {claim_id}: {verdict.replace('_', ' ')}" in text
    assert "`seed-08a` large training is short: " in text
