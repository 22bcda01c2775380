"""A bad row is quarantined with field, value and reason; the rest is published with a warning."""

import pytest

from pipelines.base.settings import today_utc
from pipelines.run.state import Outcome
from tests.small_project.builder import SmallProject, build_project, format_csv

# what is wrong with the row of that id: field, the value found, the reason told. All bad rows are
# quotes of 2022 Q2, a quarter in which no good row lies.
FAULTS = {
    "wrong-type": (
        "usd_per_hour_p50",
        "two dollars",
        "is not a DOUBLE; expected a DOUBLE in usd_per_hour",
    ),
    "other-format": (
        "quoted_on",
        "2022-05-01",
        "is not a DATE (format %m/%d/%Y); expected one like 07/31/2025",
    ),
    "unknown-id": (
        "chip_id",
        "chip-x",
        "is an unknown id; expected a chip that the reference lists know",
    ),
    "negative-price": ("usd_per_hour_p05", "-1.00", "is below 0 usd_per_hour"),
    "swapped-quantile": (
        "usd_per_hour_p50",
        "2.0",
        "the 5, 50 and 95 percent values are not in order",
    ),
    "future-date": (
        "quoted_on",
        "12/31/2099",
        f"lies after the day of loading, {today_utc()}",
    ),
    "oversized-cell": ("remark", "x" * 41, "has 41 characters; at most 40 are allowed"),
    "empty-cell": ("chip_id", None, "is empty; a value is required"),
    "other-word": (
        "confidence",
        "certain",
        "is not one of reported, estimated, modelled, inferred",
    ),
    "not-a-number": (
        "usd_per_hour_p95",
        "inf",
        "is not a DOUBLE; expected a DOUBLE in usd_per_hour",
    ),
}
DUPLICATE = "is a key of 2 rows that differ; expected one row per key"
BROKEN_LINE = "broken,chip-a,5/1/2022"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    return build_project(tmp_path_factory.mktemp("rows") / "small")


@pytest.fixture(scope="module")
def outcome(project: SmallProject) -> Outcome:
    """Publish ten good rows among which stand all kinds of bad ones."""
    good = project.read_quotes()
    model = good[0] | {"quoted_on": "5/1/2022"}
    swapped = {"usd_per_hour_p05": "2.6", "usd_per_hour_p50": "2.0"}
    bad = [
        model
        | (swapped if quote_id == "swapped-quantile" else {})
        | {"quote_id": quote_id, field: value or ""}
        for quote_id, (field, value, _) in FAULTS.items()
    ]
    copies = [model | {"quote_id": "copied", "usd_per_hour_p50": p} for p in ("2.00", "2.01")]
    repeated = [good[9]]  # equal to the row of q10
    lines = format_csv(good[:5] + bad + good[5:] + copies + repeated).splitlines(keepends=True)
    lines.insert(3, f"{BROKEN_LINE}\n".encode())
    project.get_data_path().write_bytes(b"".join(lines))
    project.replace_text(project.get_contract_path(), "share: 0.2", "share: 0.7")
    return project.run()


@pytest.mark.usefixtures("outcome")
@pytest.mark.parametrize("quote_id", FAULTS)
def test_bad_row_is_quarantined_with_field_value_and_reason(
    project: SmallProject, quote_id: str
) -> None:
    found = project.query(
        "select field, value, reason from meta.quarantine "
        f"where row_key = '{quote_id}' and kind = 'quarantined'"
    )
    assert found == [FAULTS[quote_id]]


@pytest.mark.usefixtures("outcome")
def test_rows_that_differ_under_one_key_are_both_quarantined(project: SmallProject) -> None:
    found = project.query("select field, value, reason from meta.quarantine where value = 'copied'")
    assert found == [("quote_id", "copied", DUPLICATE)] * 2


@pytest.mark.usefixtures("outcome")
def test_first_of_equal_rows_is_kept(project: SmallProject) -> None:
    found = project.query("select reason from meta.quarantine where row_key = 'q10'")
    assert found == [("repeats an equal row; the first one is kept",)]
    (price,) = project.query(
        "select quotes, usd_per_hour_p50 from marts.fct_chip_price "
        "where quarter_start = '2024-01-01'"
    )
    assert price == (1, 3.1)


@pytest.mark.usefixtures("outcome")
def test_broken_line_is_quarantined_and_its_neighbours_are_not(project: SmallProject) -> None:
    ((field, value, reason),) = project.query(
        "select field, value, reason from meta.quarantine where row_key is null or row_key = ''"
    )
    assert (field, value) == (None, BROKEN_LINE)
    # the header is line 1, then two good rows, then the broken line
    assert reason.startswith("line 4 does not fit the header: Expected Number of Columns: 14")


def test_good_rows_are_published_and_no_bad_one(project: SmallProject, outcome: Outcome) -> None:
    assert outcome.status == "published"
    # the seven quarters and chips of the ten good rows; nothing of 2022 Q2
    assert outcome.manifest.rows["fct_chip_price"] == 7
    ((first,),) = project.query("select min(quarter_start)::varchar from marts.fct_chip_price")
    assert first == "2023-01-01"


@pytest.mark.usefixtures("outcome")
def test_all_rows_are_accounted_for(project: SmallProject) -> None:
    ((read, accepted, quarantined),) = project.query(
        "select rows_read, rows_accepted, rows_quarantined from meta.document "
        "where source_id = 'quotes'"
    )
    # ten bad cells, two copies, one repetition, one broken line
    assert (read, accepted, quarantined) == (24, 10, 14)


def test_release_warns_of_quarantined_rows(project: SmallProject, outcome: Outcome) -> None:
    name = "quotes.quotes.no_row_quarantined"
    observed = "14 of 24 rows quarantined (quotes/data/quotes.csv)"
    found = project.query(
        f"select severity, passed, observed from meta.quality_result where check_name = '{name}'"
    )
    assert found == [("warning", False, observed)]
    assert f"{name}: {observed}" in outcome.manifest.warnings


@pytest.mark.usefixtures("outcome")
def test_original_row_can_be_read_in_the_quarantine(project: SmallProject) -> None:
    ((row,),) = project.query(
        "select row_json->>'source_publisher' from meta.quarantine where row_key = 'unknown-id'"
    )
    assert row == "list price service"
