"""A small warehouse that holds one of every kind of file, and what must stay true of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.archive.documents import Archive, Document
from pipelines.base.errors import BuildFailed
from pipelines.base.files import hash_bytes, hash_file, write_json
from pipelines.base.rows import fetch_value
from pipelines.base.settings import now_utc
from pipelines.build.kept_outlooks import KEPT_COLUMNS, get_outlooks_dir
from pipelines.release.ledger import note_digests
from pipelines.release.manifest import list_releases
from scripts.campaign.door import Done, call
from tests.small_project.builder import SmallProject, build_project, format_csv
from tests.small_project.local_server import Answer, serve

EARLIER_DAY = date(2023, 12, 19)
# each is a state of the quotes with its own content
PRICES = ("2.40", "2.50", "2.60")


@dataclass(frozen=True)
class World:
    """A project with releases, and the content hash that a right run gives."""

    project: SmallProject
    content_hash: str
    documents: frozenset[str]


def make_world(root: Path, logs: Path, url: str) -> World:
    """Make a warehouse with two releases, an earlier day, live documents and a quarantined row.

    Args:
        root: an empty folder.
        logs: where the commands' output goes.
        url: address of the quotes, which answers.
    """
    project = build_project(root)
    require(call(project, logs / "run", "run"))
    change_project(project, url)
    require(call(project, logs / "run", "run", "--live", "--open"))
    require(call(project, logs / "run", "run", "--as-of", str(EARLIER_DAY)))
    first = list_releases(project.settings.releases_dir)[-1].release_id
    require(call(project, logs / "run", "release", "keep", first))
    add_small_files(project)
    return describe_world(project)


def change_project(project: SmallProject, url: str) -> None:
    """Let a published project have an address, another price, and a row of an unknown chip."""
    project.set_address(url)
    rows = project.read_quotes()
    project.write_quotes([*rows, rows[0] | {"quote_id": "q99", "chip_id": "no-such-chip"}])
    project.change_quote("q05", usd_per_hour_p50=PRICES[1])


def describe_world(project: SmallProject) -> World:
    """Return a project with what must stay true of it."""
    return World(project, read_published(project)[1], list_archived(project))


def require(done: Done) -> None:
    """Stop a campaign whose own ground does not hold.

    Raises:
        BuildFailed: with what the command said.
    """
    if done.code:
        raise BuildFailed(f"the world could not be made: {done.sentence}")


def add_small_files(project: SmallProject) -> None:
    """Add what a small project has none of: a withdrawn document, told alerts, a kept outlook."""
    archive = Archive(project.settings.archive_dir)
    content = b"quote_id,chip_id\nwrong,wrong\n"
    document = Document(
        "quotes", "quotes", hash_bytes(content), "live", "http://127.0.0.1/wrong", "csv",
        date(2024, 1, 2), now_utc(), bytes=len(content),
    )  # fmt: skip
    archive.store(content, document)
    archive.withdraw("quotes", document.sha256, "is no list of quotes", now_utc())
    write_json(project.settings.warehouse_dir / "data" / "alerts.json", ["stale: quotes"])
    folder = get_outlooks_dir(project.settings)
    folder.mkdir(parents=True)
    nulls = ", ".join(f"null::{type_} as {name}" for name, type_ in KEPT_COLUMNS.items())
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"copy (select {nulls}) to '{folder / '2026-01-01-0000000000000000.parquet'}' "
            "(format parquet)"
        )
    note_digests(project.settings, set())


@contextmanager
def serve_quotes(rows: list[dict[str, str]]) -> Iterator[str]:
    """Serve quotes on this machine while the block runs, one more than given; yields the address.

    The one more is in no other document, so that losing this one changes the content.
    """
    more = rows[0] | {"quote_id": "q77", "usd_per_hour_p50": rows[0]["usd_per_hour_p05"]}
    with serve() as server:
        server.answers = [Answer(200, format_csv([*rows, more]), etag='"one"')]
        yield server.url


def copy_world(world: World, root: Path) -> World:
    """Copy a world to a folder, to be damaged there."""
    shutil.rmtree(root, ignore_errors=True)
    return World(world.project.copy_to(root), world.content_hash, world.documents)


def read_published(project: SmallProject) -> tuple[str, str]:
    """Return release id and content hash as a reader of the published file sees them.

    Raises:
        duckdb.Error: the file is no whole release.
    """
    with duckdb.connect(str(project.settings.current_path), read_only=True) as connection:
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall():
            connection.execute(f'select count(*), bit_xor(hash(t)) from marts."{table}" as t')
        return connection.execute("select release_id, content_hash from meta.release").fetchall()[0]


def count_prices(project: SmallProject) -> int:
    """Return how many prices a reader of the published file sees."""
    with duckdb.connect(str(project.settings.current_path), read_only=True) as connection:
        return fetch_value(connection, "select count(*) from marts.fct_chip_price")


def list_archived(project: SmallProject) -> frozenset[str]:
    """Return the digests of the documents whose archived bytes are whole."""
    archive = Archive(project.settings.archive_dir)
    folder = project.settings.archive_dir / "documents"
    return frozenset(
        path.name
        for path in folder.glob("*/*")
        if path.is_file() and hash_file(archive.get_path(path.name)) == path.name
    )


def list_kinds(warehouse: Path) -> dict[str, list[Path]]:
    """Return the files of a warehouse by kind, which is the folder that says what they are."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted(warehouse.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        kinds.setdefault(get_kind(path.relative_to(warehouse)), []).append(path)
    return kinds


def get_kind(path: Path) -> str:
    """Return the kind of a file by its place in the warehouse."""
    parts = path.parts
    if parts[0] == "releases" or parts[0] == "as_of":
        inner = parts[2:]
        name = inner[0] if len(inner) == 1 else f"{inner[0]}/"
        return f"{parts[0]}/{name}"
    if parts[0] == "data":
        return "/".join(parts[: 3 if parts[1] == "archive" else 2])
    if parts[:2] == ("build", "dbt"):
        return "build/dbt"
    return "/".join(parts[:2])
