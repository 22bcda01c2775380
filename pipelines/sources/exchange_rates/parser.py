"""From the Federal Reserve's monthly averages, as the data package keeps them, to `fx_months`.

The package has units of every currency for one US dollar, also of the euro and the pound. Other
currencies and the months before 2019 are no rows of the table.
"""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta

from pipelines.archive.documents import Document
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows, read_csv_records

# the package's names of the places and the codes of their currencies
CURRENCIES = {
    "China": "CNY",
    "Euro": "EUR",
    "Hong Kong": "HKD",
    "India": "INR",
    "Japan": "JPY",
    "Malaysia": "MYR",
    "Singapore": "SGD",
    "South Korea": "KRW",
    "Taiwan": "TWD",
    "United Kingdom": "GBP",
}
FIRST_MONTH = date(2019, 1, 1)
NEEDED = ("Date", "Country", "Exchange rate")
COLUMNS = (
    *("period_start", "period_end", "base", "quote", "rate", "source_publisher", "source_title"),
    *("source_url", "published_on", "accessed_on", "confidence", "note"),
)


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read the monthly file.

    Args:
        document: what was fetched.
        content: the CSV file, encoded as UTF-8.

    Returns:
        `fx_months`: one row per month and followed currency; a month is public on the first working
        day after it.

    Raises:
        DocumentFault: the file is not UTF-8, or lacks a column.
    """
    lines = read_csv_records(document, content, NEEDED)

    def read(record: object) -> dict[str, str | None] | None:
        assert isinstance(record, Mapping)
        return _read_month(record, document)

    return {"fx_months": collect_rows(lines, read, COLUMNS)}


def _read_month(
    record: Mapping[str, str | None], document: Document
) -> dict[str, str | None] | None:
    quote = CURRENCIES.get(record["Country"] or "")
    if quote is None:
        return None
    written = record["Date"] or ""
    try:
        start = date.fromisoformat(written)
    except ValueError:
        raise RowFault("is no day; expected the first of a month", "Date", written) from None
    if start < FIRST_MONTH:
        return None
    end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
    return {
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "base": "USD",
        "quote": quote,
        "rate": record["Exchange rate"],
        "source_publisher": "Federal Reserve via FRED (datasets/exchange-rates)",
        "source_title": "Foreign exchange rates, monthly averages",
        "source_url": document.address if "://" in document.address else None,
        "published_on": _find_next_working_day(end).isoformat(),
        "accessed_on": document.document_on.isoformat(),
        "confidence": "reported",
        "note": None,
    }


def _find_next_working_day(day: date) -> date:
    """Return the first day after another that is no weekend, New Year as kept, or Labor Day."""
    while True:
        day += timedelta(days=1)
        is_monday = day.weekday() == 0
        is_labor_day = is_monday and day.month == 9 and day.day <= 7
        is_new_year = day.month == 1 and (day.day == 1 or (day.day == 2 and is_monday))
        if day.weekday() < 5 and not is_new_year and not is_labor_day:
            return day
