"""Write the asset graph of this repository to the snapshot that a test compares it with."""

from pipelines.assets.graph import write_graph
from pipelines.base.settings import PROJECT_DIR
from pipelines.definitions import defs

SNAPSHOT = PROJECT_DIR / "tests" / "snapshots" / "dagster_graph.txt"


def main() -> None:
    """Write the graph of this repository's definitions."""
    SNAPSHOT.write_text(write_graph(defs), encoding="utf-8")


if __name__ == "__main__":
    main()
