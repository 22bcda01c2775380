"""Both doors of loading: what comes in right, what is told, and what cannot be lost on the way."""

import gzip
import io
import json
import zipfile

import duckdb
import pytest

from pipelines.contracts.load import discover_contracts
from pipelines.ingest.ingest import SourceLoads, ingest_all
from tests.small_project.builder import SmallProject, format_csv


def ingest(project: SmallProject) -> SourceLoads:
    """Load both sources and return what became of the quotes."""
    contracts, faults = discover_contracts(project.settings.sources_dir)
    found = ingest_all(contracts, project.settings, faults=faults)
    return next(loads for loads in found if loads.contract.source_id == "quotes")


def read_rows(project: SmallProject, loads: SourceLoads, columns: str) -> list[tuple]:
    """Return columns of all accepted quotes in the order of their places."""
    files = [str(project.settings.warehouse_dir / f) for _, f in loads.list_files("quotes")]
    query = f"select {columns} from read_parquet(?) order by document_row"
    return duckdb.execute(query, [files]).fetchall()


def read_bad(project: SmallProject, loads: SourceLoads) -> list[tuple]:
    """Return place, field, value and reason of the rows in quarantine."""
    file = loads.current[0].tables[0].quarantine_file
    return duckdb.execute(
        "select document_row, field, value, reason from read_parquet(?) order by 1, 2",
        [str(project.settings.warehouse_dir / file)],
    ).fetchall()


def change_bytes(project: SmallProject, old: bytes, new: bytes) -> None:
    """Replace bytes that must stand in the embedded quotes once."""
    path = project.get_data_path()
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))


# lines of the file


def test_stray_quote_takes_its_own_row_alone(small_project: SmallProject) -> None:
    change_bytes(small_project, b"q03,", b'"q03,')
    loads = ingest(small_project)
    assert [row[0] for row in read_rows(small_project, loads, "quote_id")] == [
        "q01", "q02", "q04", "q05", "q06", "q07", "q08", "q09", "q10",
    ]  # fmt: skip
    ((place, field, value, reason),) = read_bad(small_project, loads)
    assert (place, field) == (3, None)
    assert value.startswith('"q03,chip-b')
    assert reason.startswith("line 4 does not fit the header: Found a quote that does not close")


def test_places_count_what_broke_before_them(small_project: SmallProject) -> None:
    change_bytes(small_project, b"q03,chip-b,1/20/2023,", b"q03,")
    loads = ingest(small_project)
    assert read_rows(small_project, loads, "quote_id, document_row")[2:4] == [
        ("q04", 4),
        ("q05", 5),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"reported,\nq05", b"reported,\r\nq05"),
        (b"reported,\nq05", b"reported,\n\n\nq05"),
        (b"reported,\nq05", b"reported,,\nq05"),
    ],
    ids=["carriage return", "blank lines", "delimiter at the end"],
)
def test_line_that_ends_otherwise_costs_no_row(
    small_project: SmallProject, old: bytes, new: bytes
) -> None:
    change_bytes(small_project, old, new)
    table = ingest(small_project).current[0].tables[0]
    assert (table.rows_read, table.rows_accepted) == (10, 10)


def test_text_of_several_lines_is_one_row(small_project: SmallProject) -> None:
    contract = small_project.get_contract_path()
    change_bytes(small_project, b"2.00,2.20,,", b'2.00,2.20,"two\nlines",')
    assert read_bad(small_project, ingest(small_project)) == [
        (1, "remark", "two\nlines", "holds a line break; a text of several lines says multiline in "
        "the contract"),
    ]  # fmt: skip
    small_project.replace_text(contract, "max_length: 40,", "max_length: 40, multiline: true,")
    loads = ingest(small_project)
    assert read_rows(small_project, loads, "quote_id, remark")[0] == ("q01", "two\nlines")
    assert loads.current[0].tables[0].rows_accepted == 10


def test_long_line_is_told_in_short(small_project: SmallProject) -> None:
    change_bytes(small_project, b"2.00,2.20,,", b"2.00,2.20," + b"x" * 5_000_000 + b",")
    ((place, _, value, reason),) = read_bad(small_project, ingest(small_project))
    assert place == 1
    assert len(value) < 600
    assert reason == (
        "line 2 does not fit the header: is longer than the 4,194,304 bytes that are allowed"
    )


# cells


@pytest.mark.parametrize(
    "text", ["5/1/24", "2023-05-01", "infinity", "epoch", "5/1/02023", "0/1/2023"]
)
def test_day_that_is_not_written_in_full_is_bad(small_project: SmallProject, text: str) -> None:
    small_project.change_quote("q05", quoted_on=text)
    assert read_bad(small_project, ingest(small_project))[0][:3] == (5, "quoted_on", text)


