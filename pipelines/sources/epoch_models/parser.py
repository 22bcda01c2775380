"""From the publisher's tables of AI models to rows of `models_stated`.

All tables and copies name their columns and differ in some of the names and in which there are; a
column that a copy lacks is null. Names broken over lines stand on one. Models of one name are
numbered in their order.
"""

from collections import Counter
from collections.abc import Mapping

from pipelines.archive.documents import Document
from pipelines.ingest.parsed import ParsedRows, collect_rows, get_first, read_csv_records

# our columns, and the publisher's names of them over the years
CELLS = {
    "organisation_as_written": ("Organization",),
    "model_published_on": ("Publication date",),
    "domain": ("Domain",),
    "parameter_count": ("Parameters",),
    "training_compute_flop": ("Training compute (FLOP)",),
    "compute_low_flop": ("Training compute lower bound",),
    "compute_high_flop": ("Training compute upper bound",),
    "chip_as_written": ("Training hardware",),
    "chip_count": ("Hardware quantity",),
    "training_hours": ("Training time (hours)",),
    "hardware_utilisation": ("Hardware utilization (MFU)", "Hardware utilization"),
    "epoch_confidence": ("Confidence",),
    "country_as_written": ("Country (of organization)", "Country (from Organization)"),
    "base_model": ("Base model",),
    "finetune_compute_flop": ("Finetune compute (FLOP)",),
    "accessibility": ("Model accessibility",),
}
NEEDED = ("Model", "Publication date", "Training compute (FLOP)")
COLUMNS = ("model_name", "name_number", *CELLS, "stated_on")


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read a copy of one of the tables.

    Args:
        document: what was fetched; its day is that of the rows.
        content: the CSV file, encoded as UTF-8.

    Returns:
        `models_stated`: one row per record.

    Raises:
        DocumentFault: no CSV in UTF-8, or a column that every copy has is missing.
    """
    seen: Counter[str | None] = Counter()

    def read(record: object) -> dict[str, object]:
        assert isinstance(record, Mapping)
        name = _join_lines(record["Model"])
        seen[name] += 1
        cells = {ours: _join_lines(get_first(record, *theirs)) for ours, theirs in CELLS.items()}
        return {
            "model_name": name,
            "name_number": seen[name],
            **cells,
            "stated_on": document.document_on.isoformat(),
        }

    records = read_csv_records(document, content, NEEDED)
    return {"models_stated": collect_rows(records, read, COLUMNS)}


def _join_lines(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())
