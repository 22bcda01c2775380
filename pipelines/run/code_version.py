"""The version of the code that a build rests on: it decides whether a run would only repeat one.

It covers the rooms that figures pass through, the parsers of sources, the dbt project and the
suites of the audit. It leaves out what only shows figures (answers, pages, assets, command line),
and in all files what only people read: comments, docstrings, line breaks of SQL.
"""

from pathlib import Path

from pipelines import __version__
from pipelines.base.code import hash_code
from pipelines.base.files import hash_bytes
from pipelines.base.settings import Settings

PACKAGE_DIR = Path(__file__).resolve().parents[1]
# the rooms that change no figure, and the module that only wires Dagster
SHOWING_ROOMS = ("answers", "pages", "upkeep", "assets", "cli", "definitions.py")
DBT_PATTERNS = ("models/**/*", "macros/**/*", "tests/**/*", "*.yml")
EXPECTATION_PATTERNS = ("**/*.yml", "**/*.py")


def compute_code_version(settings: Settings, package_dir: Path = PACKAGE_DIR) -> str:
    """Return version and hash of all code that shapes a release.

    Args:
        settings: where sources, dbt project and suites are.
        package_dir: the package whose rooms count.

    Returns:
        For example `0.1.0+e352c6a66913`.
    """
    rooms = [
        path
        for path in package_dir.rglob("*.py")
        if path.relative_to(package_dir).parts[0] not in (*SHOWING_ROOMS, "sources")
    ]
    groups = (
        (package_dir, rooms),
        (settings.sources_dir, list(settings.sources_dir.glob("*/*.py"))),
        (settings.dbt_dir, _find(settings.dbt_dir, DBT_PATTERNS)),
        (settings.expectations_dir, _find(settings.expectations_dir, EXPECTATION_PATTERNS)),
    )
    hashes = [hash_code(paths, root) for root, paths in groups]
    return f"{__version__}+{hash_bytes(''.join(hashes).encode())[:12]}"


def _find(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in folder.glob(pattern) if path.is_file()]
