"""What an upstream changes from one document to the next: what stops it, what warns, who accepts.

Ten quotes are few, so the contract holds documents to the one before from five rows on.
"""

from datetime import date, datetime, timedelta

import pytest

from pipelines.archive.accepted import Acceptance, accept_document
from pipelines.archive.documents import Archive
from pipelines.base.files import hash_bytes
from tests.ingest.test_doors import ingest
from tests.ingest.test_last_answers import see
from tests.small_project.builder import SmallProject

BOUNDS = "    bounds: {from_rows: 5}\n    key: [quote_id]\n"
HALF = 6  # the header and five of ten rows


@pytest.fixture
def watched(small_project: SmallProject) -> SmallProject:
    """A small project whose contract holds the ten quotes to the bounds of all tables."""
    path = small_project.get_contract_path()
    small_project.replace_text(path, "    key: [quote_id]\n", BOUNDS)
    return small_project


def read_whole(project: SmallProject) -> bytes:
    return project.get_data_path().read_bytes()


def cut(content: bytes, lines: int) -> bytes:
    return b"".join(content.splitlines(keepends=True)[:lines])


def empty_column(content: bytes, name: str) -> bytes:
    header, *lines = [line.split(b",") for line in content.splitlines()]
    place = header.index(name.encode())
    for cells in lines:
        cells[place] = b""
    return b"\n".join(b",".join(cells) for cells in [header, *lines]) + b"\n"


def add_column(content: bytes, name: str) -> bytes:
    header, *lines = content.splitlines()
    return b"\n".join([header + b"," + name.encode(), *(line + b",x" for line in lines)]) + b"\n"


@pytest.mark.parametrize("lines", [HALF, 2], ids=["half", "one_row"])
def test_rows_gone_stop_the_document_until_somebody_accepts_it(
    watched: SmallProject, lines: int
) -> None:
    whole = read_whole(watched)
    part = cut(whole, lines)
    see(watched, whole, 1)
    see(watched, part, 2)
    loads = ingest(watched)
    assert [load.sha256 for load in loads.current if load.origin == "live"] == [hash_bytes(whole)]
    (refused,) = loads.refused
    assert f"found {lines - 1} rows where the document before had 10" in refused.reason
    assert "mend quotes/contract.yml" in refused.reason
    assert f"source accept quotes {hash_bytes(part)[:12]}" in refused.reason
    assert [(d.kind, d.stops, d.accepted) for d in loads.drifts] == [("rows_gone", True, None)]
    archive = Archive(watched.settings.archive_dir)
    acceptance = Acceptance(hash_bytes(part), "kim", "half of it was sold", datetime(2024, 5, 3))
    accept_document(archive, "quotes", acceptance)
    loads = ingest(watched)
    assert loads.refused == []
    assert hash_bytes(part) in {load.sha256 for load in loads.current}
    assert [drift.accepted for drift in loads.drifts] == [acceptance]


def test_whole_file_after_a_cut_one_is_used_and_nothing_is_told(watched: SmallProject) -> None:
    whole = read_whole(watched)
    for day, content in ((1, whole), (2, cut(whole, HALF)), (3, whole)):
        see(watched, content, day)
    loads = ingest(watched)
    assert [s.day.day for s in loads.sightings if s.origin == "live"] == [1]
    assert loads.drifts == []


def test_rows_added_beyond_the_bound_warn(watched: SmallProject) -> None:
    whole = read_whole(watched)
    watched.replace_text(
        watched.get_contract_path(), "from_rows: 5", "from_rows: 5, rows_added: 0.5"
    )
    see(watched, cut(whole, HALF), 1)
    see(watched, whole, 2)
    loads = ingest(watched)
    assert [load.tables[0].rows_read for load in loads.current if load.origin == "live"] == [5, 10]
    ((kind, stops),) = {(d.kind, d.stops) for d in loads.drifts}
    assert (kind, stops) == ("rows_added", False)


def test_column_that_is_empty_all_at_once_stops_the_document(watched: SmallProject) -> None:
    whole = read_whole(watched)
    see(watched, whole, 1)
    see(watched, empty_column(whole, "usd_per_hour_p95"), 2)
    (refused,) = ingest(watched).refused
    assert "column usd_per_hour_p95 empty, which was filled in 100% of the rows" in refused.reason


def test_new_column_is_told_until_the_contract_names_it(watched: SmallProject) -> None:
    whole = read_whole(watched)
    see(watched, whole, 1)
    see(watched, add_column(whole, "discount"), 2)
    loads = ingest(watched)
    assert [load.status for load in loads.current] == ["accepted"] * 3
    (drift,) = loads.drifts
    assert drift.kind == "new_column"
    assert "1 new column (discount), not loaded" in drift.found
    watched.replace_text(watched.get_contract_path(), BOUNDS, f"    ignores: [discount]\n{BOUNDS}")
    assert ingest(watched).drifts == []


def test_new_value_of_a_closed_list_is_told_with_its_rows(watched: SmallProject) -> None:
    watched.replace_text(
        watched.get_contract_path(), "max_length: 40,", "max_length: 40, values: [spot],"
    )
    whole = read_whole(watched)
    header, first, *rest = empty_column(whole, "remark").splitlines(keepends=True)
    place = header.rstrip().split(b",").index(b"remark")
    cells = first.rstrip(b"\n").split(b",")
    cells[place] = b"reserved"
    see(watched, header + b",".join(cells) + b"\n" + b"".join(rest), 2)
    drifts = [d for d in ingest(watched).drifts if d.kind == "new_value"]
    assert [d.found for d in drifts] == ["reserved in column remark (1 rows, quarantined)"]
    assert drifts[0].expected == "spot (values)"


def test_address_that_answers_the_same_for_too_long_is_told(watched: SmallProject) -> None:
    watched.replace_text(watched.get_contract_path(), "fresh_for_days: 36500", "fresh_for_days: 30")
    whole = read_whole(watched)
    see(watched, whole, 1)
    archive = Archive(watched.settings.archive_dir)
    first = date(2024, 5, 1)
    for days in (10, 30):
        day = first + timedelta(days=days)
        archive.note_sighting("quotes", "quotes", hash_bytes(whole), day)
    assert ingest(watched).drifts == []
    day = first + timedelta(days=31)
    archive.note_sighting("quotes", "quotes", hash_bytes(whole), day)
    (drift,) = ingest(watched).drifts
    assert drift.kind == "stands_still"
    assert drift.found == "the same answer from 2024-05-01 to 2024-06-01, 31 days"


def test_drift_stands_in_meta_and_warns(watched: SmallProject) -> None:
    whole = read_whole(watched)
    see(watched, whole, 1)
    see(watched, cut(whole, HALF), 2)
    outcome = watched.run()
    assert outcome.status == "published"
    assert watched.query(
        "select table_name, kind, mend, is_stopped, accepted_by from meta.drift"
    ) == [("quotes", "rows_gone", "quotes/contract.yml", True, None)]
    ((observed, severity),) = watched.query(
        "select observed, severity from meta.quality_result "
        "where check_name = 'quotes.upstream_is_as_before' and not passed"
    )
    assert severity == "warning"
    assert "found 5 rows where the document before had 10" in observed
