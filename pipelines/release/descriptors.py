"""Papers that describe a release's folder to programs: Frictionless, Croissant, DCAT, a README.

All are made from what the database says of itself, so that they hold for every edition. Paths are
relative to the folder, which can lie under any address.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.base.files import hash_file, write_bytes, write_json
from pipelines.base.rows import fetch_dicts
from pipelines.release.exports import Exported

DATA_PACKAGE, CROISSANT, DCAT = "datapackage.json", "croissant.json", "dcat.jsonld"
TITLE = "Compute Balance"
DESCRIPTION = (
    "Supply and demand of AI compute: export controls, accelerator shipments, datacenter builds, "
    "prices and demand from public documents, each figure with its source and its uncertainty."
)
KEYWORDS = ["AI compute", "accelerators", "export controls", "supply and demand"]
PARQUET, CSV = "application/vnd.apache.parquet", "text/csv"
# type of the engine -> type of Frictionless, of schema.org
TYPES = {
    "VARCHAR": ("string", "sc:Text"),
    "DOUBLE": ("number", "sc:Float"),
    "DECIMAL": ("number", "sc:Float"),
    "BIGINT": ("integer", "sc:Integer"),
    "INTEGER": ("integer", "sc:Integer"),
    "BOOLEAN": ("boolean", "sc:Boolean"),
    "DATE": ("date", "sc:Date"),
    "TIMESTAMP": ("datetime", "sc:Date"),
}
CROISSANT_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "conformsTo": "dct:conformsTo",
    "recordSet": "cr:recordSet",
    "field": "cr:field",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "source": "cr:source",
    "fileObject": "cr:fileObject",
    "extract": "cr:extract",
    "column": "cr:column",
    "key": "cr:key",
}


def write_descriptors(folder: Path, database: Path, tables: Sequence[Exported]) -> None:
    """Write datapackage.json, croissant.json, dcat.jsonld and README.md into a release's folder.

    Args:
        folder: the folder that holds the files of `tables`.
        database: the release's database inside it.
        tables: what was exported.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        (release,) = fetch_dicts(connection, "select * from meta.release")
        sources = fetch_dicts(
            connection,
            "select title, licence from meta.source order by source_id",
        )
    write_json(folder / DATA_PACKAGE, make_data_package(release, sources, tables))
    write_json(folder / CROISSANT, make_croissant(folder, release, tables))
    write_json(folder / DCAT, make_dcat(folder, database.name, release, tables))
    write_bytes(folder / "README.md", make_readme(release, database.name, tables).encode())


def _get_type(engine_type: str) -> tuple[str, str]:
    return TYPES[engine_type.split("(")[0]]


def make_data_package(
    release: dict[str, Any], sources: list[dict[str, Any]], tables: Sequence[Exported]
) -> dict[str, Any]:
    """Return the Frictionless data package: a resource per table, with keys and joins.

    A join is a foreign key where every value is found in the dimension.
    """
    return {
        "profile": "data-package",
        "name": "compute-balance",
        "title": TITLE,
        "description": f"{DESCRIPTION} {release['terms']}",
        "version": release["release_id"],
        "created": f"{release['created_at']:%Y-%m-%dT%H:%M:%SZ}",
        "keywords": KEYWORDS,
        "citation": release["citation"],
        "sources": [
            {"title": source["title"], "path": "meta/source.parquet", "licence": source["licence"]}
            for source in sources
        ],
        "resources": [_make_resource(table) for table in tables],
    }


