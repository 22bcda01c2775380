"""Making the small project in a folder of its own, changing it, and running it.

Everything goes through the same doors as the repository itself: `Settings` point at other folders,
or the `COMPUTE_BALANCE_*` variables do in a process of its own. Only the rows are others.
"""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from pipelines.base.settings import PROJECT_DIR, Settings
from pipelines.contracts.load import load_contracts
from pipelines.contracts.staging import generate_staging, write_generated
from pipelines.run.pipeline import run_pipeline
from pipelines.run.state import Outcome

TEMPLATE = Path(__file__).parent / "template"
# what the small project shares with the repository, so that the real ones are what is tested
SHARED_DBT_FILES = (
    "profiles.yml",
    "macros/generate_schema_name.sql",
    "macros/significant.sql",
    "macros/materializations.sql",
    "macros/unique_key.sql",
    "models/staging/_build__sources.yml",
)


@dataclass
class SmallProject:
    """One copy of the small project with a warehouse of its own."""

    root: Path
    settings: Settings
    lines: list[str] = field(default_factory=list)

    def get_contract_path(self, source: str = "quotes") -> Path:
        """Return where a source's contract is."""
        return self.settings.sources_dir / source / "contract.yml"

    def get_data_path(self, source: str = "quotes") -> Path:
        """Return where a source's embedded rows are."""
        return self.settings.sources_dir / source / "data" / f"{source}.csv"

    def replace_text(self, path: Path, old: str, new: str) -> None:
        """Replace text that must stand in a file exactly once."""
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path.name}: {old!r} occurs {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def read_quotes(self) -> list[dict[str, str]]:
        """Return the embedded quotes as rows of text."""
        text = self.get_data_path().read_text(encoding="utf-8")
        return list(csv.DictReader(io.StringIO(text)))

    def write_quotes(self, rows: list[dict[str, str]]) -> None:
        """Put other quotes in the place of the embedded ones."""
        self.get_data_path().write_bytes(format_csv(rows))

    def change_quote(self, quote_id: str, **cells: str) -> None:
        """Change cells of one quote."""
        rows = self.read_quotes()
        (row,) = [row for row in rows if row["quote_id"] == quote_id]
        assert set(cells) <= set(row)
        row.update(cells)
        self.write_quotes(rows)

    def set_address(self, url: str) -> None:
        """Let the quotes be fetched from an address, in the place of the closed port 9."""
        self.replace_text(self.get_contract_path(), "http://127.0.0.1:9/quotes.csv", url)

    def generate_staging(self) -> None:
        """Write the staging models from the contracts, as after any change to them."""
        folder = self.settings.dbt_dir / "models" / "staging"
        files = generate_staging(load_contracts(self.settings.sources_dir))
        write_generated({folder / name: text for name, text in files.items()}, folder)

    def run(self, as_of: date | None = None, live: bool = False) -> Outcome:
        """Run the main job in this process; progress lines are kept in `lines`."""
        self.lines.clear()
        return run_pipeline(self.settings, as_of, live, [], self.lines.append)

    def query(self, sql: str, path: Path | None = None) -> list[tuple]:
        """Ask the current release, or another database file, read-only."""
        with duckdb.connect(str(path or self.settings.current_path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def get_environment(self) -> dict[str, str]:
        """Return the environment under which a process of its own works on this project."""
        names = ("sources_dir", "dbt_dir", "expectations_dir", "docs_dir", "warehouse_dir")
        own = {f"COMPUTE_BALANCE_{n.upper()}": str(getattr(self.settings, n)) for n in names}
        own["COMPUTE_BALANCE_KEEP_RELEASES"] = str(self.settings.keep_releases)
        own["COMPUTE_BALANCE_STORE"] = self.settings.store
        outer = {k: v for k, v in os.environ.items() if not k.startswith("COMPUTE_BALANCE_")}
        # compiled once instead of by each process: the large packages take seconds to compile
        outer.pop("PYTHONDONTWRITEBYTECODE", None)
        return outer | own

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of the command line as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *arguments],
            cwd=PROJECT_DIR,
            env=self.get_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line to its end."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def copy_to(self, root: Path) -> "SmallProject":
        """Copy the project with its warehouse to another folder."""
        shutil.copytree(self.root, root, symlinks=True)
        return open_project(root, keep_releases=self.settings.keep_releases)


def format_csv(rows: list[dict[str, str]]) -> bytes:
    """Write rows as a CSV document with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def open_project(root: Path, keep_releases: int = 10) -> SmallProject:
    """Return the project that stands in a folder."""
    settings = Settings(
        sources_dir=root / "sources",
        dbt_dir=root / "dbt",
        expectations_dir=root / "expectations",
        docs_dir=root / "docs",
        warehouse_dir=root / "warehouse",
        keep_releases=keep_releases,
        fetch_timeout_s=5.0,
        fetch_retries=2,
        fetch_pause_s=0.0,
    )
    return SmallProject(root, settings)


def build_project(root: Path, keep_releases: int = 10) -> SmallProject:
    """Make the small project in an empty folder, its staging models generated, nothing run."""
    shutil.copytree(TEMPLATE, root, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SHARED_DBT_FILES:
        target = root / "dbt" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT_DIR / "dbt" / name, target)
    project = open_project(root, keep_releases)
    project.generate_staging()
    return project


def add_assumptions(project: SmallProject) -> None:
    """Add the repository's registry of assumptions, but for what names a chip of its own."""
    target = project.settings.sources_dir / "assumptions"
    shutil.copytree(Settings().sources_dir / "assumptions", target)
    contract = target / "contract.yml"
    text = contract.read_text(encoding="utf-8")
    text = re.sub(r"min_rows: [0-9]+", "min_rows: 1", text[: text.index("  - table: inference_")])
    contract.write_text(text, encoding="utf-8")
    path = target / "data" / "assumptions.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    path.write_bytes(format_csv([row for row in rows if not row["chip_id"]]))
    (target / "data" / "inference_only_chips.csv").unlink()
    # corrections of rows that have gone expire
    (target / "corrections.yml").unlink()
    project.generate_staging()
