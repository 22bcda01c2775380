"""The parser of monthly exchange rates on its sample."""

from datetime import date, datetime

import pytest

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contract
from pipelines.contracts.model import Contract
from pipelines.ingest.parsed import ParsedRows
from pipelines.ingest.parsers import load_parser

FOLDER = Settings().sources_dir / "exchange_rates"
SAMPLE = (FOLDER / "samples" / "months.csv").read_bytes()
DOCUMENT = Document(
    source_id="exchange_rates",
    document="months",
    sha256="0" * 64,
    origin="live",
    address="https://rates.example/monthly.csv",
    media="csv",
    document_on=date(2026, 11, 1),
    fetched_at=datetime(2026, 11, 1),
)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(FOLDER / "contract.yml")


def read(contract: Contract, content: bytes) -> ParsedRows:
    parsed = load_parser(contract)(DOCUMENT, content)["fx_months"]
    assert isinstance(parsed, ParsedRows)
    return parsed


def test_followed_currencies_since_2019_are_read(contract: Contract) -> None:
    parsed = read(contract, SAMPLE)
    names = ("period_start", "period_end", "quote", "rate", "published_on")
    assert [tuple(row[name] for name in names) for row in parsed.rows.to_pylist()] == [
        ("2019-01-01", "2019-01-31", "CNY", "6.8000", "2019-02-01"),
        ("2019-02-01", "2019-02-28", "EUR", "0.8800", "2019-03-01"),
        ("2024-02-01", "2024-02-29", "GBP", "0.7900", "2024-03-01"),
    ]
    assert not parsed.broken
    columns = contract.get_table("fx_months").columns
    assert set(parsed.rows.column_names) - {"document_row"} == set(columns)


@pytest.mark.parametrize(
    ("month", "day"),
    [
        ("2022-12-01", "2023-01-03"),  # New Year was a Sunday, kept on Monday
        ("2025-08-01", "2025-09-02"),  # the first was Labor Day
        ("2026-01-01", "2026-02-02"),  # the first was a Sunday
    ],
)
def test_month_is_public_on_the_next_working_day(contract: Contract, month: str, day: str) -> None:
    content = f"Date,Country,Exchange rate\n{month},China,7.0\n".encode()
    assert [row["published_on"] for row in read(contract, content).rows.to_pylist()] == [day]


def test_broken_day_costs_its_own_row(contract: Contract) -> None:
    parsed = read(contract, SAMPLE + b"2024-13-01,China,7.1\n")
    assert parsed.rows.num_rows == 3
    (broken,) = parsed.broken
    assert (broken.place, broken.field_name, broken.text) == (6, "Date", "2024-13-01")


def test_missing_column_is_refused(contract: Contract) -> None:
    with pytest.raises(DocumentFault, match="missing column Exchange rate"):
        read(contract, SAMPLE.replace(b"Exchange rate", b"Rate"))
