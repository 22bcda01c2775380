"""The parser of site timelines on its sample and on a file in the layout of the first copy."""

from datetime import date, datetime

import pytest

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.parsed import ParsedRows
from pipelines.ingest.parsers import Parser, load_parser

FOLDER = Settings().sources_dir / "datacenter_sites"
SAMPLE = (FOLDER / "samples" / "timelines.csv").read_bytes()
DOCUMENT = Document(
    source_id="datacenter_sites",
    document="timelines",
    sha256="0" * 64,
    origin="live",
    address="https://epoch.example/timelines.csv",
    media="csv",
    document_on=date(2026, 11, 1),
    fetched_at=datetime(2026, 11, 1),
)
# one step of the copy of 2025-12-13, which had no IT power and other names
FIRST_LAYOUT = """Date,Data center,Power (MW),H100 equivalents,Buildings operational
2024-06-01,Amazon Canton Mississippi,1.25,2.5,1
"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(FOLDER / "contract.yml")


@pytest.fixture(scope="module")
def parse(contract: Contract) -> Parser:
    return load_parser(contract)


def read(parse: Parser, content: bytes) -> ParsedRows:
    parsed = parse(DOCUMENT, content)["site_timeline_revisions"]
    assert isinstance(parsed, ParsedRows)
    return parsed


def test_steps_are_read_with_status_of_their_day(parse: Parser, contract: Contract) -> None:
    parsed = read(parse, SAMPLE)
    rows = parsed.rows.to_pylist()
    assert not parsed.broken
    columns = contract.get_table("site_timeline_revisions").columns
    assert set(parsed.rows.column_names) - {"document_row"} == set(columns)
    assert [row["construction_status"] for row in rows] == [
        "under_construction",
        "operational",
        "planned",
    ]
    assert (rows[1]["power_mw"], rows[1]["it_power_mw"]) == ("280.0", "200.0")
    assert rows[2]["revision_id"] == "openai-stargate-abilene-2028-01-15-v2026-11-01"
    assert (rows[2]["is_projection"], rows[2]["confidence"]) == ("true", "modelled")


def test_first_layout_and_earlier_name_are_understood(parse: Parser) -> None:
    (row,) = read(parse, FIRST_LAYOUT.encode()).rows.to_pylist()
    assert (row["site_id"], row["it_power_mw"], row["h100e"]) == (
        "amazon-madison-mega-site",
        None,
        "2.5",
    )


def test_copy_that_repeats_a_kept_one_has_its_day(parse: Parser) -> None:
    # a step that stands so in the kept copies, for the last time in that of 2026-08-03
    step = b"Data center,Date,IT power (MW),Power (MW),H100 equivalents\n"
    step += b"OpenAI Stargate Abilene,2025-09-26,105.0,147.0,127337.03890853966\n"
    (row,) = read(parse, step).rows.to_pylist()
    assert (row["vintage_on"], row["published_on"]) == ("2026-08-03", "2026-08-03")
    (row,) = read(parse, step.replace(b"147.0", b"148.0")).rows.to_pylist()
    assert row["vintage_on"] == "2026-11-01"


def test_unknown_site_costs_its_own_row(parse: Parser) -> None:
    parsed = read(parse, SAMPLE + b"Nowhere Campus,2026-01-15,x,1.0,1.0,1.4,10,0,1.0,0.5,0.5\n")
    assert parsed.rows.num_rows == 3
    (broken,) = parsed.broken
    assert (broken.place, broken.text) == (4, "Nowhere Campus")


def test_missing_column_is_refused(parse: Parser) -> None:
    with pytest.raises(DocumentFault, match="missing column H100 equivalents"):
        parse(DOCUMENT, SAMPLE.replace(b"H100 equivalents", b"H200 equivalents"))
