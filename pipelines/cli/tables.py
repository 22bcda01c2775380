"""Printing: plain text tables, and JSON where a program asks."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings, columns padded to the widest cell; numbers stand to the right."""
    cells = [[_show(value) for value in row] for row in rows]
    widths = [
        max([len(name), *(len(row[index]) for row in cells)]) for index, name in enumerate(columns)
    ]
    is_number = [
        bool(rows) and all(isinstance(row[i], int | float | None) for row in rows)
        for i in range(len(columns))
    ]

    def line(values: Sequence[str]) -> str:
        padded = [
            value.rjust(width) if right else value.ljust(width)
            for value, width, right in zip(values, widths, is_number, strict=True)
        ]
        return "  ".join(padded).rstrip()

    click.echo(line(columns))
    click.echo(line(["-" * width for width in widths]))
    for row in cells:
        click.echo(line(row))


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def print_json(content: object) -> None:
    """Print a value as JSON, days and moments as text."""
    click.echo(json.dumps(content, indent=1, ensure_ascii=False, default=str))
