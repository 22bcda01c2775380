"""From the publisher's file of site timelines to rows of `site_timeline_revisions`.

The file's columns changed between copies: the first had no IT power, and sites had longer names.
`labels/sites.csv` says which site a name means. A copy says nothing of its own day. One that
repeats a kept copy, figure by figure, has that copy's day; any other has the day of the document.
"""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from pipelines.archive.documents import Document
from pipelines.ingest.parsed import ParsedRows, RowFault, collect_rows, read_csv_records

FOLDER = Path(__file__).parent
ADDRESS = "https://epoch.ai/data/data_centers/data_center_timelines.csv"
# the publisher's columns and ours
FIGURES = {
    "Power (MW)": "power_mw",
    "IT power (MW)": "it_power_mw",
    "H100 equivalents": "h100e",
    "Buildings operational": "buildings_operational",
    "Total capital cost (2025 USD billions)": "capital_cost_usd_bn",
    "Compute cost (2025 USD billions)": "compute_cost_usd_bn",
    "Construction cost (2025 USD billions)": "construction_cost_usd_bn",
}
NEEDED = ("Data center", "Date", "Power (MW)", "H100 equivalents")
COLUMNS = (
    *("revision_id", "site_id", "name", "owner", "country", "on_date", *FIGURES.values()),
    *("construction_status", "is_projection", "vintage_on", "source_publisher", "source_title"),
    *("source_url", "published_on", "accessed_on", "confidence", "note"),
)
# what tells one copy from another
COMPARED = ("power_mw", "it_power_mw", "h100e")
# kept copies are rounded to four decimals, or to ten digits
TOLERANCE = 1e-4


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read a copy of the timelines.

    Args:
        document: what was fetched; its day stands for that of the copy.
        content: the CSV file, encoded as UTF-8.

    Returns:
        `site_timeline_revisions`: one row per site and dated step. A step after the day of the copy
        is a projection; one before it is in operation if it has a building in operation.

    Raises:
        DocumentFault: the file is not UTF-8, or lacks a column that every copy has.
    """
    records = read_csv_records(document, content, NEEDED)
    sites = _read_sites()
    day = _find_day(records, sites) or document.document_on.isoformat()

    def read(record: object) -> dict[str, str | None]:
        assert isinstance(record, Mapping)
        return _read_step(record, sites, day, document)

    return {"site_timeline_revisions": collect_rows(records, read, COLUMNS)}


def _read_sites() -> dict[str, dict[str, str]]:
    with (FOLDER / "labels" / "sites.csv").open(encoding="utf-8", newline="") as lines:
        return {row["label"].casefold(): row for row in csv.DictReader(lines)}


def _read_step(
    record: Mapping[str, str | None], sites: dict[str, dict[str, str]], day: str, document: Document
) -> dict[str, str | None]:
    label = record["Data center"] or ""
    site = sites.get(label.casefold())
    if site is None:
        raise RowFault(
            "is no known site; expected a label of labels/sites.csv", "Data center", label
        )
    on_date = record["Date"] or ""
    figures = {ours: record.get(theirs) for theirs, ours in FIGURES.items()}
    is_projection = on_date > day
    runs = figures["buildings_operational"] not in (None, "0", "0.0")
    done = "operational" if runs else "under_construction"
    return {
        "revision_id": f"{site['site_id']}-{on_date}-v{day}",
        "site_id": site["site_id"],
        "name": site["name"],
        "owner": site["owner"] or None,
        "country": site["country"],
        "on_date": on_date,
        **figures,
        "construction_status": "planned" if is_projection else done,
        "is_projection": str(is_projection).lower(),
        "vintage_on": day,
        "source_publisher": "Epoch AI",
        "source_title": "AI Data Centers (Frontier Data Centers) timelines, CC BY 4.0",
        "source_url": ADDRESS,
        "published_on": day,
        "accessed_on": document.document_on.isoformat(),
        "confidence": "modelled" if is_projection else "estimated",
        "note": None,
    }


def _find_day(records: list[dict[str, str | None]], sites: dict[str, dict[str, str]]) -> str | None:
    """Return the day of the newest kept copy in which every step of the file stands as it is."""
    steps: dict[tuple[str | None, str | None], list[float | None]] = {}
    for record in records:
        site = sites.get((record["Data center"] or "").casefold(), {})
        steps[site.get("site_id"), record["Date"]] = [
            _read_figure(record.get(theirs)) for theirs, ours in FIGURES.items() if ours in COMPARED
        ]
    kept: dict[str, dict[tuple[str | None, str | None], list[float | None]]] = {}
    file = FOLDER / "data" / "site_timeline_revisions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            figures = [_read_figure(row[name]) for name in COMPARED]
            kept.setdefault(row["vintage_on"], {})[row["site_id"], row["on_date"]] = figures
    same = [
        day
        for day, known in kept.items()
        if all(step in known and _are_equal(steps[step], known[step]) for step in steps)
    ]
    return max(same) if steps and same else None


def _read_figure(text: str | None) -> float | None:
    """Return a figure as it is compared; a text that is no number equals none."""
    try:
        return float(text) if text else None
    except ValueError:
        return float("nan")


def _are_equal(stated: list[float | None], kept: list[float | None]) -> bool:
    """Tell whether figures agree but for the rounding of the kept ones."""
    return all(
        one is other
        if one is None or other is None
        else math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        for one, other in zip(stated, kept, strict=True)
    )