@pytest.mark.parametrize(
    "text", ["24-01-02", "infinity", "epoch", "0000-01-01", "1900-01-01", "9999-12-31"]
)
def test_day_that_is_no_day_of_the_contract_is_bad(small_project: SmallProject, text: str) -> None:
    small_project.change_quote("q05", published_on=text)
    assert read_bad(small_project, ingest(small_project))[0][:3] == (5, "published_on", text)


@pytest.mark.parametrize("text", ["1_5", "1e-400", "1e400", "12,5", "nan", "0x10", "1e-320"])
def test_number_is_digits(small_project: SmallProject, text: str) -> None:
    small_project.change_quote("q05", usd_per_hour_p95=text)
    assert read_bad(small_project, ingest(small_project))[0][:3] == (5, "usd_per_hour_p95", text)


@pytest.mark.parametrize("text", ["a\x07b", "\u00a0", "   ", "\u202eabc", "a\tb"])
def test_text_holds_nothing_that_nobody_sees(small_project: SmallProject, text: str) -> None:
    small_project.change_quote("q05", remark=text)
    assert read_bad(small_project, ingest(small_project))[0][:3] == (5, "remark", text)


def test_number_that_is_padded_without_end_is_bad(small_project: SmallProject) -> None:
    small_project.change_quote("q01", usd_per_hour_p05="0" * 4001 + "1.9")
    small_project.change_quote("q02", usd_per_hour_p05="0" * 20 + "2.0")
    small_project.change_quote("q03", published_on=" " * 4001 + "2024-01-02")
    bad = read_bad(small_project, loads := ingest(small_project))
    assert [(place, field) for place, field, _, _ in bad] == [
        (1, "usd_per_hour_p05"), (3, "published_on"),
    ]  # fmt: skip
    assert bad[0][3] == "has 4004 characters; at most 4000 are allowed"
    assert bad[1][3] == "has 4011 characters; at most 4000 are allowed"
    rows = read_rows(small_project, loads, "quote_id, usd_per_hour_p05, is_verified")
    assert rows[0] == ("q02", 2.0, True)


def test_marks_of_numbers_are_declared(small_project: SmallProject) -> None:
    small_project.change_quote("q05", usd_per_hour_p95="$1,002.60/h")
    small_project.change_quote("q06", usd_per_hour_p95="12,5")
    small_project.replace_text(
        small_project.get_contract_path(), "usd_per_hour_p95: {type: DOUBLE,",
        "usd_per_hour_p95: {type: DOUBLE, prefix: $, suffix: /h, thousands: ',',",
    )  # fmt: skip
    loads = ingest(small_project)
    assert read_rows(small_project, loads, "usd_per_hour_p95")[4] == (1002.6,)
    assert [row[:3] for row in read_bad(small_project, loads)] == [(6, "usd_per_hour_p95", "12,5")]


# formats


def use_reader(project: SmallProject, read: str, **columns: str) -> None:
    """Let the quotes be read by a reader, without parser and provenance."""
    path = project.get_contract_path()
    text = path.read_text().replace(
        "    key: [quote_id]",
        f"    key: [quote_id]\n    provenance: false\n    known_on: quoted_on\n    read: {read}",
    )
    for name, more in columns.items():
        text = text.replace(f"      {name}: {{", f"      {name}: {{{more}, ")
    path.write_text(text)
    (project.settings.sources_dir / "quotes" / "parser.py").unlink()


def write_records(project: SmallProject) -> list[dict[str, str]]:
    """Return the quotes without their citation, and take the embedded CSV away."""
    rows = project.read_quotes()
    project.get_data_path().unlink()
    return [dict(list(row.items())[:7]) for row in rows]


def put(project: SmallProject, name: str, content: bytes) -> None:
    """Put an embedded file of the quotes."""
    (project.settings.sources_dir / "quotes" / "data" / name).write_bytes(content)


