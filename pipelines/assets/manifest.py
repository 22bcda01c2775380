"""dbt's manifest for loading definitions: parsed again when the dbt project has changed."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipelines.base.errors import BuildFailed
from pipelines.base.files import hash_files, write_bytes
from pipelines.base.settings import Settings
from pipelines.build.models import get_dbt_environment, get_dbt_executable

PARSED_PATTERNS = ("models/**/*", "macros/**/*", "tests/**/*", "*.yml")
HASH_FILE = "parsed.sha256"


@dataclass(frozen=True)
class ParsedProject:
    """A dbt project's manifest, and the hash of the project that it was made from."""

    manifest: dict[str, Any]
    project_hash: str


def parse_project(settings: Settings) -> ParsedProject:
    """Return the manifest of the dbt project as it stands now.

    A folder of its own keeps it apart from the artifacts of a run that may be going on. Parsing is
    left to a process of its own, so that whoever loads definitions never holds a build file open.
    One process parses at a time: Dagster's web server, daemon and run workers load the definitions
    side by side, and none may read a manifest that another is still writing.

    Raises:
        BuildFailed: the dbt project cannot be parsed; shows dbt's messages.
    """
    folder = settings.build_dir / "definitions"
    manifest_path, hash_path = folder / "manifest.json", folder / HASH_FILE
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(str(folder / "parse.lock")):
        wanted = hash_project(settings.dbt_dir)
        is_parsed = manifest_path.exists() and hash_path.exists()
        if not is_parsed or hash_path.read_text(encoding="utf-8") != wanted:
            hash_path.unlink(missing_ok=True)
            _parse(settings, folder)
            write_bytes(hash_path, wanted.encode())
        return ParsedProject(json.loads(manifest_path.read_text(encoding="utf-8")), wanted)


def require_unchanged(parsed: ParsedProject, settings: Settings) -> None:
    """Refuse to build models that the loaded definitions do not know.

    Raises:
        BuildFailed: the dbt project has changed since it was loaded.
    """
    if hash_project(settings.dbt_dir) != parsed.project_hash:
        raise BuildFailed(
            f"{settings.dbt_dir}: the dbt project has changed since Dagster loaded it; reload the "
            "definitions and launch again"
        )


def hash_project(dbt_dir: Path) -> str:
    """Return a hash of everything in a dbt project that its manifest depends on."""
    paths = {path for pattern in PARSED_PATTERNS for path in dbt_dir.glob(pattern)}
    return hash_files([path for path in paths if path.is_file()], dbt_dir)


def _parse(settings: Settings, folder: Path) -> None:
    finished = subprocess.run(
        [
            str(get_dbt_executable()), "parse",
            "--project-dir", str(settings.dbt_dir),
            "--profiles-dir", str(settings.dbt_dir),
            "--target-path", str(folder),
            "--log-path", str(folder),
            "--quiet",
        ],
        env=os.environ | get_dbt_environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if finished.returncode != 0:
        raise BuildFailed(
            f"{settings.dbt_dir}: dbt cannot parse the project; mend it and load again\n"
            f"{finished.stdout.strip()}\n{finished.stderr.strip()}"
        )
