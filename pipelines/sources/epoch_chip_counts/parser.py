"""From the repository archive of Epoch AI's ai-chip-counts to the two shipment tables.

The upstream writes one thing in many ways: dates as 3/31/2022, 2022-03-31 or 9/30/25 (always
month first), medians with and without a suffix, H100 or H100/H200, an open quarter as a word in a
note or `checked` in a column. `FILES` says what each file holds; the rows stay the upstream's own,
except the owner Other of NVIDIA, which has no row in the owner file: as in the embedded tables it
is the sum of its medians by chip and says so in `method`.

A single state does not tell how long a figure has stood. One that stands in a kept vintage was
public since then; any other is new on the day of the document.
"""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault

DATA = Path(__file__).parent / "data"
REPOSITORY = "https://github.com/epoch-research/ai-chip-counts"
CROSSWALK = DATA / "chip_label_crosswalk.csv"
FIGURES = ("units_p5", "units_p50", "units_p95", "h100e_p5", "h100e_p50", "h100e_p95")
OWNER_REGIONS = {"China": "CN", "Other": None, "all": "all"}  # all other owners sit in the US
VENDORS = {"nvidia": "nvidia", "tpu": "google", "amd": "amd", "trainium": "aws"}
METHODS = {
    "nvidia": "monte_carlo_revenue_allocation",
    "tpu": "monte_carlo_broadcom_revenue",
    "amd": "monte_carlo_revenue_mix",
    "trainium": "monte_carlo_disclosure_triangulation",
    "coreweave": "power_capacity_and_disclosure",
    "named_other": "deployment_tracking",
}
# commas stand between thousands; anywhere else they make a text that is no number
THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
SUM_METHOD = "sum_of_owner_chip_medians"

# File, family of chips, and what its rows are split by.
FILES = """
csv_export/nvidia_calendar_quarter_chip_timelines nvidia by_chip
csv_export/nvidia_fiscal_quarter_chip_timelines nvidia by_chip
csv_export/nvidia_cumulative_by_chip nvidia by_chip
csv_export/nvidia_cumulative_totals nvidia total
csv_export/tpu_calendar_quarter_chip_timelines tpu by_chip
csv_export/tpu_fiscal_quarter_chip_timelines tpu by_chip
csv_export/tpu_cumulative_by_chip tpu by_chip
csv_export/tpu_cumulative_totals tpu total
csv_export/amd_chip_timelines amd by_chip
csv_export/amd_cumulative_by_chip amd by_chip
csv_export/amd_cumulative_totals amd total
csv_export/trainium_chip_timelines trainium by_chip
csv_export/trainium_cumulative_by_chip trainium by_chip
csv_export/trainium_cumulative_totals trainium total
data_inputs/nvidia_other_quarters_by_chip nvidia by_owner_chip
data_inputs/nvidia_other_cumulative_by_chip nvidia by_owner_chip
data_inputs/nvidia_other_cumulative_totals nvidia by_owner
data_inputs/named_other_owners_cumulative_by_chip nvidia by_owner_chip
data_inputs/named_other_owners_cumulative_totals nvidia by_owner
owners_csv_export/coreweave/coreweave_owners_quarters_by_chip nvidia by_owner_chip
owners_csv_export/coreweave/coreweave_owners_cumulative_by_chip nvidia by_owner_chip
owners_csv_export/coreweave/coreweave_owners_cumulative_totals nvidia by_owner
owners_csv_export/nvidia_owners_quarters nvidia by_owner
owners_csv_export/nvidia_owners_quarters_by_chip nvidia by_owner_chip
owners_csv_export/nvidia_owners_cumulative_by_chip nvidia by_owner_chip
owners_csv_export/nvidia_owners_cumulative_totals nvidia by_owner
owners_csv_export/nvidia_owners_OTHER_quarters_by_chip nvidia by_owner_chip
owners_csv_export/nvidia_owners_OTHER_cumulative_by_chip nvidia by_owner_chip
owners_csv_export/nvidia_owners_OTHER_cumulative_totals nvidia by_owner
owners_csv_export/tpu_owners_quarters_by_chip tpu by_owner_chip
owners_csv_export/tpu_owners_cumulative_by_chip tpu by_owner_chip
owners_csv_export/tpu_owners_cumulative_totals tpu by_owner
owners_csv_export/amd_owners_quarters amd by_owner
owners_csv_export/amd_owners_quarters_by_chip amd by_owner_chip
owners_csv_export/amd_owners_cumulative_by_chip amd by_owner_chip
owners_csv_export/amd_owners_cumulative_totals amd by_owner
owners_csv_export/trainium_owners_quarters_by_chip trainium by_owner_chip
owners_csv_export/trainium_owners_cumulative_by_chip trainium by_owner_chip
owners_csv_export/trainium_owners_cumulative_totals trainium by_owner
"""


