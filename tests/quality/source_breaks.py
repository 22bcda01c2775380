"""Breaks of a source's rows: done to the embedded table, which is then loaded again."""

from collections.abc import Callable

from tests.quality.breaks import Break, Rows, SourceBreak


def set_cell(row: int, **cells: str) -> Callable[[Rows], Rows]:
    """Return a change of cells of one row, counted from 0."""

    def change(rows: Rows) -> Rows:
        assert set(cells) <= set(rows[row])
        rows[row] = rows[row] | cells
        return rows

    return change


def swap_cells(row: int, first: str, second: str) -> Callable[[Rows], Rows]:
    """Return a change that swaps two cells of one row."""

    def change(rows: Rows) -> Rows:
        cells = rows[row]
        assert cells[first] != cells[second]
        rows[row] = cells | {first: cells[second], second: cells[first]}
        return rows

    return change


def scale_cell(row: int, column: str, factor: float) -> Callable[[Rows], Rows]:
    """Return a change that multiplies one number."""

    def change(rows: Rows) -> Rows:
        rows[row] = rows[row] | {column: str(float(rows[row][column]) * factor)}
        return rows

    return change


def repeat_row(row: int, **cells: str) -> Callable[[Rows], Rows]:
    """Return a change that adds a row again, with other cells."""

    def change(rows: Rows) -> Rows:
        return [*rows, rows[row] | cells]

    return change


SOURCE_BREAKS: list[Break] = [
    SourceBreak(
        "the 5 and 95 % points of a shipment are swapped",
        "epoch_chip_counts.chip_shipments_quarterly.no_row_quarantined",
        "epoch_chip_counts",
        "chip_shipments_quarterly",
        swap_cells(0, "units_p5", "units_p95"),
        tells="not in order",
    ),
    SourceBreak(
        "a shipment slips by a thousand, its H100 equivalents do not",
        "epoch_chip_counts.chip_shipments_quarterly.no_row_quarantined",
        "epoch_chip_counts",
        "chip_shipments_quarterly",
        lambda rows: [
            rows[0] | {n: rows[0][n] + "000" for n in ("units_p5", "units_p50", "units_p95")},
            *rows[1:],
        ],
        tells="is above",
    ),
    SourceBreak(
        "a fiscal quarter is labelled as a calendar quarter",
        "epoch_chip_counts.chip_shipments_quarterly.no_row_quarantined",
        "epoch_chip_counts",
        "chip_shipments_quarterly",
        set_cell(0, period_start="2022-01-31", period_end="2022-05-01"),
        tells="calendar quarter",
    ),
    SourceBreak(
        "an exchange rate is negative",
        "exchange_rates.fx_rates.no_row_quarantined",
        "exchange_rates",
        "fx_rates",
        set_cell(5, rate="-6.9"),
        tells="rate",
    ),
    SourceBreak(
        "a share stands where a percentage belongs",
        "efficiency_observations.efficiency_observations.no_row_quarantined",
        "efficiency_observations",
        "efficiency_observations",
        set_cell(0, mfu_pct="0.462"),
        tells="mfu_pct",
    ),
    SourceBreak(
        "petaflops are entered as exaflops",
        "national_compute.national_compute_capacity.no_row_quarantined",
        "national_compute",
        "national_compute_capacity",
        scale_cell(0, "value", 1000),
        tells="PFLOPS were taken for EFLOPS",
    ),
    SourceBreak(
        "power of the facility and of its IT equipment are swapped",
        "datacenter_sites.site_timelines.no_row_quarantined",
        "datacenter_sites",
        "site_timelines",
        swap_cells(1, "power_mw", "it_power_mw"),
        tells="at least the power of its IT equipment",
    ),
    SourceBreak(
        "a chip is called by a name that no list knows",
        "hardware_prices.hardware_prices.no_row_quarantined",
        "hardware_prices",
        "hardware_prices",
        set_cell(0, chip_id="nvidia-h1000"),
        tells="unknown id",
    ),
    SourceBreak(
        "a clause belongs to an act that does not exist",
        "export_controls.rule_parameters.no_row_quarantined",
        "export_controls",
        "rule_parameters",
        set_cell(0, policy_id="us-2099-ifr"),
        tells="unknown id",
    ),
    SourceBreak(
        "a figure is dated in the future",
        "hardware_prices.hardware_prices.no_row_quarantined",
        "hardware_prices",
        "hardware_prices",
        set_cell(0, published_on="2099-01-01"),
        tells="published_on",
    ),
    SourceBreak(
        "an owner appears a second time with another figure",
        "epoch_chip_counts.chip_shipments_quarterly.no_row_quarantined",
        "epoch_chip_counts",
        "chip_shipments_quarterly",
        repeat_row(0, units_p50="212121"),
        tells="rows that differ",
    ),
    SourceBreak(
        "the region of an assumption is misspelt",
        "assumptions.assumptions.no_row_quarantined",
        "assumptions",
        "assumptions",
        set_cell(0, region_id="USA"),
        tells="region_id",
    ),
    SourceBreak(
        "an assumption names a chip where its parameter knows none",
        "assumptions.assumptions.no_row_quarantined",
        "assumptions",
        "assumptions",
        set_cell(0, chip_id="nvidia-b200"),
        tells="rows of deployment_share fill region_id;owner of these columns",
    ),
    SourceBreak(
        "a file is cut off in the middle of a line",
        "exchange_rates.fx_rates.no_row_quarantined",
        "exchange_rates",
        "fx_rates",
        replace_text=lambda text: text[: text.rindex(",reported")],
        tells="does not fit the header",
    ),
    SourceBreak(
        "a column is renamed upstream",
        "exchange_rates.no_document_refused",
        "exchange_rates",
        "fx_rates",
        replace_text=lambda text: text.replace("period_end", "period_until", 1),
        tells="missing column period_end",
    ),
    SourceBreak(
        "a login page comes instead of data",
        "exchange_rates.no_document_refused",
        "exchange_rates",
        "fx_rates",
        replace_text=lambda text: "<!DOCTYPE html><html><body>Sign in</body></html>",
        tells="found a web page",
    ),
    SourceBreak(
        "most of a table is cut off",
        "chips.no_document_refused",
        "chips",
        "chips",
        change=lambda rows: rows[:60],
        tells="expected at least 100",
    ),
    SourceBreak(
        "upstream mends an error that is still being corrected here",
        "chip_specs.no_document_refused",
        "chip_specs",
        "chip_specs",
        change=lambda rows: [
            row | {"released_on": "2022-03-22"} if row["chip_id"] == "amd-mi210" else row
            for row in rows
        ],
        tells="upstream has changed",
    ),
]
