"""From the service's CSV to the quotes table: the columns have the contract's names already."""

import io

import pyarrow as pa
from pyarrow import csv

from pipelines.archive.documents import Document


def parse(document: Document, content: bytes) -> dict[str, pa.Table]:
    """Read the rows as they stand, every cell as text and empty cells as null."""
    header = content.split(b"\n", 1)[0].decode().strip().split(",")
    options = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=True
    )
    return {"quotes": csv.read_csv(io.BytesIO(content), convert_options=options)}
