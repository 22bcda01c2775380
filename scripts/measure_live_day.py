"""Measure live days over all connectors against upstreams that this machine plays.

Three days: the first fetch of everything, a day without news, and a day on which the cloud
catalogue has other prices. For each the requests, the seconds of asking and loading, and what the
archive grew by. `--lines` is the size of each catalogue file.
"""

import argparse
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.small_project.local_server import Answer
from tests.upstreams.day import LiveWarehouse, open_warehouse, play_all
from tests.upstreams.player import KEYS, Upstreams, play_upstreams

CATALOGUE = "skypilot_catalog"
HEADER = (
    "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,Price,Region,GpuInfo,SpotPrice\n"
)


@dataclass(frozen=True)
class Day:
    """What one live day cost."""

    day: str
    requests: int
    new_documents: int
    fetch_s: float
    load_s: float
    archive_mb: float


def write_catalogue(lines: int, price: float) -> bytes:
    """Return a catalogue file of so many plans, half of them at another price."""
    rows = [
        f"plan-{number},H100,8,192,2048,{price if number % 2 else 20},region-{number},,\n"
        for number in range(lines)
    ]
    return (HEADER + "".join(rows)).encode()


def serve_catalogue(upstreams: Upstreams, warehouse: LiveWarehouse, content: bytes) -> None:
    """Let every provider of the catalogue serve the same file."""
    for address in warehouse.get(CATALOGUE).addresses:
        if address.document != "versions":
            upstreams.answer(address, Answer(body=content, etag=f'"{hash(content):x}"'))


def weigh(folder: Path) -> float:
    """Return the megabytes of all files of a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def measure_day(
    name: str, upstreams: Upstreams, warehouse: LiveWarehouse, every_source: bool = True
) -> Day:
    """Fetch once, and load every source, or connectors and lists of ids alone."""
    before, weight = len(upstreams.asked), weigh(warehouse.settings.archive_dir)
    fetch_s = warehouse.fetch()
    load_s = warehouse.load_all() if every_source else warehouse.load()
    return Day(
        name,
        len(upstreams.asked) - before,
        sum(fetch.outcome == "new" for fetch in warehouse.fetches),
        round(fetch_s, 2),
        round(load_s, 2),
        round(weigh(warehouse.settings.archive_dir) - weight, 2),
    )


def measure(folder: Path, lines: int) -> list[Day]:
    """Return what the three days cost."""
    with play_upstreams() as upstreams:
        warehouse = open_warehouse(folder)
        play_all(upstreams, warehouse)
        serve_catalogue(upstreams, warehouse, write_catalogue(lines, 24.0))
        first = measure_day("first fetch", upstreams, warehouse)
        quiet = measure_day("no news", upstreams, warehouse)
        serve_catalogue(upstreams, warehouse, write_catalogue(lines, 25.0))
        return [first, quiet, measure_day("catalogue news", upstreams, warehouse)]


def main() -> None:
    """Print what each day cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5000)
    lines = parser.parse_args().lines
    os.environ |= KEYS
    with tempfile.TemporaryDirectory() as folder:
        for day in measure(Path(folder) / "warehouse", lines):
            print(", ".join(f"{name} {value}" for name, value in asdict(day).items()))


if __name__ == "__main__":
    main()
