"""Runs without a daemon, in one process: the same stages as the command line, seen as assets."""

import json
from datetime import date

import dagster as dg

from pipelines.release.lock import hold_lock
from tests.dagster.conftest import DagsterProject
from tests.small_project.builder import SmallProject

QUOTES = dg.AssetKey(["raw", "quotes", "quotes"])
PRICES = dg.AssetKey(["marts", "fct_chip_price"])
AUDIT = dg.AssetKey(["audit"])
RELEASE = dg.AssetKey(["release"])
Launched = tuple[DagsterProject, dg.ExecuteInProcessResult]


def read_metadata(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, object]:
    """Return the metadata of the one materialization of an asset."""
    (found,) = [
        event.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == key
    ]
    return {name: item.value for name, item in found.metadata.items()}


def read_checks(result: dg.ExecuteInProcessResult, key: dg.AssetKey) -> dict[str, str]:
    """Return the checks of an asset as name -> passed, WARN or ERROR."""
    return {
        item.check_name: "passed" if item.passed else item.severity.value
        for item in result.get_asset_check_evaluations()
        if item.asset_key == key
    }


def read_columns(loaded: DagsterProject, key: dg.AssetKey) -> dict[str, dg.TableColumn]:
    """Return the columns that the definition of an asset describes."""
    (spec,) = [s for s in loaded.definitions.resolve_all_asset_specs() if s.key == key]
    return {column.name: column for column in spec.metadata["dagster/column_schema"].columns}


def list_materialized(result: dg.ExecuteInProcessResult) -> set[dg.AssetKey]:
    """Return what a run has materialized."""
    return {event.asset_key for event in result.get_asset_materialization_events()}


def read_last_report(project: SmallProject) -> dict[str, object]:
    """Return how the last run ended, as `compute-balance status` reads it."""
    reports = sorted((project.settings.warehouse_dir / "data" / "runs").glob("*.json"))
    return json.loads(reports[-1].read_text(encoding="utf-8"))


def test_whole_pipeline_publishes_what_the_command_line_publishes(
    launched_once: Launched, published_once: SmallProject
) -> None:
    loaded, result = launched_once
    assert result.success
    content = "select content_hash from meta.release"
    assert loaded.project.query(content) == published_once.query(content)
    # the same checks were made, with the same results
    checks = "select check_name, table_name, severity, passed from meta.quality_result order by all"
    assert loaded.project.query(checks) == published_once.query(checks)
    stages = "select stage from meta.run order by started_at, stage"
    assert sorted(loaded.project.query(stages)) == sorted(published_once.query(stages))


def test_source_table_shows_rows_document_and_days(launched_once: Launched) -> None:
    loaded, result = launched_once
    found = read_metadata(result, QUOTES)
    ((sha256,),) = loaded.project.query(
        "select sha256 from meta.document where source_id = 'quotes'"
    )
    assert found["dagster/row_count"] == 10
    assert found["rows_accepted"] == 10
    assert found["rows_quarantined"] == 0
    assert found["document_sha256"] == sha256
    # a quote without a day of publication is known since it was read
    rows = loaded.project.read_quotes()
    newest = max(row["published_on"] or row["accessed_on"] for row in rows)
    assert found["newest_known_on"] == newest
    columns = read_columns(loaded, QUOTES)
    assert columns["usd_per_hour_p50"].type == "DOUBLE"
    assert "usd_per_hour" in (columns["usd_per_hour_p50"].description or "")
    assert "| q01 " in found["preview"]


def test_mart_shows_rows_columns_and_preview(launched_once: Launched) -> None:
    loaded, result = launched_once
    found = read_metadata(result, PRICES)
    ((rows,),) = loaded.project.query("select count(*) from marts.fct_chip_price")
    assert found["dagster/row_count"] == rows
    columns = read_columns(loaded, PRICES)
    assert columns["usd_per_hour_p50"].description == "Median rent. Unit, usd per hour."
    assert found["preview"].startswith("| quarter_start | chip_id |")


def test_release_shows_path_identity_and_rows(launched_once: Launched) -> None:
    loaded, result = launched_once
    found = read_metadata(result, RELEASE)
    ((release_id, content_hash),) = loaded.project.query(
        "select release_id, content_hash from meta.release"
    )
    assert found["path"] == str(loaded.project.settings.current_path)
    assert found["release_id"] == release_id
    assert found["content_hash"] == content_hash
    assert "| dim_chip | 3 |" in found["rows_per_mart"]


def test_checks_of_contract_dbt_and_audit_stand_on_their_tables(launched_once: Launched) -> None:
    _, result = launched_once
    assert read_checks(result, QUOTES) == {
        "no_row_quarantined": "passed",
        "no_document_refused": "passed",
        "expectations": "passed",
        "is_fresh": "passed",
    }
    marts = read_checks(result, PRICES)
    assert marts["expectations"] == "passed"
    assert marts["fct_chip_price_chip_is_known"] == "passed"
    assert read_checks(result, AUDIT)["no_check_failed"] == "passed"


