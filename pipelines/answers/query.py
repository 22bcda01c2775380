"""Asking a release: rows by column name, and names that are nearly right."""

from __future__ import annotations

import difflib

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.rows import Parameters, fetch_dicts

BASELINE = "baseline"


class UnknownNameError(ReleaseError):
    """A name was asked for that the warehouse does not know; suggests near names."""


def fetch_rows(connection: duckdb.DuckDBPyConnection, query: str, values: Parameters) -> list[dict]:
    """Run a query with bound values and return its rows by column name."""
    try:
        return fetch_dicts(connection, query, values)
    except duckdb.CatalogException as error:
        problem = str(error).splitlines()[0]
        raise ReleaseError(
            f"the published file was made by an older version ({problem}); run: make warehouse"
        ) from error


def suggest(name: str, known: list[str]) -> str:
    """Return a half-sentence with names near to the one that was asked for."""
    lowered = {item.lower(): item for item in known}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=4, cutoff=0.5)
    inside = [item for item in lowered if name.lower() in item][:4]
    names = list(dict.fromkeys(lowered[item] for item in [*inside, *near]))
    return f"; did you mean {', '.join(names[:5])}?" if names else ""
