"""Dagster's runs and events in a real PostgreSQL server, started on a port of this machine.

`make test-postgres` runs this; `make test` does without it, because it needs Debian's package
`postgresql` and what reaches it. The server refuses to run as root, so root starts it as the user
`postgres`, whom that package makes.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipelines.assets.home import POSTGRES
from tests.small_project.builder import SmallProject

PASSWORD = "kept-out-of-files"


def find_programs() -> Path:
    """Return the folder of the newest server's programs.

    Raises:
        FileNotFoundError: there is none; says what to install.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    if not found:
        raise FileNotFoundError("no PostgreSQL server; run: apt-get install postgresql")
    return found[-1].parent


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Start a server with an empty database and give its address."""
    programs = find_programs()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = "postgres" if os.getuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    (folder / "word").write_text(PASSWORD, encoding="utf-8")
    (folder / "word").chmod(0o644)

    def run(*words: str) -> None:
        # the server goes on with what it has been given, so its output goes to a file
        with (folder / "output").open("ab") as output:
            subprocess.run(words, check=True, user=user, cwd=folder, stdout=output, stderr=output)

    data = folder / "data"
    run(
        str(programs / "initdb"), "-D", str(data), "-U", "dagster", "-A", "scram-sha-256",
        f"--pwfile={folder / 'word'}",
    )  # fmt: skip
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    run(str(programs / "pg_ctl"), "-D", str(data), "-o", options, "-w", "start")
    try:
        yield f"postgresql://dagster:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "fast", "stop")
        shutil.rmtree(folder)


def ask(address: str, sql: str) -> list[tuple]:
    """Ask the database itself."""
    engine = create_engine(address)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(text(sql))]
    engine.dispose()
    return rows


def test_runs_events_and_schedules_stand_in_the_database(
    small_project: SmallProject, address: str
) -> None:
    def dagster(*words: str) -> None:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("compute-balance")), "dagster", *words],
            env=small_project.get_environment() | {POSTGRES: address},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    dagster("job", "execute", "-m", "pipelines.definitions", "-j", "full_pipeline")
    dagster("schedule", "start", "daily")
    assert small_project.settings.current_path.exists()
    assert ask(address, "select pipeline_name, status from runs") == [("full_pipeline", "SUCCESS")]
    assert ask(address, "select count(*) > 50 from event_logs") == [(True,)]
    assert ask(address, "select status from instigators") == [("RUNNING",)]
    home = small_project.settings.warehouse_dir / "dagster"
    assert not list(home.rglob("*.db"))
    kept = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert kept
    assert not any(PASSWORD.encode() in content for content in kept)
