"""From a place's price list of EC2 to the rates of machines with accelerators.

Five lines about the file stand before the header. A file has some millions of lines, so it is read
a block at a time and only the machines that are followed are kept.
"""

import io

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault

LINES_BEFORE = 5
# the file's names of the columns and ours
COLUMNS = {
    "RateCode": "rate_code",
    "SKU": "sku",
    "TermType": "term",
    "LeaseContractLength": "lease_length",
    "PurchaseOption": "purchase_option",
    "OfferingClass": "offering_class",
    "Instance Type": "machine_type",
    "GPU": "chip_count",
    "Tenancy": "tenancy",
    "Region Code": "region",
    "PricePerUnit": "price_usd",
    "Unit": "price_unit",
    "EffectiveDate": "effective_on",
}
# what says which of a machine's many rows are followed
CHOSEN = {
    "Operating System": "Linux",
    "Pre Installed S/W": "NA",
    "CapacityStatus": "Used",
    "Currency": "USD",
}


def parse(document: Document, content: bytes) -> dict[str, pa.Table]:
    """Read the rates of machines with accelerators under Linux.

    Args:
        document: its day is that of the price list.
        content: the CSV file.

    Returns:
        Table `aws_prices`, all columns text; an empty cell is null.

    Raises:
        DocumentFault: no CSV, or a column is missing.
    """
    wanted = [*COLUMNS, *CHOSEN]
    lines = content.split(b"\n", LINES_BEFORE + 1)
    header = lines[LINES_BEFORE].decode("utf-8", "replace") if len(lines) > LINES_BEFORE else ""
    missing = [name for name in wanted if f'"{name}"' not in header]
    if missing:
        raise DocumentFault(
            f"{document.address}: missing column {', '.join(missing)}; expected them in line "
            f"{LINES_BEFORE + 1}; the upstream has changed its layout: mend the parser"
        )
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.string()),
        include_columns=wanted,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    try:
        reader = csv.open_csv(
            io.BytesIO(content), csv.ReadOptions(skip_rows=LINES_BEFORE), convert_options=options
        )
        blocks = [_choose(pa.table(block)) for block in reader]
    except pa.ArrowInvalid as error:
        raise DocumentFault(f"{document.address}: not readable as CSV: {error}") from error
    found = pa.concat_tables(blocks).select(list(COLUMNS)).rename_columns(list(COLUMNS.values()))
    day = pa.array([document.document_on.isoformat()] * len(found), pa.string())
    return {"aws_prices": found.append_column("stated_on", day)}


def _choose(block: pa.Table) -> pa.Table:
    """Return the lines of a block that price a followed machine."""
    rows = block.filter(pc.is_valid(block["GPU"]))
    for name, value in CHOSEN.items():
        rows = rows.filter(pc.is_in(rows[name], pa.array([value])))
    return rows
