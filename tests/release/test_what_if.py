"""What-if builds: private, checked like any registry, without a trace in the main warehouse."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import WhatIfError
from pipelines.base.settings import PROJECT_DIR
from pipelines.run.what_if import (
    AssumptionValue,
    WhatIf,
    add_scenario,
    parse_assumption,
    run_what_if,
    set_assumptions,
)
from tests.small_project.builder import SmallProject, add_assumptions, build_project

SCENARIO = """scenario_id,title,description,policy_id,switch,value,flows_like
late-rule,A late rule,A year later,us-2023-10-acs-ifr,effective_from,2024-11-17,no-2023-10-rule
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """Publish a small project that holds the repository's own registry of assumptions."""
    project = build_project(tmp_path_factory.mktemp("what_if") / "small")
    add_assumptions(project)
    project.run()
    return project


def read_assumption(path: Path, assumption_id: str) -> tuple:
    """Return the three points and the reasoning that a release holds of an assumption."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(
            "select value_low, value_central, value_high, reasoning from meta.assumption "
            "where assumption_id = ?",
            [assumption_id],
        ).fetchone()


def test_release_tells_scope_unit_and_role_of_an_assumption(published: SmallProject) -> None:
    rows = published.query(
        "select assumption_id, applies_to, unit, distribution, used_by from meta.assumption "
        "where assumption_id in ('powered-us-2024', 'survival-life', 'it-power-tdp-multiple', "
        "'corr-vendor-chips', 'cost-operator-margin') order by 1"
    )
    assert rows == [
        ("corr-vendor-chips", "all", "correlation", "uniform", "1; structure"),
        ("cost-operator-margin", "all", "share", "uniform", "check in 16"),
        ("it-power-tdp-multiple", "all", "ratio", "lognormal", "16; check in 5"),
        ("powered-us-2024", "region_id=US;valid_from=2024-01-01", "share", "beta", "5"),
        ("survival-life", "all", "years", "lognormal", "4"),
    ]


def list_files(folder: Path) -> dict[str, int]:
    """Return the files of a folder with the moment of their last change."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_if_stands_beside_the_release_and_says_what_was_set(published: SmallProject) -> None:
    main = published.settings
    current = main.current_path.read_bytes()
    data = list_files(main.warehouse_dir / "data")
    what_if = WhatIf((parse_assumption("release-lag=10/20/30"),))
    _, outcome = run_what_if(main, what_if)
    assert outcome.path == main.what_if_dir / what_if.name / "compute_balance.duckdb"
    *points, reasoning = read_assumption(outcome.path, "release-lag")
    assert points == [10, 20, 30]
    before = read_assumption(main.current_path, "release-lag")
    assert reasoning.startswith("Set for a what-if; the registry has ")
    assert reasoning.endswith(before[3])
    # nothing of the main warehouse has changed, and its next run has nothing to do
    assert main.current_path.read_bytes() == current
    assert list_files(main.warehouse_dir / "data") == data
    assert published.run().status == "unchanged"
    # the same question is not built twice
    assert run_what_if(main, what_if)[1].status == "unchanged"


def test_what_if_that_breaks_the_contract_of_its_registry_leaves_nothing(
    published: SmallProject,
) -> None:
    what_if = WhatIf((AssumptionValue("powered-us-2024", "0.5", "0.9", "1.5"),))
    with pytest.raises(WhatIfError) as error:
        run_what_if(published.settings, what_if)
    assert "powered-us-2024" in str(error.value)
    assert "value_high '1.5': is above 1.0, the greatest plausible powered_share in share" in str(
        error.value
    )
    assert not (published.settings.what_if_dir / what_if.name).exists()


def test_command_prints_what_changed_as_json(published: SmallProject) -> None:
    finished = published.command("run", "--set", "release-lag=5", "--json")
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert answer["what_if"].startswith("what-if-")
    # no mart of the small project reads an assumption
    assert answer["marts"] == [] and answer["baseline"] == []


