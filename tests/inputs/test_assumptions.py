"""The registry of assumptions: each mistake is found, and told with row, column or model."""

import csv
import io
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.base.errors import BuildFailed
from pipelines.base.settings import PROJECT_DIR
from pipelines.build.models import BUILD_COMMAND, run_dbt
from pipelines.build.register import start_build
from pipelines.contracts.load import load_contracts
from pipelines.ingest.ingest import ingest_all
from pipelines.quality.audit import check_contracts
from tests.small_project.builder import SmallProject, add_assumptions, build_project, format_csv

KEPT = ("deployment_lag", "powered_share", "weibull_scale", "weibull_shape", "years_correlation")
READER = """
select
    lags.region_id,
    lags.draw,
    lags.value * lives.weibull_scale * lives.weibull_shape as years,
from {{ assumption_draws('deployment_lag') }} as lags
inner join {{ constant_draws('weibull_scale', 'weibull_shape') }} as lives on lags.draw = lives.draw
where lags.region_id in (select region_id from {{ assumption_points('powered_share') }})
"""
INPUTS = Path("models") / "intermediate" / "inputs"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    """Make a small project with a few parameters, the models of the registry, and one reader."""
    project = build_project(tmp_path_factory.mktemp("assumptions") / "small")
    add_assumptions(project)
    for name in ("parameters", "assumptions"):
        rows = [row for row in read_rows(project, name) if row["parameter"] in KEPT]
        write_rows(project, name, rows)
    source, target = PROJECT_DIR / "dbt", project.settings.dbt_dir
    (target / INPUTS).mkdir(parents=True)
    for path in (source / INPUTS).glob("int_inputs__*.sql"):
        shutil.copyfile(path, target / INPUTS / path.name)
    for name in ("assumptions.sql", "deviates.sql"):
        shutil.copyfile(source / "macros" / name, target / "macros" / name)
    shutil.copytree(source / "tests" / "inputs", target / "tests" / "inputs")
    for name in ("exact_sum_does_not_depend_on_order", "sums_stay_exact"):
        (target / "tests" / "inputs" / f"{name}.sql").unlink()
    write_reader(project, READER)
    return project


@pytest.fixture
def project(template: SmallProject, tmp_path: Path) -> SmallProject:
    return template.copy_to(tmp_path / "small")


def read_rows(project: SmallProject, table: str) -> list[dict[str, str]]:
    """Return the rows of a table of the registry as text."""
    path = project.settings.sources_dir / "assumptions" / "data" / f"{table}.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def write_rows(project: SmallProject, table: str, rows: list[dict[str, str]]) -> None:
    """Put other rows into a table of the registry."""
    path = project.settings.sources_dir / "assumptions" / "data" / f"{table}.csv"
    path.write_bytes(format_csv(rows))


def change_row(project: SmallProject, assumption_id: str, **cells: str) -> None:
    """Change cells of one assumption."""
    rows = read_rows(project, "assumptions")
    (row,) = [row for row in rows if row["assumption_id"] == assumption_id]
    assert set(cells) <= set(row)
    row.update(cells)
    write_rows(project, "assumptions", rows)


def add_row(project: SmallProject, like: str, **cells: str) -> None:
    """Add an assumption that is like another but for some cells."""
    rows = read_rows(project, "assumptions")
    (row,) = [row for row in rows if row["assumption_id"] == like]
    write_rows(project, "assumptions", [*rows, row | cells])


def write_reader(project: SmallProject, text: str) -> None:
    """Write the one model that reads assumptions."""
    folder = project.settings.dbt_dir / "models" / "intermediate" / "prices"
    (folder / "int_prices__lives.sql").write_text(text, encoding="utf-8")


def allow_bad_rows(project: SmallProject) -> None:
    """Let a document with one bad row of twenty pass."""
    path = project.get_contract_path("assumptions")
    project.replace_text(path, "usage_warnings:\n", "max_rejected_share: 0.2\nusage_warnings:\n")


