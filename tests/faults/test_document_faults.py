"""A bad document is refused whole: the last good data is used, and the release says so."""

import pytest

from tests.small_project.builder import SmallProject, format_csv

LABEL = "quotes: quotes/data/quotes.csv"


def drop_column(content: bytes) -> bytes:
    """Take the column `remark` out."""
    return b"\n".join(
        b",".join(cells[:6] + cells[7:])
        for cells in (line.split(b",") for line in content.splitlines())
    )


# what happens to the bytes of the quotes, and what the refusal says
FAULTS = {
    "missing_column": (
        drop_column,
        "missing column remark; found quote_id, chip_id, quoted_on, usd_per_hour_p05, "
        "usd_per_hour_p50, usd_per_hour_p95, source_publisher, source_title, source_url, "
        "published_on, accessed_on, confidence, note; the upstream changed its layout: mend the "
        "parser or raise the contract's version",
    ),
    "empty": (lambda content: b"", "the document is empty; expected a header and rows"),
    "header_only": (
        lambda content: content.splitlines()[0] + b"\n",
        "found 0 rows, expected at least 1; the last good data stays in use",
    ),
    "web_page": (
        lambda content: b"<!DOCTYPE html>\n<html><body>Log in</body></html>\n",
        "found a web page ('<!doctype html>\\n<html><b'); expected data; the address may answer "
        "with an error or login page",
    ),
    "encoding": (
        lambda content: content.replace(b"list price", "Preisliste \xfc".encode("latin-1")),
        "is no UTF-8; expected a UTF-8 file",
    ),
    "repeated_column": (
        lambda content: content.replace(b"remark", b"quote_id", 1),
        "header: found repeated ['quote_id'], expected every column named once",
    ),
    "too_many_bad_rows": (
        lambda content: content.replace(b",chip-b,", b",chip-x,"),
        "3 of 10 rows are bad (30.0%); the contract allows 20.0% (max_rejected_share). First: "
        "row 3: chip_id = 'chip-x' is an unknown id; expected a chip that the reference lists "
        "know; row 4: chip_id",
    ),
}


@pytest.fixture(params=FAULTS)
def broken(request: pytest.FixtureRequest, published: SmallProject) -> tuple[SmallProject, str]:
    """Break the document of a published project and run again; gives the message to expect."""
    change, message = FAULTS[request.param]
    path = published.get_data_path()
    path.write_bytes(change(path.read_bytes()))
    assert published.run().status == "published"
    return published, message


def test_refused_document_leaves_figures_and_marks_the_source(
    broken: tuple[SmallProject, str], published_once: SmallProject
) -> None:
    project, message = broken
    # the run tells it
    (told,) = [line for line in project.lines if "REFUSED" in line]
    assert LABEL in told
    assert message in told
    # the figures are those of before
    content = "select content_hash from meta.release"
    assert project.query(content) == published_once.query(content)
    # the release says which document was refused, why, and that the source is stale
    ((reason, accepted),) = project.query(
        "select reason, rows_accepted from meta.document "
        "where source_id = 'quotes' and status = 'refused'"
    )
    assert message in reason
    assert accepted == 0
    assert project.query("select freshness from meta.source where source_id = 'quotes'") == [
        ("stale",)
    ]
    warned = project.query("select check_name from meta.quality_result where not passed order by 1")
    assert warned == [("quotes.is_fresh",), ("quotes.no_document_refused",)]


def test_document_without_predecessor_leaves_tables_empty_and_named(
    small_project: SmallProject,
) -> None:
    small_project.get_data_path().write_bytes(b"")
    outcome = small_project.run()
    assert outcome.manifest.rows == {"dim_chip": 3, "fct_chip_price": 0}
    assert outcome.manifest.empty_tables == ["fct_chip_price"]
    assert small_project.query("select empty_tables from meta.release") == [("fct_chip_price",)]


def test_mended_document_is_fresh_again(published: SmallProject) -> None:
    path = published.get_data_path()
    good = path.read_bytes()
    path.write_bytes(b"")
    published.run()
    path.write_bytes(good)
    published.run()
    assert published.query("select count(*) from meta.document where status = 'refused'") == [(0,)]
    assert published.query("select freshness from meta.source where source_id = 'quotes'") == [
        ("fresh",)
    ]


def test_bad_rows_up_to_the_allowed_share_are_no_document_fault(published: SmallProject) -> None:
    # 2 of 10 rows are bad, exactly the share of 0.2 that the contract allows
    rows = published.read_quotes()
    for row in rows[:2]:
        row["chip_id"] = "chip-x"
    published.get_data_path().write_bytes(format_csv(rows))
    published.run()
    found = published.query(
        "select status, rows_accepted, rows_quarantined from meta.document "
        "where source_id = 'quotes'"
    )
    assert found == [("accepted", 8, 2)]