@dataclass(frozen=True)
class Layout:
    """What one file of the upstream holds."""

    path: str
    family: str
    grain: str

    @property
    def vendor(self) -> str:
        """Designer of the chips."""
        return VENDORS[self.family]

    @property
    def basis(self) -> str:
        """Kind of period: cq calendar quarter, fy fiscal quarter, cum running total."""
        return "cum" if "cumulative" in self.path else "fy" if "fiscal" in self.path else "cq"

    @property
    def is_subset(self) -> bool:
        """Whether the rows repeat a part of the owner Other."""
        return any(word in self.path for word in ("_OTHER_", "coreweave", "named_other"))

    @property
    def partition_set(self) -> str:
        """Set of rows that together count each chip of a vendor once."""
        if self.is_subset:
            return "subset_of_other"
        split = {"by_owner": "owner", "by_owner_chip": "owner_chip"}.get(self.grain, "total")
        return f"{self.family}_{split}{'_fiscal' if self.basis == 'fy' else ''}"

    @property
    def method(self) -> str:
        """How the upstream made the estimate."""
        named = (word for word in ("coreweave", "named_other") if word in self.path)
        return METHODS[next(named, self.family)]


def _list_layouts() -> list[Layout]:
    lines = (line.split() for line in FILES.strip().splitlines())
    return [Layout(f"{path}.csv", family, grain) for path, family, grain in lines]


LAYOUTS = _list_layouts()


def read_day(text: str, label: str) -> str:
    """Return an ISO day from the upstream's three ways of writing one (month first).

    Raises:
        DocumentFault: the text is in none of them.
    """
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"):
        try:
            return datetime.strptime(text.strip(), form).date().isoformat()
        except ValueError:
            continue
    raise DocumentFault(f"{label}: day {text!r}; expected 2022-03-31, 3/31/2022 or 3/31/22")


def read_number(row: dict[str, str], names: tuple[str, ...], label: str) -> str | None:
    """Return a number's text from the first of several column names, None where the cell is empty.

    Raises:
        DocumentFault: the file has none of the columns.
    """
    lowered = {name.lower(): value for name, value in row.items() if name}
    for name in names:
        if name in lowered:
            text = (lowered[name] or "").strip()
            if THOUSANDS.fullmatch(text):
                text = text.replace(",", "")
            return text.removesuffix(".0") or None
    raise DocumentFault(f"{label}: missing column {names[0]!r}; found {', '.join(lowered)}")


def _is_incomplete(row: dict[str, str]) -> str:
    marked = (row.get("Incomplete") or "").strip() == "checked"
    noted = any((row.get(name) or "").startswith("Incomplete") for name in ("Note", "Notes"))
    return str(marked or noted)


def _read_figures(row: dict[str, str], label: str) -> dict[str, str | None]:
    low, high = "(5th percentile)", "(95th percentile)"
    h100e = "compute estimate in h100e"
    return {
        "units_p5": read_number(row, (f"number of units {low}",), label),
        "units_p50": read_number(row, ("number of units", "number of units (median)"), label),
        "units_p95": read_number(row, (f"number of units {high}",), label),
        "h100e_p5": read_number(row, (f"h100e {low}", f"{h100e} {low}"), label),
        "h100e_p50": read_number(row, (f"{h100e} (median)",), label),
        "h100e_p95": read_number(row, (f"h100e {high}", f"{h100e} {high}"), label),
    }


def _parse_row(
    row: dict[str, str], layout: Layout, chips: dict[str, str], document: Document
) -> dict[str, str | None]:
    label = f"{document.source_id}: {layout.path}"
    by_chip = layout.grain in ("by_chip", "by_owner_chip")
    chip_label = row["Chip type"].strip() if by_chip else "all"
    chip_id = chips.get(chip_label, chip_label)  # an unknown label goes on and is quarantined
    owner = row["Owner"].strip() if layout.grain.startswith("by_owner") else "all"
    start, end = read_day(row["Start date"], label), read_day(row["End date"], label)
    stem = f"{chip_id if by_chip else f'{layout.vendor}-all'}-{owner.lower()}"
    grain = layout.grain.replace("_", "-")
    shared = {
        "grain": layout.grain,
        "chip_id": chip_id,
        "chip_label": chip_label,
        "vendor": layout.vendor,
        "owner": owner,
        "owner_region": OWNER_REGIONS.get(owner, "US"),
        **_read_figures(row, label),
        "is_incomplete": _is_incomplete(row),
        "in_partition": str(not layout.is_subset and layout.basis != "fy"),
        "partition_set": layout.partition_set,
        "method": layout.method,
        "source_publisher": "Epoch AI",
        "source_title": "ai-chip-counts model exports (MIT)",
        "source_url": f"{REPOSITORY}/blob/main/{layout.path}",
        "published_on": document.document_on.isoformat(),
        "accessed_on": document.document_on.isoformat(),
        "confidence": "modelled",
        "note": None,
    }
    if layout.basis == "cum":
        power = None
        if any((name or "").lower() == "power in mw (median)" for name in row):
            power = read_number(row, ("power in mw (median)",), label)
        suffix = "-sub" if layout.is_subset else ""
        return shared | {
            "stock_id": f"cum-{stem}-{end}-{grain}{suffix}",
            "since_date": start,
            "as_of_date": end,
            "power_mw_p50": power,
        }
    suffix = "" if layout.grain == "by_chip" else f"-{grain}"
    return shared | {
        "shipment_id": f"{stem}-{layout.basis}-{end}{'-sub' if layout.is_subset else ''}{suffix}",
        "period_start": start,
        "period_end": end,
        "period_basis": "fiscal_quarter" if layout.basis == "fy" else "calendar_quarter",
    }


