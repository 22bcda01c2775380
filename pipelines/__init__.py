"""Compute Balance: from public documents to an audited release of balance tables.

Rooms, from the ground up; each may use those before it:

- `base`: errors, files, settings, quoting
- `contracts`: what a source promises
- `archive`: documents, and all that fetches
- `ingest`: bytes to typed rows
- `build`: dbt on one build file
- `quality`: checks, and what a run records
- `release`: meta tables, publish, diff, rollback
- `answers`: questions of people, answered from a release
- `pages`: pages for people
- `run`: the main job
- `assets`: Dagster's view of it
- `cli`: the command line

`definitions` wires Dagster; `sources` holds one folder per origin.
"""

__version__ = "0.1.0"