def zip_files(**members: bytes) -> bytes:
    """Return a ZIP archive; two underlines in a name stand for a folder."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".csv", content)
    return target.getvalue()


def test_json_records_below_other_values(small_project: SmallProject) -> None:
    rows = write_records(small_project)
    by_chip = {
        chip: {"offers": [r for r in rows if r["chip_id"] == chip]} for chip in ("chip-a", "chip-b")
    }
    use_reader(
        small_project, '{format: json, packed: gzip, records: "chips{}.offers[]"}',
        chip_id='from: "^.@key"',
    )  # fmt: skip
    put(small_project, "quotes.json.gz", gzip.compress(json.dumps({"chips": by_chip}).encode()))
    found = read_rows(small_project, ingest(small_project), "chip_id, quote_id, usd_per_hour_p50")
    # q07 and q10 are of chip-c
    assert found == [
        (row["chip_id"], row["quote_id"], float(row["usd_per_hour_p50"]))
        for chip in ("chip-a", "chip-b")
        for row in rows
        if row["chip_id"] == chip
    ]


def test_bad_line_of_json_lines_is_one_bad_row(small_project: SmallProject) -> None:
    rows = write_records(small_project)
    use_reader(small_project, "{format: lines}")
    lines = [json.dumps(row) for row in rows]
    lines.insert(4, "{not json")
    put(small_project, "quotes.jsonl", "\n".join(lines).encode())
    loads = ingest(small_project)
    assert read_rows(small_project, loads, "quote_id, document_row")[3:5] == [
        ("q04", 4),
        ("q05", 6),
    ]
    ((place, _, value, reason),) = read_bad(small_project, loads)
    assert (place, value) == (5, "{not json")
    assert reason.startswith("line 5 is no JSON")


def test_name_that_stands_twice_in_a_record_is_bad(small_project: SmallProject) -> None:
    rows = write_records(small_project)
    use_reader(small_project, "{format: json}")
    text = json.dumps(rows).replace(
        '"chip_id": "chip-c"', '"chip_id": "chip-c", "chip_id": "chip-a"', 1
    )
    put(small_project, "quotes.json", text.encode())
    ((place, field, _, reason),) = read_bad(small_project, ingest(small_project))
    assert (place, field) == (7, "chip_id")
    assert reason == "found 'chip_id' twice in one record; expected it once"


def test_headers_with_spaces_are_declared(small_project: SmallProject) -> None:
    rows = [
        {
            ("Price (USD/h)" if name == "usd_per_hour_p50" else name): text
            for name, text in row.items()
        }
        for row in write_records(small_project)
    ]
    use_reader(small_project, "{format: csv}", usd_per_hour_p50='from: "Price (USD/h)"')
    put(small_project, "quotes.csv", format_csv(rows))
    assert read_rows(small_project, ingest(small_project), "usd_per_hour_p50")[0] == (2.0,)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "shift_jis"])
def test_encoding_is_declared(small_project: SmallProject, encoding: str) -> None:
    small_project.change_quote("q01", remark="日本")
    path = small_project.get_data_path()
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    loads = ingest(small_project)
    assert loads.current == []
    assert "expected a UTF-8 file" in loads.refused[0].reason
    small_project.replace_text(
        small_project.get_contract_path(), "    key: [quote_id]",
        f"    key: [quote_id]\n    read: {{encoding: {encoding}}}",
    )  # fmt: skip
    assert read_rows(small_project, ingest(small_project), "remark")[0] == ("日本",)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"a__quotes": b"x", "b__quotes": b"x"},
            "found 2 members that match (a/quotes.csv, b/quotes.csv)",
        ),
        ({"other": b"x"}, "found 0 members that match (other.csv); expected one '*quotes.csv'"),
    ],
)
def test_member_of_an_archive_is_told_apart(
    small_project: SmallProject, members: dict[str, bytes], message: str
) -> None:
    write_records(small_project)
    use_reader(small_project, '{packed: zip, member: "*quotes.csv"}')
    put(small_project, "quotes.csv.zip", zip_files(**members))
    assert message in ingest(small_project).refused[0].reason


def test_archive_that_unpacks_beyond_the_limit_is_refused(small_project: SmallProject) -> None:
    write_records(small_project)
    use_reader(small_project, "{packed: gzip}")
    put(small_project, "quotes.csv.gz", gzip.compress(b"0" * 2_000_000))
    small_project.settings = small_project.settings.model_copy(update={"unpacked_limit": 1_000_000})
    assert "unpacks to more than 1,000,000 bytes" in ingest(small_project).refused[0].reason


def test_labels_are_read_through_the_table_beside_the_contract(small_project: SmallProject) -> None:
    path = small_project.get_contract_path()
    small_project.replace_text(
        path, "      chip_id: {type: VARCHAR, required: true, references: chip,",
        "      chip_label: {type: VARCHAR, from: chip_id, required: true, description: Label.}\n"
        "      chip_id: {type: VARCHAR, required: true, references: chip, "
        "labels: {of: chip_label, table: chips},",
    )  # fmt: skip
    (small_project.settings.sources_dir / "quotes" / "parser.py").unlink()
    for quote, label in (("q01", "Chip  A"), ("q02", "Chip Z"), ("q03", "old card")):
        small_project.change_quote(quote, chip_id=label)
    table = small_project.settings.sources_dir / "quotes" / "labels" / "chips.csv"
    table.parent.mkdir()
    table.write_text("label,chip_id\nchip a,chip-a\nOld Card,\n")
    loads = ingest(small_project)
    # q04 has an id that the reference list knows already
    assert read_rows(small_project, loads, "quote_id, chip_label, chip_id")[:2] == [
        ("q01", "Chip  A", "chip-a"), ("q04", "chip-b", "chip-b"),
    ]  # fmt: skip
    counts = loads.current[0].tables[0]
    assert (counts.rows_unlabelled, counts.rows_left_out, counts.rows_quarantined) == (1, 1, 1)
    assert read_bad(small_project, loads)[0][:3] == (2, "chip_label", "Chip Z")
