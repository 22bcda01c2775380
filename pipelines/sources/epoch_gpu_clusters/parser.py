"""From the publisher's table of GPU clusters to rows of `clusters_stated`.

A copy that went through a spreadsheet writes days month first, TRUE for True, and has no places;
names in quotes lose them. Systems of one name are numbered in their order.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from pipelines.archive.documents import Document
from pipelines.ingest.parsed import ParsedRows, collect_rows, read_csv_records

# the publisher's columns and ours; an empty cell is null
CELLS = {
    "Status": "cluster_status",
    "Certainty": "certainty",
    "Single cluster?": "single_cluster",
    "H100 equivalents": "h100e",
    "Chip type (primary)": "chip_as_written",
    "Chip quantity (primary)": "chip_count",
    "Total number of AI chips": "total_chip_count",
    "Country": "country_as_written",
    "Owner": "owner_as_written",
    "Sector": "sector",
    "Power Capacity (MW)": "power_mw",
    "Hardware Cost": "hardware_cost_usd",
    "latitude": "latitude",
    "longitude": "longitude",
}
FLAGS = {
    "Possible Duplicate": "is_possible_duplicate",
    "Include in Standard Analysis": "is_in_standard_analysis",
}
DAY = "First Operational Date"
NEEDED = ("Name", "Status", "Certainty", "H100 equivalents", DAY)
COLUMNS = (
    *("cluster_name", "name_number", *CELLS.values(), *FLAGS.values()),
    *("first_operational_on", "stated_on"),
)


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read a copy of the table.

    Args:
        document: what was fetched; its day is that of the rows.
        content: the CSV file, encoded as UTF-8.

    Returns:
        `clusters_stated`: one row per record.

    Raises:
        DocumentFault: no CSV in UTF-8, or a column that every copy has is missing.
    """
    seen: Counter[str] = Counter()

    def read(record: object) -> dict[str, object]:
        assert isinstance(record, Mapping)
        name = (record["Name"] or "").strip('"')
        seen[name] += 1
        return {
            "cluster_name": name or None,
            "name_number": seen[name],
            **{ours: record.get(theirs) for theirs, ours in CELLS.items()},
            **{ours: (record.get(theirs) or "false").lower() for theirs, ours in FLAGS.items()},
            "first_operational_on": _read_day(record[DAY]),
            "stated_on": document.document_on.isoformat(),
        }

    records = read_csv_records(document, content, NEEDED)
    return {"clusters_stated": collect_rows(records, read, COLUMNS)}


def _read_day(text: str | None) -> str | None:
    """Return an ISO day from one that may be written month first; anything else as it stands."""
    try:
        return datetime.strptime(text or "", "%m/%d/%Y").date().isoformat()
    except ValueError:
        return text
