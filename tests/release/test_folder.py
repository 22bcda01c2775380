"""A release as a folder: files with words and checksums, descriptions, and the link to the latest.

The folder is also read over HTTP, from a server that answers with parts of files.
"""

import hashlib
import json
import urllib.request
from io import RawIOBase
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.release.exports import CHECKSUMS, SCHEMAS
from scripts.check_http import serve_folder
from tests.conftest import RealWarehouse
from tests.small_project.builder import SmallProject

PRICES = "marts/fct_chip_price.parquet"


def get_latest(project: SmallProject) -> Path:
    """Return the link to the folder of the current release."""
    return project.settings.warehouse_dir / "latest"


def read_paper(project: SmallProject, name: str) -> dict:
    """Return a description of the latest folder."""
    return json.loads((get_latest(project) / name).read_text(encoding="utf-8"))


def test_latest_moves_with_the_current_release_and_versions_stay(published: SmallProject) -> None:
    first = get_latest(published).resolve()
    published.change_quote("q05", usd_per_hour_p50="2.50")
    second = published.run().manifest.release_id
    assert get_latest(published).resolve().name == second
    assert get_latest(published).is_symlink()
    assert (first / PRICES).exists()
    assert published.command("release", "rollback", "--yes").returncode == 0
    assert get_latest(published).resolve() == first


def test_every_file_has_its_checksum(published_once: SmallProject) -> None:
    folder = get_latest(published_once).resolve()
    lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    told = {name: digest for digest, name in (line.split("  ") for line in lines)}
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != CHECKSUMS
    }
    assert told == found
    assert {"compute_balance.duckdb", PRICES, "csv/marts/dim_chip.csv", "manifest.json"} <= set(
        told
    )


def test_files_hold_the_rows_and_the_words_of_every_table(published_once: SmallProject) -> None:
    folder = get_latest(published_once)
    tables = published_once.query(
        "select schema_name, table_name, comment from duckdb_tables() order by all"
    )
    assert {schema for schema, _, _ in tables} <= set(SCHEMAS)
    for schema, name, comment in tables:
        rows = published_once.query(f"select * from {schema}.{name}")
        path = folder / schema / f"{name}.parquet"
        assert duckdb.execute("from read_parquet(?)", [str(path)]).fetchall() == rows
        metadata = pq.read_metadata(path).metadata
        assert metadata[b"description"].decode() == comment
        words = json.loads(metadata[b"columns"])
        assert words == dict(
            published_once.query(
                "select column_name, comment from duckdb_columns() "
                f"where schema_name = '{schema}' and table_name = '{name}'"
            )
        )
        assert (folder / "csv" / schema / f"{name}.csv").read_text().count("\n") >= len(rows)


def test_data_package_names_files_fields_keys_and_joins(published_once: SmallProject) -> None:
    package = read_paper(published_once, "datapackage.json")
    resources = {resource["name"]: resource for resource in package["resources"]}
    prices = resources["marts.fct_chip_price"]
    assert prices["schema"]["primaryKey"] == ["quarter_start", "chip_id"]
    assert prices["schema"]["foreignKeys"] == [
        {
            "fields": "chip_id",
            "reference": {"resource": "marts.dim_chip", "fields": "chip_id"},
        }
    ]
    assert [(field["name"], field["type"]) for field in prices["schema"]["fields"]] == [
        ("quarter_start", "date"),
        ("chip_id", "string"),
        ("quotes", "integer"),
        ("usd_per_hour_p50", "number"),
        ("source_ids", "string"),
        ("known_on", "date"),
        ("confidence", "string"),
    ]
    assert package["version"] == get_latest(published_once).resolve().name
    assert "content hash" in package["citation"]
    for resource in resources.values():
        assert (get_latest(published_once) / resource["path"]).exists()
        assert (get_latest(published_once) / resource["parquet"]).exists()


def test_other_descriptions_name_the_same_files(published_once: SmallProject) -> None:
    folder = get_latest(published_once)
    croissant = read_paper(published_once, "croissant.json")
    files = {item["contentUrl"]: item["sha256"] for item in croissant["distribution"]}
    assert files[PRICES] == hashlib.sha256((folder / PRICES).read_bytes()).hexdigest()
    keys = {item["name"]: item.get("key") for item in croissant["recordSet"]}
    assert keys["marts-dim_chip"] == [{"@id": "marts-dim_chip/chip_id"}]
    dcat = read_paper(published_once, "dcat.jsonld")
    sizes = {d["dcat:downloadURL"]["@id"]: d["dcat:byteSize"] for d in dcat["dcat:distribution"]}
    assert set(files) < set(sizes)
    assert sizes == {path: (folder / path).stat().st_size for path in sizes}


class RemoteFile(RawIOBase):
    """A file behind an address, read in parts; counts the bytes that came."""

    def __init__(self, url: str) -> None:
        self.url, self.place, self.bytes_read = url, 0, 0
        request = urllib.request.Request(url, headers={"Range": "bytes=0-0"})
        with urllib.request.urlopen(request) as answer:
            self.size = int(answer.headers["Content-Range"].split("/")[1])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (0, self.place, self.size)[whence]
        return self.place

    def read(self, size: int = -1) -> bytes:
        end = self.size if size < 0 else min(self.place + size, self.size)
        if end <= self.place:
            return b""
        asked = {"Range": f"bytes={self.place}-{end - 1}"}
        with urllib.request.urlopen(urllib.request.Request(self.url, headers=asked)) as answer:
            content = answer.read()
        self.place += len(content)
        self.bytes_read += len(content)
        return content


def test_one_column_is_read_over_http_without_the_rest(real_warehouse: RealWarehouse) -> None:
    with serve_folder(real_warehouse.settings.warehouse_dir / "latest") as served:
        remote = RemoteFile(f"{served.address}/marts/fct_buyer_status.parquet")
        table = pq.ParquetFile(remote).read(columns=["outcome"])
    rows = real_warehouse.query("select outcome from marts.fct_buyer_status order by all")
    assert sorted(table["outcome"].to_pylist()) == [outcome for (outcome,) in rows]
    assert 0 < remote.bytes_read < remote.size / 2