def _sum_other(rows: list[dict[str, str | None]]) -> list[dict[str, str | None]]:
    """Add NVIDIA's owner Other per quarter: the sum of its medians by chip, with no interval."""
    parts: dict[str, list[dict[str, str | None]]] = {}
    for row in rows:
        if row["partition_set"] == "nvidia_owner_chip" and row["owner"] == "Other":
            parts.setdefault(str(row["period_end"]), []).append(row)
    sums = []
    for end, found in parts.items():
        total = {
            name: str(sum(int(part[name] or 0) for part in found))
            for name in ("units_p50", "h100e_p50")
        }
        empty = dict.fromkeys(("units_p5", "units_p95", "h100e_p5", "h100e_p95"))
        sums.append(
            found[0]
            | empty
            | total
            | {
                "shipment_id": f"nvidia-all-other-cq-{end}-by-owner",
                "grain": "by_owner",
                "chip_id": "all",
                "chip_label": "all",
                "partition_set": "nvidia_owner",
                "method": SUM_METHOD,
                "confidence": "inferred",
            }
        )
    return sums


def parse(document: Document, content: bytes) -> dict[str, pa.Table]:
    """Read the repository's ZIP archive.

    Returns:
        `chip_shipments_quarterly` and `chip_cumulative_stated`, all columns as text.
        `published_on` is that of the first kept vintage with the row's figures; where there is
        none, the day of the document.

    Raises:
        DocumentFault: no ZIP archive, or a file of `LAYOUTS` or one of its columns is missing.
    """
    with CROSSWALK.open(encoding="utf-8", newline="") as lines:
        chips = {row["source_label"]: row["chip_id"] for row in csv.DictReader(lines)}
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise DocumentFault(f"{document.source_id}: {document.address}: no ZIP archive") from error
    files = {name.partition("/")[2]: name for name in archive.namelist()}
    missing = [layout.path for layout in LAYOUTS if layout.path not in files]
    if missing:
        raise DocumentFault(
            f"{document.source_id}: {document.address}: missing {', '.join(missing)}; the upstream "
            "changed its layout: mend FILES in the parser"
        )
    shipments: list[dict[str, str | None]] = []
    stocks: list[dict[str, str | None]] = []
    for layout in LAYOUTS:
        text = archive.read(files[layout.path]).decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text, newline=""))
        needed = {"Start date", "End date"}
        needed |= {"Chip type"} if layout.grain in ("by_chip", "by_owner_chip") else set()
        needed |= {"Owner"} if layout.grain.startswith("by_owner") else set()
        if absent := needed - set(rows.fieldnames or []):
            raise DocumentFault(
                f"{document.source_id}: {layout.path}: missing column {', '.join(sorted(absent))}"
            )
        target = stocks if layout.basis == "cum" else shipments
        target += [_parse_row(row, layout, chips, document) for row in rows]
    shipments += _sum_other(shipments)
    _date_back(shipments, "shipment_id", "chip_shipments_vintages.csv")
    _date_back(stocks, "stock_id", "chip_cumulative_quarterly.csv")
    return {
        "chip_shipments_quarterly": _to_table(shipments),
        "chip_cumulative_stated": _to_table(stocks),
    }


def _get_figures(row: Mapping[str, str | None], key: str) -> tuple[str | float | None, ...]:
    """Return the id of a row and its figures; a text that is no number stands for itself."""
    found: list[str | float | None] = [row[key]]
    for name in FIGURES:
        text = row[name] or None
        try:
            found.append(None if text is None else float(text))
        except ValueError:
            found.append(text)
    return tuple(found)


def _date_back(rows: list[dict[str, str | None]], key: str, file: str) -> None:
    """Give rows whose figures stand in a kept vintage the day on which they became public."""
    kept: dict[tuple[str | float | None, ...], str] = {}
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            figures = _get_figures(row, key)
            kept[figures] = min(row["published_on"], kept.get(figures, row["published_on"]))
    for row in rows:
        row["published_on"] = kept.get(_get_figures(row, key), row["published_on"])


def _to_table(rows: list[dict[str, str | None]]) -> pa.Table:
    return pa.table({name: pa.array([r[name] for r in rows], pa.string()) for name in rows[0]})
