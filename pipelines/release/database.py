"""Copying the published tables of a build into a file that the oldest supported client reads."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.base.errors import ReleaseError
from pipelines.base.settings import Settings
from pipelines.base.sql import quote_name, quote_text
from pipelines.build.models import read_manifest
from pipelines.build.register import open_build
from pipelines.release.bridges import SCHEMAS, copy_companions, list_companions
from pipelines.release.content import Mart, copy_comments, sum_mart
from pipelines.release.meta_tables import META_TABLES

# What the oldest supported client (DuckDB 1.1) reads; tried with clients up to 2.0.
STORAGE_VERSION = "v1.0.0"
# Bytes of a block. Most tables are small: blocks of the usual 262,144 stand half empty, and the
# file is twice as large. Tried with clients from 1.1 to 2.0 too.
BLOCK_SIZE = 65_536
# row count and order-free checksum of each mart by name
Sums = dict[str, tuple[int, int]]


def copy_database(settings: Settings, path: Path, marts: list[Mart]) -> None:
    """Copy marts, meta tables and what stands beside them into a file of the old storage version.

    A mart that is a view in the build is one in the copy. Rows are written in key order; comments
    go along; raw views, staging and intermediate tables stay behind.
    """
    # dbt may still hold the build file in this process: the release is attached to that connection
    connection = open_build(settings)
    build = quote_name(settings.build_path.stem)
    try:
        connection.execute(
            f"attach {quote_text(str(path))} as release "
            f"(storage_version '{STORAGE_VERSION}', block_size {BLOCK_SIZE})"
        )
        # one transaction: each table and comment on its own would be flushed to disk by itself
        connection.execute("begin")
        connection.execute("create schema release.marts; create schema release.meta")
        for mart in [mart for mart in marts if mart.query is None]:
            name = quote_name(mart.name)
            connection.execute(
                f"create table release.marts.{name} as "
                f"select * from {build}.marts.{name} order by {mart.order}"
            )
        for table in META_TABLES:
            connection.execute(
                f"create table release.meta.{table} as select * from {build}.meta.{table}"
            )
        # a view names its tables without a database: they are looked up where the view stands
        connection.execute("use release")
        for mart in order_views(marts):
            connection.execute(f"create view marts.{quote_name(mart.name)} as {mart.query}")
        connection.execute(f"use {build}")
        companions = list_companions(read_manifest(settings))
        copy_companions(connection, settings.build_path.stem, "release", companions)
        for schema in ("marts", "meta", *SCHEMAS):
            copy_comments(connection, settings.build_path.stem, "release", schema)
        connection.execute("commit")
        connection.execute("checkpoint release")
        connection.execute("detach release")
    finally:
        connection.close()


def order_views(marts: list[Mart]) -> list[Mart]:
    """Return the marts that are views, each after the views that it reads.

    Raises:
        ReleaseError: views read each other in a circle.
    """
    waiting = {mart.name: mart for mart in marts if mart.query is not None}
    ordered: list[Mart] = []
    while waiting:
        ready = [
            mart
            for mart in waiting.values()
            if not any(
                f'"marts".{quote_name(name)}' in (mart.query or "")
                for name in waiting
                if name != mart.name
            )
        ]
        if not ready:
            raise ReleaseError(f"views read each other in a circle: {', '.join(sorted(waiting))}")
        ordered += ready
        for mart in ready:
            del waiting[mart.name]
    return ordered


def check_copy(path: Path, marts: list[Mart], sums: Sums) -> None:
    """Compare row counts and checksums of the copy with those of the audited build.

    Raises:
        ReleaseError: a table differs; names it.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        for mart in [mart for mart in marts if mart.query is None]:
            found = sum_mart(connection, path.stem, mart)
            if found != sums[mart.name]:
                raise ReleaseError(
                    f"{path}: marts.{mart.name} has {found[0]:,} rows with checksum {found[1]} "
                    f"after copying, the audited build has {sums[mart.name][0]:,} with "
                    f"{sums[mart.name][1]}; nothing was published"
                )
