"""From one provider's file of the SkyPilot catalogue to rows of text.

All versions of the format name their columns and differ in their order and in which there are:
`AvailabilityZone` and `Generation` are missing for some providers. A line holds a price on demand
and one of spot capacity; each becomes a row of its own, because each has a history of its own.
"""

import io

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows

# the catalogue's names of the columns and ours
COLUMNS = {
    "InstanceType": "instance_type",
    "AcceleratorName": "accelerator_name",
    "AcceleratorCount": "accelerator_count",
    "vCPUs": "vcpus",
    "MemoryGiB": "memory_gib",
    "GpuInfo": "gpu_info",
    "Region": "region",
    "AvailabilityZone": "zone",
    "Generation": "generation",
}
PRICES = {"Price": "on_demand", "SpotPrice": "spot"}
VERSIONS = "versions"
NEEDED = ("AcceleratorName", "AcceleratorCount", "Price", "SpotPrice", "Region")


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read the lines with an accelerator, once per kind of price that they give.

    Args:
        document: its name is the provider's.
        content: the CSV file.

    Returns:
        Table `catalogue_prices`, all columns text; an empty cell of the catalogue is null. Nothing
        for the list of versions, which the contract reads.

    Raises:
        DocumentFault: no CSV, or a column that every version has is missing.
    """
    if document.document == VERSIONS:
        return {}
    header = _read_header(document, content)
    lines = _read_lines(document, content, header)
    lines = lines.filter(pc.is_valid(lines["AcceleratorName"]))
    empty = pa.nulls(len(lines), pa.string())
    rows: dict[str, pa.Array | pa.ChunkedArray] = {
        "provider": pa.array([document.document] * len(lines), pa.string())
    }
    for theirs, ours in COLUMNS.items():
        rows[ours] = lines[theirs] if theirs in lines.column_names else empty
    parts = []
    for theirs, kind in PRICES.items():
        price = lines[theirs] if theirs in lines.column_names else empty
        part = pa.table(
            rows
            | {
                "price_kind": pa.array([kind] * len(lines), pa.string()),
                "price_usd_per_hour": price,
            }
        )
        parts.append(part.filter(pc.is_valid(price)))
    # the catalogue repeats some lines word for word; which of them is meant makes no difference
    whole = pa.concat_tables(parts).combine_chunks()
    rows_once = whole.group_by(whole.column_names, use_threads=False).aggregate([])
    unexpected = [name for name in header if name not in (*COLUMNS, *PRICES)]
    return {"catalogue_prices": ParsedRows(rows_once, unexpected=unexpected)}


def _read_header(document: Document, content: bytes) -> list[str]:
    header = content.split(b"\n", 1)[0].decode("utf-8-sig").strip().split(",")
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise DocumentFault(
            f"skypilot_catalog: {document.address}: missing column {', '.join(missing)}; found "
            f"{', '.join(header)}; the catalogue has changed its layout: mend the parser"
        )
    return header


def _read_lines(document: Document, content: bytes, header: list[str]) -> pa.Table:
    try:
        return csv.read_csv(
            io.BytesIO(content),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                include_columns=[name for name in [*COLUMNS, *PRICES] if name in header],
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise DocumentFault(
            f"skypilot_catalog: {document.address}: not readable as CSV: {error}"
        ) from error