def list_faults(project: SmallProject, table: str = "assumptions") -> list[tuple]:
    """Load the registry and return key, field, value and reason of each quarantined row."""
    sources = ingest_all(load_contracts(project.settings.sources_dir), project.settings)
    (registry,) = [loads for loads in sources if loads.contract.source_id == "assumptions"]
    assert [load.reason for load in registry.refused] == []
    files = [
        loaded.quarantine_file
        for load in registry.current
        for loaded in load.tables
        if loaded.table == table and loaded.quarantine_file
    ]
    return [
        row
        for file in files
        for row in duckdb.execute(
            "select row_key, field, value, reason from read_parquet(?) order by field",
            [str(project.settings.warehouse_dir / file)],
        ).fetchall()
    ]


def build(project: SmallProject) -> None:
    """Build the models of the project and test them."""
    settings = project.settings
    sources = ingest_all(load_contracts(settings.sources_dir), settings)
    start_build(settings, sources, date(2026, 11, 29), "tests")
    run_dbt(settings, BUILD_COMMAND)


@pytest.mark.parametrize(
    ("cells", "field", "value", "reason"),
    [
        ({"region_id": "UK"}, "region_id", "UK", "is not one of US, CN, ROW, WORLD"),
        (
            {"also_chip_id": "chip-x"},
            "also_chip_id",
            "chip-x",
            "is an unknown id; expected a chip that the reference lists know",
        ),
        (
            {"valid_from": "2024"},
            "valid_from",
            "2024",
            "is not a DATE; expected one like 2025-07-31",
        ),
        (
            {"parameter": "powerd_share"},
            "parameter",
            "powerd_share",
            "is an unknown id; expected a parameter that the reference lists know",
        ),
        (
            {"owner": "Meta"},
            "owner",
            "Meta",
            "expected no value: rows of powered_share fill region_id;valid_from of these columns "
            "(parameters: required_scope, optional_scope)",
        ),
        (
            {"region_id": ""},
            "region_id",
            None,
            "is empty: rows of powered_share must fill region_id;valid_from "
            "(parameters: required_scope)",
        ),
        (
            {"value_high": "97"},
            "value_high",
            "97.0",
            "is above 1.0, the greatest plausible powered_share in share",
        ),
        (
            {"valid_from": "2023-01-01"},
            "valid_from",
            "2023-01-01",
            "the id names another year than the scope",
        ),
    ],
)
def test_bad_row_is_quarantined_with_column_value_and_what_is_expected(
    project: SmallProject, cells: dict[str, str], field: str, value: str | None, reason: str
) -> None:
    allow_bad_rows(project)
    change_row(project, "powered-us-2024", **cells)
    assert list_faults(project) == [("powered-us-2024", field, value, reason)]


def test_quarantined_assumption_stops_the_release(project: SmallProject) -> None:
    # the row of 2023 would hold on through 2024 in its place
    allow_bad_rows(project)
    change_row(project, "powered-us-2024", region_id="UK")
    sources = ingest_all(load_contracts(project.settings.sources_dir), project.settings)
    failed = [check for check in check_contracts(sources) if not check.passed]
    assert [(check.name, check.severity) for check in failed] == [
        ("assumptions.assumptions.no_row_quarantined", "error")
    ]


def test_parameter_that_names_no_column_of_scope_is_quarantined(project: SmallProject) -> None:
    allow_bad_rows(project)
    rows = read_rows(project, "parameters")
    write_rows(
        project, "parameters", [rows[0] | {"optional_scope": "region_id;reigon_id"}, *rows[1:]]
    )
    ((key, field, value, reason),) = list_faults(project, "parameters")
    assert (key, field, value) == (rows[0]["parameter"], "optional_scope", "region_id;reigon_id")
    assert reason.startswith("has another part, split by ';', than region_id, also_region_id, ")


def test_new_parameter_frees_the_rows_that_waited_for_it(project: SmallProject) -> None:
    allow_bad_rows(project)
    registered = read_rows(project, "parameters")
    rest = [row for row in registered if row["parameter"] != "weibull_shape"]
    write_rows(project, "parameters", rest)
    assert [fault[0] for fault in list_faults(project)] == ["survival-shape"]
    write_rows(project, "parameters", registered)
    assert list_faults(project) == []


