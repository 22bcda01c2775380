"""A copy of the last build on which people run dbt by hand, to see what a changed model gives.

The copy is theirs: no run reads it, and nothing in it is ever published.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb

from pipelines.base.errors import BuildFailed
from pipelines.base.files import get_temporary_path
from pipelines.base.settings import Settings
from pipelines.build.kept import CARRIED, FINGERPRINTS
from pipelines.build.models import get_dbt_environment, get_dbt_executable


def get_copy_path(settings: Settings) -> Path:
    """Return the copy; compiled SQL names the database by the file's stem, so it keeps its name."""
    return settings.warehouse_dir / "hand" / settings.build_path.name


def copy_build(settings: Settings, is_fresh: bool = False) -> bool:
    """Copy the last build, unless a copy of it is there already.

    Args:
        settings: where builds are.
        is_fresh: throw away what was done in the copy.

    Returns:
        Whether the copy was made now.

    Raises:
        BuildFailed: there is no build yet.
    """
    if not settings.build_path.exists():
        raise BuildFailed(f"{settings.build_path}: there is no build yet; run: make warehouse")
    path = get_copy_path(settings)
    mark = path.with_suffix(".copied")
    source = settings.build_path.stat()
    wanted = f"{source.st_mtime_ns} {source.st_size}"
    if not is_fresh and path.exists() and mark.exists() and mark.read_text("utf-8") == wanted:
        return False
    for leftover in path.parent.glob(f"{path.name}*") if path.parent.exists() else []:
        leftover.unlink()
    temporary = get_temporary_path(path)
    # where the file system can, a copy shares its blocks until one of the two changes
    copied = subprocess.run(
        ["cp", "--reflink=auto", str(settings.build_path), str(temporary)],
        capture_output=True,
        text=True,
    )
    if copied.returncode != 0:
        temporary.unlink(missing_ok=True)
        raise BuildFailed(f"{settings.build_path} could not be copied: {copied.stderr.strip()}")
    _carry_on(temporary)
    temporary.replace(path)
    mark.write_text(wanted, encoding="utf-8")
    return True


def _carry_on(path: Path) -> None:
    """Let incremental models find in the copy what the tables there rest on, as a next run does."""
    with duckdb.connect(str(path)) as connection:
        schema, table = FINGERPRINTS.split(".")
        found = connection.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
        if found:
            connection.execute(f"create or replace table {CARRIED} as from {FINGERPRINTS}")


def run_dbt_by_hand(settings: Settings, arguments: list[str]) -> int:
    """Run dbt on the copy, in a process of its own that shows what it does.

    Args:
        settings: where the dbt project and the copy are.
        arguments: dbt's command and options, for example `["build", "--select", "dim_chip+"]`.

    Returns:
        dbt's exit code.
    """
    folder = get_copy_path(settings).parent
    environment = os.environ | get_dbt_environment(settings)
    environment |= {
        "COMPUTE_BALANCE_BUILD_PATH": str(get_copy_path(settings)),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = [str(get_dbt_executable()), *arguments]
    return subprocess.run(command, cwd=settings.dbt_dir, env=environment).returncode
