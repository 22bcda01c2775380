"""A build that fails a check of error severity publishes nothing and stays for inspection."""

import json

import pytest

from pipelines.base.errors import AuditFailed, BuildFailed, ComputeBalanceError, ContractError
from pipelines.base.files import hash_bytes
from pipelines.base.settings import now_utc
from pipelines.quality.accepted import accept_check, apply_accepted
from pipelines.quality.records import Check
from tests.small_project.builder import SmallProject


def hash_current(project: SmallProject) -> str:
    """Return the hash of the published file's bytes."""
    return hash_bytes(project.settings.current_path.read_bytes())


def raise_price(project: SmallProject) -> None:
    """Let chip-c cost 500 dollars an hour: the contract lets it pass, the expectation does not."""
    project.change_quote("q10", usd_per_hour_p50="500", usd_per_hour_p95="600")


def test_failed_expectation_publishes_nothing(published: SmallProject) -> None:
    before = hash_current(published)
    raise_price(published)
    with pytest.raises(AuditFailed) as caught:
        published.run()
    assert hash_current(published) == before
    assert len(list(published.settings.releases_dir.iterdir())) == 1
    for words in (
        "1 ",
        "marts.fct_chip_price",
        "rent_is_plausible",
        "a chip costs between one cent and fifty dollars an hour",
        "500.0",
    ):
        assert words in str(caught.value)


def test_failed_audit_exits_with_1_and_no_traceback(published: SmallProject) -> None:
    raise_price(published)
    finished = published.command("run")
    assert finished.returncode == 1
    assert "AuditFailed: " in finished.stderr
    assert "Traceback" not in finished.stderr
    report = published.command("status", "--json")
    assert report.returncode == 1
    status = json.loads(report.stdout)
    assert status["last_run"]["status"] == "failed"
    assert status["release"]["release_id"] is not None


def test_failed_build_stays_for_inspection(published: SmallProject) -> None:
    raise_price(published)
    with pytest.raises(AuditFailed) as caught:
        published.run()
    (kept,) = published.settings.build_dir.glob("*failed*.duckdb")
    assert str(kept) in str(caught.value)
    failed = published.query(
        "select check_name from meta.quality_result where not passed and severity = 'error'", kept
    )
    assert failed == [("marts_fct_chip_price.rent_is_plausible",)]


def test_run_after_a_failed_audit_publishes_again(published: SmallProject) -> None:
    raise_price(published)
    with pytest.raises(AuditFailed):
        published.run()
    published.change_quote("q10", usd_per_hour_p50="3.20", usd_per_hour_p95="3.60")
    assert published.run().status == "published"


def test_finding_that_somebody_accepts_is_published_as_a_warning(published: SmallProject) -> None:
    name = "marts_fct_chip_price.rent_is_plausible"
    raise_price(published)
    with pytest.raises(AuditFailed):
        published.run()
    with pytest.raises(ComputeBalanceError, match=rf"those that did: {name}"):
        accept_check(published.settings, "rent_is_plausble", "kim", "typed wrong", now_utc())
    item = accept_check(published.settings, name, "kim", "a rack of them", now_utc())
    # another finding of the same check is not what was accepted
    other = Check(name, "t", "error", False, "something else", "expectation", "m")
    assert apply_accepted([other], [item]) == [other]
    assert published.run().status == "published"
    ((severity, message),) = published.query(
        f"select severity, message from meta.quality_result where check_name = '{name}'"
    )
    assert severity == "warning"
    assert message.endswith(f"accepted by kim on {item.at:%Y-%m-%d}: a rack of them")


def test_warning_is_published_with_the_release(published: SmallProject) -> None:
    suite = published.settings.expectations_dir / "marts_fct_chip_price.yml"
    published.replace_text(suite, "    message:", "    severity: warning\n    message:")
    raise_price(published)
    outcome = published.run()
    assert outcome.status == "published"
    assert outcome.manifest.checks["warned"] == 1
    assert any("rent_is_plausible" in warning for warning in outcome.manifest.warnings)


def test_expectation_that_cannot_be_evaluated_counts_as_failed(published: SmallProject) -> None:
    suite = published.settings.expectations_dir / "marts_fct_chip_price.yml"
    published.replace_text(
        suite, "column: usd_per_hour_p50", "column: euro_per_hour_p50, strict_min: true"
    )
    published.replace_text(suite, "    message:", "    severity: warning\n    message:")
    with pytest.raises(AuditFailed, match="could not be evaluated"):
        published.run()


def test_unknown_expectation_is_named(published: SmallProject) -> None:
    suite = published.settings.expectations_dir / "marts_fct_chip_price.yml"
    published.replace_text(suite, "ExpectColumnValuesToBeBetween", "ExpectMiracles")
    with pytest.raises(ContractError, match=r"rent_is_plausible: unknown expectation ExpectMir"):
        published.run()


def test_failed_dbt_test_publishes_nothing(published: SmallProject) -> None:
    before = hash_current(published)
    model = published.settings.dbt_dir / "models" / "marts" / "reference" / "dim_chip.sql"
    model.write_text(model.read_text() + "union all\n" + model.read_text())
    with pytest.raises(BuildFailed, match="unique_key_dim_chip"):
        published.run()
    assert hash_current(published) == before


def test_mart_that_breaks_its_type_contract_publishes_nothing(published: SmallProject) -> None:
    before = hash_current(published)
    model = published.settings.dbt_dir / "models" / "marts" / "prices" / "fct_chip_price.sql"
    published.replace_text(model, "    quotes,", "    quotes::varchar as quotes,")
    with pytest.raises(BuildFailed, match="model fct_chip_price: "):
        published.run()
    assert hash_current(published) == before


def test_wrong_contract_stops_its_own_source_alone(published: SmallProject) -> None:
    before = published.query("select content_hash from meta.release")
    published.replace_text(published.get_contract_path(), "area: prices", "area: weather")
    finished = published.command("run")
    assert finished.returncode == 0
    assert "SET ASIDE quotes: " in finished.stderr
    assert "quotes/contract.yml: area: " in finished.stderr
    # what was loaded under the contract before stays in use, and the release says so
    assert published.query("select content_hash from meta.release") == before
    assert published.query("select freshness from meta.source where source_id = 'quotes'") == [
        ("stale",)
    ]
    warned = published.query(
        "select check_name from meta.quality_result where not passed order by 1"
    )
    assert warned == [("quotes.contract_is_right",), ("quotes.is_fresh",)]


def test_wrong_contract_of_a_source_that_never_ran_leaves_its_tables_empty(
    small_project: SmallProject,
) -> None:
    small_project.replace_text(small_project.get_contract_path(), "area: prices", "area: weather")
    assert small_project.run().manifest.rows == {"dim_chip": 3, "fct_chip_price": 0}


def test_no_right_contract_at_all_ends_the_run_with_exit_code_2(
    small_project: SmallProject,
) -> None:
    for source, area in (("quotes", "prices"), ("chips", "reference")):
        path = small_project.get_contract_path(source)
        small_project.replace_text(path, f"area: {area}", "area: weather")
    finished = small_project.command("run")
    assert finished.returncode == 2
    assert finished.stderr.startswith("ContractError: ")
    assert "quotes/contract.yml: area: " in finished.stderr
