"""The ids known so far in a session: lists that columns with `references` are checked against."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.base.files import hash_file
from pipelines.base.rows import fetch_value
from pipelines.base.sql import quote_name, quote_text
from pipelines.contracts.model import ENTITIES, Contract, Entity, Table


class KnownIds:
    """One temporary table of ids per entity, filled as sources are taken in."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, root: Path) -> None:
        self.connection, self.root = connection, root
        self.tables = {entity: f"ids_{entity}" for entity in ENTITIES}
        self.first_providers: dict[str, str] = {}
        for name in self.tables.values():
            # without any good document of its providers an entity has no ids
            connection.execute(f"create temp table {name} (id varchar)")
            connection.execute(f"set variable {name} = []::varchar[]")

    def add_table(self, table: Table, files: list[str]) -> None:
        """Add the ids that the raw files of a table provide."""
        for entity, column in table.provides.items():
            for file in files:
                path = quote_text(str(self.root / file))
                self.insert(entity, column, f"read_parquet({path})")

    def add_own(self, table: Table) -> list[Entity]:
        """Let the table that first defines an entity refer to its own rows (policy to policy).

        Returns:
            The entities of which it is the first table.
        """
        own: list[Entity] = []
        for entity, column in table.provides.items():
            if self.first_providers.setdefault(entity, table.table) == table.table:
                self.insert(entity, column, "cells")
                own.append(entity)
        return own

    def drop_lost(self, table: Table, own: list[Entity], file: str | None) -> int:
        """Take back the ids of a table's own rows that were not accepted.

        Args:
            table: the first table of some entities.
            own: these entities.
            file: the raw file with the accepted rows; None where the document was refused.

        Returns:
            How many ids are known no more.
        """
        lost = 0
        for entity in own:
            name, column = self.tables[entity], quote_name(table.provides[entity])
            accepted = "select null::varchar"
            if file is not None:
                path = quote_text(str(self.root / file))
                accepted = f"select {column}::varchar from read_parquet({path})"
            before = self._count(name)
            self.connection.execute(
                f"delete from {name} where id in (select {column}::varchar from cells) "
                f"and id not in (select id from ({accepted}) as t(id) where id is not null)"
            )
            self.connection.execute(f"set variable {name} = (select list(id) from {name})")
            lost += before - self._count(name)
        return lost

    def _count(self, name: str) -> int:
        return fetch_value(self.connection, f"select count(*) from {name}")

    def insert(self, entity: str, column: str, relation: str) -> None:
        """Add the ids that stand in a column of a relation."""
        name = self.tables[entity]
        self.connection.execute(
            f"insert into {name} select distinct {quote_name(column)}::varchar from {relation} "
            f"where {quote_name(column)} is not null "
            f"and {quote_name(column)}::varchar not in (select id from {name})"
        )
        self.connection.execute(f"set variable {name} = (select list(id) from {name})")

    def hash(self, contract: Contract) -> str:
        """Hash the id lists that a source refers to: new ids may free quarantined rows."""
        entities = sorted(
            {c.references for t in contract.tables for c in t.columns.values() if c.references}
        )
        parts = []
        for entity in entities:
            value = fetch_value(
                self.connection,
                f"select md5(string_agg(id, '|' order by id)) from {self.tables[entity]}",
            )
            parts.append(f"{entity}={value}")
        # tables of its own are not loaded yet: their files stand for what they will provide
        parts += [
            f"{table.table}={hash_file(path)}"
            for table in contract.tables
            if set(table.provides) & set(entities)
            and (path := contract.folder / "data" / table.file_name).exists()
        ]
        return ";".join(parts)