def _make_resource(table: Exported) -> dict[str, Any]:
    path = table.csv or table.parquet
    schema: dict[str, Any] = {
        "fields": [
            {"name": f.name, "type": _get_type(f.type)[0], "description": f.description or ""}
            for f in table.fields
        ],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = list(table.key)
    foreign_keys = [
        {
            "fields": join.column,
            "reference": {"resource": f"{join.schema}.{join.table}", "fields": join.key},
        }
        for join in table.joins
        if join.is_complete
    ]
    if foreign_keys:
        schema["foreignKeys"] = foreign_keys
    return {
        "profile": "tabular-data-resource",
        "name": f"{table.schema}.{table.name}",
        "path": path.as_posix(),
        "parquet": table.parquet.as_posix(),
        "format": path.suffix.removeprefix("."),
        "mediatype": CSV if table.csv else PARQUET,
        "encoding": "utf-8",
        "description": table.description or "",
        "rows": table.rows,
        "schema": schema,
    }


def make_croissant(
    folder: Path, release: dict[str, Any], tables: Sequence[Exported]
) -> dict[str, Any]:
    """Return the Croissant description: a file and a record set per table."""
    names = {(t.schema, t.name): f"{t.schema}-{t.name}" for t in tables}
    return {
        "@context": CROISSANT_CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "compute-balance",
        "description": DESCRIPTION,
        "license": release["terms"],
        "citeAs": release["citation"],
        "url": "./",
        "version": release["release_id"],
        "datePublished": f"{release['created_at']:%Y-%m-%d}",
        "keywords": KEYWORDS,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": f"{names[t.schema, t.name]}-file",
                "name": t.parquet.name,
                "contentUrl": t.parquet.as_posix(),
                "contentSize": f"{(folder / t.parquet).stat().st_size} B",
                "encodingFormat": PARQUET,
                "sha256": hash_file(folder / t.parquet),
            }
            for t in tables
        ],
        "recordSet": [_make_record_set(t, names[t.schema, t.name]) for t in tables],
    }


def _make_record_set(table: Exported, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.description or "",
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{field.name}",
                "name": field.name,
                "description": field.description or "",
                "dataType": _get_type(field.type)[1],
                "source": {
                    "fileObject": {"@id": f"{name}-file"},
                    "extract": {"column": field.name},
                },
            }
            for field in table.fields
        ],
    }
    if table.key:
        found["key"] = [{"@id": f"{name}/{column}"} for column in table.key]
    return found


def make_dcat(
    folder: Path, database: str, release: dict[str, Any], tables: Sequence[Exported]
) -> dict[str, Any]:
    """Return the DCAT description: the dataset of this version with its files as distributions."""
    files = [(database, "application/vnd.duckdb"), (DATA_PACKAGE, "application/json")]
    files += [(t.parquet.as_posix(), PARQUET) for t in tables]
    files += [(t.csv.as_posix(), CSV) for t in tables if t.csv]
    return {
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "spdx": "http://spdx.org/rdf/terms#",
        },
        "@type": "dcat:Dataset",
        "@id": "./",
        "dct:title": TITLE,
        "dct:description": DESCRIPTION,
        "dct:issued": f"{release['created_at']:%Y-%m-%dT%H:%M:%SZ}",
        "dct:temporal": f"as of {release['as_of']}",
        "dct:rights": release["terms"],
        "dct:bibliographicCitation": release["citation"],
        "dcat:version": release["release_id"],
        "dcat:keyword": KEYWORDS,
        "dcat:distribution": [
            {
                "@type": "dcat:Distribution",
                "dcat:downloadURL": {"@id": path},
                "dcat:mediaType": media_type,
                "dcat:byteSize": (folder / path).stat().st_size,
                "spdx:checksum": {
                    "spdx:algorithm": "spdx:checksumAlgorithm_sha256",
                    "spdx:checksumValue": hash_file(folder / path),
                },
            }
            for path, media_type in files
            if (folder / path).exists()
        ],
    }


def make_readme(release: dict[str, Any], database: str, tables: Sequence[Exported]) -> str:
    """Return the page for people who find the folder: what it is, its terms, how to read it."""
    lines = [
        f"# {TITLE}, {release['edition']} edition",
        "",
        DESCRIPTION,
        "",
        f"- release {release['release_id']}, as of {release['as_of']}, content hash "
        f"{release['content_hash'][:16]}",
        f"- cite as: {release['citation']}",
        f"- terms: {release['terms']}",
        "",
        f"`{database}` holds everything and is opened read-only. Tables stand beside it as "
        "Parquet, the small ones as CSV too. `SHA256SUMS` has the checksum of every file.",
        "",
        "```sql",
        "-- any DuckDB client; works over HTTP too, with the folder's address before the path",
        "select quarter_label, region_name, workload_name, coverage_p50 from 'bi/balance.parquet';",
        "```",
        "",
        "| table | rows | what it holds |",
        "|---|---|---|",
    ]
    for table in tables:
        first = (table.description or "").split(". ")[0].rstrip(".")
        lines.append(
            f"| [{table.schema}.{table.name}]({table.parquet}) | {table.rows:,} | {first} |"
        )
    return "\n".join(lines) + "\n"
