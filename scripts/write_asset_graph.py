"""Write the asset graph of this repository to the snapshot that a test compares it with."""

from pathlib import Path

import dagster as dg

from pipelines.assets.graph import write_graph
from pipelines.base.settings import PROJECT_DIR

SNAPSHOT = PROJECT_DIR / "tests" / "snapshots" / "dagster_graph.txt"


def write_snapshot(definitions: dg.Definitions, path: Path) -> None:
    """Write the graph of definitions to a file."""
    path.write_text(write_graph(definitions), encoding="utf-8")


def main() -> None:
    """Write the graph of this repository's definitions."""
    from pipelines.definitions import defs

    write_snapshot(defs, SNAPSHOT)


if __name__ == "__main__":
    main()
