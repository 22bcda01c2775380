"""From the publisher's table of accelerators to rows of `hardware_stated`.

Copies differ in the name of the column of memory and in their order.
"""

from collections.abc import Mapping

from pipelines.archive.documents import Document
from pipelines.ingest.parsed import ParsedRows, collect_rows, get_first, read_csv_records

# our columns, and the publisher's names of them over the years
CELLS = {
    "chip_as_written": ("Hardware name",),
    "vendor_as_written": ("Manufacturer",),
    "hardware_kind": ("Type",),
    "released_on": ("Release date",),
    "price_usd": ("Release price (USD)",),
    "fp64_flops": ("FP64 (double precision) performance (FLOP/s)",),
    "fp32_flops": ("FP32 (single precision) performance (FLOP/s)",),
    "tf32_flops": ("TF32 (TensorFloat-32) performance (FLOP/s)",),
    "fp16_flops": ("FP16 (half precision) performance (FLOP/s)",),
    "tensor_fp16_flops": ("Tensor-FP16/BF16 performance (FLOP/s)",),
    "fp8_flops": ("FP8 performance (FLOP/s)",),
    "fp4_flops": ("FP4 performance (FLOP/s)",),
    "int16_ops": ("INT16 performance (OP/s)",),
    "int8_ops": ("INT8 performance (OP/s)",),
    "int4_ops": ("INT4 performance (OP/s)",),
    "memory_bytes": ("Memory (bytes)", "Memory size per board (Byte)"),
    "memory_bytes_per_second": ("Memory bandwidth (byte/s)",),
    "tdp_w": ("TDP (W)",),
    "die_area_mm2": ("Die Size (mm^2)",),
    "process_nm": ("Process size (nm)",),
    "transistors_m": ("Transistors (millions)",),
    "foundry_as_written": ("Foundry",),
}
NEEDED = ("Hardware name", "Manufacturer", "Release date", "TDP (W)")
COLUMNS = (*CELLS, "stated_on")


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read a copy of the table.

    Args:
        document: what was fetched; its day is that of the rows.
        content: the CSV file, encoded as UTF-8.

    Returns:
        `hardware_stated`: one row per record.

    Raises:
        DocumentFault: no CSV in UTF-8, or a column that every copy has is missing.
    """

    def read(record: object) -> dict[str, str | None]:
        assert isinstance(record, Mapping)
        cells = {ours: get_first(record, *theirs) for ours, theirs in CELLS.items()}
        return cells | {"stated_on": document.document_on.isoformat()}

    records = read_csv_records(document, content, NEEDED)
    return {"hardware_stated": collect_rows(records, read, COLUMNS)}