def test_registry_without_a_mistake_builds(project: SmallProject) -> None:
    build(project)
    with duckdb.connect(str(project.settings.build_path), read_only=True) as connection:
        # deployment-lag-us 1.2 quarters, survival-life 7.5 years, survival-shape 4
        rows = connection.execute(
            "select draw, years from intermediate.int_prices__lives "
            "where region_id = 'US' and draw = 0"
        ).fetchall()
    assert rows == [(0, pytest.approx(1.2 * 7.5 * 4))]


def test_driver_that_no_model_reads_stops_the_build(project: SmallProject) -> None:
    rows = read_rows(project, "parameters")
    (like,) = [row for row in rows if row["parameter"] == "weibull_scale"]
    write_rows(project, "parameters", [*rows, like | {"parameter": "spare_life"}])
    add_row(project, "survival-life", assumption_id="spare-life", parameter="spare_life")
    with pytest.raises(BuildFailed) as error:
        build(project)
    assert "test every_parameter_is_read: " in str(error.value)
    assert "parameter = spare_life, role = driver, fault = read by no model" in str(error.value)
    # a model that names it without reading it does not help
    write_reader(project, f"-- 'spare_life'\n{READER}")
    with pytest.raises(BuildFailed, match="spare_life"):
        build(project)
    cited = "(select count(*) from {{ cited_assumptions(['spare_life']) }}) as cited,\nfrom"
    write_reader(project, READER.replace("from", cited, 1))
    with pytest.raises(BuildFailed, match="spare_life"):
        build(project)


def test_check_may_stay_unread(project: SmallProject) -> None:
    rows = read_rows(project, "parameters")
    (like,) = [row for row in rows if row["parameter"] == "weibull_scale"]
    check = {"parameter": "told_life", "role": "check", "sections": "", "check_sections": "4"}
    write_rows(project, "parameters", [*rows, like | check])
    add_row(project, "survival-life", assumption_id="told-life", parameter="told_life")
    build(project)


def test_model_that_reads_an_unknown_parameter_stops_the_build(project: SmallProject) -> None:
    write_reader(project, READER.replace("'deployment_lag'", "'deployment_lag', 'deploymnt_lag'"))
    with pytest.raises(BuildFailed) as error:
        build(project)
    assert "test every_reading_is_registered: " in str(error.value)
    assert (
        "model = int_prices__lives, parameter = deploymnt_lag, "
        "fault = not in the table of parameters" in str(error.value)
    )


def test_call_that_names_no_parameter_stops_the_build(project: SmallProject) -> None:
    write_reader(project, READER.replace("'deployment_lag'", ""))
    with pytest.raises(BuildFailed, match="name the parameters that are read"):
        build(project)


def test_constant_with_two_rows_stops_the_build(project: SmallProject) -> None:
    write_reader(project, READER.replace("'weibull_shape')", "'weibull_shape', 'powered_share')"))
    with pytest.raises(BuildFailed) as error:
        build(project)
    assert (
        "parameter = powered_share, read_as_constant_by = int_prices__lives, found = 15, "
        "expected = 1" in str(error.value)
    )


def test_parameter_without_rows_stops_the_build(project: SmallProject) -> None:
    rows = read_rows(project, "assumptions")
    write_rows(project, "assumptions", [r for r in rows if r["parameter"] != "deployment_lag"])
    with pytest.raises(BuildFailed, match="parameter = deployment_lag, found = 0, expected = at"):
        build(project)


@pytest.mark.parametrize(
    ("like", "cells"),
    [
        # the same year twice
        ("powered-us-2025", {"assumption_id": "again-2025"}),
        # an end after the next row has begun
        (
            "powered-us-2022",
            {"assumption_id": "again", "valid_from": "2021-01-01", "valid_to": "2022-02-01"},
        ),
        # two rows for all times
        ("deployment-lag-us", {"assumption_id": "again"}),
    ],
)
def test_two_rows_for_one_scope_and_time_stop_the_build(
    project: SmallProject, like: str, cells: dict[str, str]
) -> None:
    rows = read_rows(project, "parameters")
    for row in rows:
        row["optional_scope"] = "valid_to" if row["parameter"] == "powered_share" else ""
    write_rows(project, "parameters", rows)
    add_row(project, like, **cells)
    with pytest.raises(BuildFailed, match="test scopes_do_not_overlap: ") as error:
        build(project)
    assert cells["assumption_id"] in str(error.value)