def test_run_that_would_repeat_the_release_skips_what_follows_loading(
    launched: DagsterProject,
) -> None:
    before = launched.project.query("select release_id from meta.release")
    result = launched.launch()
    assert result.success
    assert {key.path[0] for key in list_materialized(result)} == {"raw"}
    assert launched.project.query("select release_id from meta.release") == before
    assert read_last_report(launched.project)["status"] == "unchanged"


def test_quarantined_row_warns_on_its_table(dagster_project: DagsterProject) -> None:
    dagster_project.project.change_quote("q05", usd_per_hour_p50="-1", usd_per_hour_p05="-2")
    result = dagster_project.launch(assets=[QUOTES])
    assert result.success
    assert read_metadata(result, QUOTES)["rows_quarantined"] == 1
    assert read_checks(result, QUOTES)["no_row_quarantined"] == "WARN"


def test_refused_document_warns_while_older_data_is_good(launched: DagsterProject) -> None:
    launched.project.get_data_path().write_bytes(b"")
    result = launched.launch(assets=[QUOTES])
    assert result.success
    assert read_metadata(result, QUOTES)["dagster/row_count"] == 10
    assert read_checks(result, QUOTES)["no_document_refused"] == "WARN"


def test_refused_document_without_older_data_ends_the_run(dagster_project: DagsterProject) -> None:
    dagster_project.project.get_data_path().write_bytes(b"")
    result = dagster_project.launch()
    assert not result.success
    assert read_checks(result, QUOTES)["no_document_refused"] == "ERROR"
    assert {key.path[0] for key in list_materialized(result)} == {"raw"}
    assert not dagster_project.project.settings.current_path.exists()
    report = read_last_report(dagster_project.project)
    assert report["status"] == "failed"
    assert report["message"] == "no_document_refused: no good document for raw/quotes/quotes"


def test_failed_audit_blocks_the_release(launched: DagsterProject) -> None:
    before = launched.project.query("select release_id from meta.release")
    # the contract lets 500 dollars an hour pass, the expectation does not
    launched.project.change_quote("q10", usd_per_hour_p50="500", usd_per_hour_p95="600")
    result = launched.launch()
    assert not result.success
    assert read_checks(result, PRICES)["expectations"] == "ERROR"
    assert read_checks(result, AUDIT)["no_check_failed"] == "ERROR"
    assert RELEASE not in list_materialized(result)
    assert launched.project.query("select release_id from meta.release") == before
    assert read_last_report(launched.project)["status"] == "failed"


def test_run_as_of_an_earlier_day_stands_beside_the_release(launched: DagsterProject) -> None:
    day = date(2024, 1, 15)
    result = launched.launch(
        run_config={"resources": {"warehouse_run": {"config": {"as_of": str(day)}}}}
    )
    assert result.success
    path = launched.project.settings.as_of_dir / day.isoformat() / "compute_balance.duckdb"
    assert read_metadata(result, RELEASE)["path"] == str(path)
    assert launched.project.query("select as_of from meta.release", path) == [(day,)]
    assert launched.project.query("select as_of from meta.release") != [(day,)]


def test_job_of_an_area_builds_and_publishes_nothing(dagster_project: DagsterProject) -> None:
    result = dagster_project.launch("prices_pipeline")
    assert result.success
    assert PRICES in list_materialized(result)
    # the test that refers to a mart of another area waits for a build that holds it
    assert read_checks(result, PRICES) == {
        "unique_key_fct_chip_price_quarter_start__chip_id": "passed"
    }
    assert not dagster_project.project.settings.current_path.exists()
    assert read_last_report(dagster_project.project)["status"] == "built"


def test_release_refuses_what_another_run_has_audited(launched: DagsterProject) -> None:
    result = launched.launch(assets=[RELEASE])
    assert not result.success
    report = read_last_report(launched.project)
    assert "stage audit was not done in this run" in report["message"]


def test_run_meets_the_lock_of_another_and_says_who_holds_it(
    dagster_project: DagsterProject,
) -> None:
    settings = dagster_project.project.settings
    with hold_lock(settings.lock_path, "a test"):
        result = dagster_project.launch(assets=[QUOTES])
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_failure]
    assert "another run holds the lock" in str(failure.event_specific_data)
    assert "a test" in str(failure.event_specific_data)


def test_models_that_dagster_has_not_loaded_are_not_built(dagster_project: DagsterProject) -> None:
    model = dagster_project.project.settings.dbt_dir / "models" / "marts" / "prices"
    with (model / "fct_chip_price.sql").open("a", encoding="utf-8") as file:
        file.write("-- changed since\n")
    result = dagster_project.launch()
    assert not result.success
    message = read_last_report(dagster_project.project)["message"]
    assert "the dbt project has changed since Dagster loaded it" in message