def test_unknown_assumption_gets_a_suggestion(published: SmallProject) -> None:
    finished = published.command("run", "--set", "release-lug=5")
    assert finished.returncode == 2
    assert "unknown assumption 'release-lug'; did you mean release-lag" in finished.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("release-lag", "expected ASSUMPTION=VALUE or ASSUMPTION=LOW/CENTRAL/HIGH"),
        ("release-lag=1/2", "expected ASSUMPTION=VALUE or ASSUMPTION=LOW/CENTRAL/HIGH"),
        ("release-lag=soon", "'soon' is not a number or three"),
        ("release-lag=3/2/1", "expected low <= central <= high, found 3/2/1"),
    ],
)
def test_what_is_set_must_be_one_value_or_three_in_order(text: str, message: str) -> None:
    with pytest.raises(WhatIfError, match=message):
        parse_assumption(text)


def test_setting_an_assumption_changes_its_row_alone(tmp_path: Path) -> None:
    registry = PROJECT_DIR / "pipelines" / "sources" / "assumptions"
    shutil.copytree(registry, tmp_path / "assumptions")
    set_assumptions(tmp_path / "assumptions", (AssumptionValue("release-lag", "7", "7", "7"),))
    before = read_rows(registry / "data" / "assumptions.csv")
    after = read_rows(tmp_path / "assumptions" / "data" / "assumptions.csv")
    (changed,) = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed["assumption_id"] == "release-lag"
    assert changed["value_low"] == changed["value_central"] == changed["value_high"] == "7"


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def copy_scenarios(tmp_path: Path) -> Path:
    """Copy the repository's registry of scenarios."""
    target = tmp_path / "scenarios"
    shutil.copytree(PROJECT_DIR / "pipelines" / "sources" / "scenarios", target)
    return target


def test_scenario_of_a_file_joins_those_of_the_registry(tmp_path: Path) -> None:
    source = copy_scenarios(tmp_path)
    before = (source / "data" / "scenarios.csv").read_text(encoding="utf-8")
    (tmp_path / "late.csv").write_text(SCENARIO, encoding="utf-8")
    add_scenario(source, tmp_path / "late.csv")
    after = (source / "data" / "scenarios.csv").read_text(encoding="utf-8")
    assert after.startswith(before)
    (line,) = after.removeprefix(before).splitlines()
    assert line.startswith("late-rule,A late rule,")
    assert ",what-if,late.csv," in line


def read_flows(source: Path, scenario_id: str) -> list[dict[str, str]]:
    """Return the flows of a scenario."""
    rows = read_rows(source / "data" / "scenario_flows.csv")
    return [row for row in rows if row["scenario_id"] == scenario_id]


def test_scenario_takes_the_flows_of_the_one_it_is_like(tmp_path: Path) -> None:
    source = copy_scenarios(tmp_path)
    (tmp_path / "late.csv").write_text(SCENARIO, encoding="utf-8")
    add_scenario(source, tmp_path / "late.csv")
    columns = ("flow_id", "pieces", "volume_rule", "assumption_id", "starts_with")
    pairs = zip(read_flows(source, "late-rule"), read_flows(source, "no-2023-10-rule"), strict=True)
    for flow, model in pairs:
        assert [flow[c] for c in columns] == [model[c] for c in columns]


def test_scenario_without_flows_has_unknown_volumes(tmp_path: Path) -> None:
    source = copy_scenarios(tmp_path)
    text = SCENARIO.replace(",flows_like", "").replace(",no-2023-10-rule", "")
    (tmp_path / "late.csv").write_text(text, encoding="utf-8")
    add_scenario(source, tmp_path / "late.csv")
    (flow,) = read_flows(source, "late-rule")
    assert (flow["volume_rule"], flow["starts_with"]) == ("unknown", "us-2023-10-acs-ifr")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "missing are scenario_id.*unknown a, b"),
        (SCENARIO.splitlines()[0] + "\n", "rows 0"),
        (SCENARIO.replace("late-rule", "no-us-chip-rules"), "already; give this one another id"),
        (SCENARIO.replace(",no-2023", ",no-2022"), "flows_like of late-rule names an unknown"),
    ],
)
def test_scenario_of_another_form_is_refused(tmp_path: Path, text: str, message: str) -> None:
    source = copy_scenarios(tmp_path)
    (tmp_path / "scenario.csv").write_text(text, encoding="utf-8")
    with pytest.raises(WhatIfError, match=message):
        add_scenario(source, tmp_path / "scenario.csv")
