"""Compute Balance: from public documents to an audited release of balance tables.

Rooms: `sources` (one folder per origin), `contracts` (what a source promises), `archive` and
`ingest` (bytes to typed rows), `build` (dbt on one build file), `quality` (Great Expectations),
`release` (write, audit, publish), `assets` and `definitions` (Dagster), `cli`.
"""

__version__ = "0.1.0"
