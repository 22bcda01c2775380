"""The data dictionary: a page per published table and per source, and an index of all.

Marts come from the descriptions in the dbt project, schema `meta` from its definition, sources from
their contracts; nothing is written a second time.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.contracts.model import AREAS, Contract
from pipelines.contracts.model import Table as SourceTable
from pipelines.contracts.staging import describe_column, get_staging_name
from pipelines.pages.column_facts import ColumnFacts
from pipelines.pages.glossary import link_term, list_column_terms
from pipelines.pages.models import (
    Model,
    find_staging_ancestors,
    read_bridges,
    read_marts,
    read_references,
)
from pipelines.pages.page import Block, Bullets, Heading, Page, Table, Text
from pipelines.pages.things.names import link_document
from pipelines.release.meta_tables import META_TABLES

FOLDER = "dictionary"


Facts = dict[str, dict[str, ColumnFacts]]


def make_dictionary_pages(
    contracts: list[Contract], dbt_dir: Path, facts: Facts | None = None
) -> list[Page]:
    """Return the index, a page per mart, one each of schemas, and a page per source.

    Args:
        contracts: of all sources.
        dbt_dir: the dbt project, whose descriptions are shown.
        facts: what the columns of a release hold; without it, descriptions stand alone.
    """
    marts = read_marts(dbt_dir)
    bridges = read_bridges(dbt_dir)
    references = read_references(dbt_dir)
    homes = {
        get_staging_name(contract, table): (contract, table)
        for contract in contracts
        for table in contract.tables
    }
    uses: dict[str, list[str]] = {contract.source_id: [] for contract in contracts}
    pages = []
    for mart in marts:
        rests_on = [
            homes[name] for name in find_staging_ancestors(mart.name, references) if name in homes
        ]
        for source_id in dict.fromkeys(contract.source_id for contract, _ in rests_on):
            uses[source_id].append(mart.name)
        pages.append(_make_mart_page(mart, rests_on, (facts or {}).get(mart.name, {})))
    return [
        _make_index(marts, bridges, contracts),
        *pages,
        *([_make_bridges_page(bridges)] if bridges else []),
        _make_meta_page(),
        *(_make_source_page(contract, uses[contract.source_id]) for contract in contracts),
    ]


def _make_index(marts: list[Model], bridges: list[Model], contracts: list[Contract]) -> Page:
    blocks: list[Block] = [
        Text(
            "Tables of schema `marts` are what BI tools query; their names and columns are a "
            "contract. Schema `bridges` says which rows stand behind a figure, schema `meta` where "
            "all comes from. Sources are what they rest on."
        )
    ]
    for area in AREAS:
        members = [mart for mart in marts if mart.area == area]
        if members:
            blocks += [
                Heading(f"Marts: {area}"),
                Table(
                    ("table", "what it holds"),
                    tuple(
                        (f"[{mart.name}]({mart.name}.html)", _take_sentence(mart.description))
                        for mart in members
                    ),
                ),
            ]
    if bridges:
        blocks += [
            Heading("Schema bridges"),
            Table(
                ("table", "what it holds"),
                tuple(
                    (f"[{bridge.name}](bridges.html)", _take_sentence(bridge.description))
                    for bridge in bridges
                ),
            ),
        ]
    blocks += [
        Heading("Schema meta"),
        Table(
            ("table", "what it holds"),
            tuple(
                (f"[{name}](meta.html)", _take_sentence(table.description))
                for name, table in META_TABLES.items()
            ),
        ),
        Heading("Sources"),
        Table(
            ("source", "area", "title", "tables"),
            tuple(
                (
                    f"[{contract.source_id}](source-{contract.source_id}.html)",
                    contract.area,
                    contract.title,
                    str(len(contract.tables)),
                )
                for contract in contracts
            ),
        ),
        Text("Terms of use and attribution: [licences](../data-licences.html)."),
    ]
    return Page(f"{FOLDER}/index", "Data dictionary", blocks)


def _take_sentence(text: str) -> str:
    """Return the first sentence of a description, which states the grain."""
    return text.split(". ")[0].rstrip(".") + "."


def _make_mart_page(
    mart: Model, rests_on: list[tuple[Contract, SourceTable]], facts: dict[str, ColumnFacts]
) -> Page:
    key = ", ".join(f"`{name}`" for name in mart.key)
    blocks: list[Block] = [
        Text(mart.description),
        Text(f"Key: {key}. Area: {mart.area}."),
        _list_columns(mart, facts),
        *_list_terms(mart),
    ]
    if rests_on:
        blocks += [
            Heading("Rests on"),
            Table(
                ("source", "table", "what it holds"),
                tuple(
                    (
                        f"[{contract.source_id}](source-{contract.source_id}.html)",
                        f"`{table.table}`",
                        _take_sentence(" ".join(table.description.split())),
                    )
                    for contract, table in rests_on
                ),
            ),
        ]
        warnings = dict.fromkeys(
            warning for contract, _ in rests_on for warning in contract.usage_warnings
        )
        if warnings:
            blocks += [Heading("Warnings of its sources"), Bullets(tuple(warnings))]
    return Page(f"{FOLDER}/{mart.name}", mart.name, blocks)


def _list_columns(mart: Model, facts: dict[str, ColumnFacts]) -> Table:
    if not facts:
        return Table(
            ("column", "type", "meaning"),
            tuple((f"`{c.name}`", c.type, c.description) for c in mart.columns),
        )
    unknown = ColumnFacts(None, "", "")
    return Table(
        ("column", "type", "meaning", "filled", "values in this release"),
        tuple(
            (
                f"`{c.name}`",
                c.type,
                c.description,
                facts.get(c.name, unknown).filled,
                facts.get(c.name, unknown).example,
            )
            for c in mart.columns
        ),
        numeric=(3,),
    )


def _list_terms(mart: Model) -> list[Block]:
    """Return the terms of the glossary that stand in columns of a mart."""
    terms = list_column_terms()
    found = [
        f"`{column.name}`: {', '.join(link_term(term) for term in terms[key])}"
        for column in mart.columns
        if (key := f"{mart.name}.{column.name}") in terms
    ]
    return [Heading("Terms"), Bullets(tuple(found))] if found else []


def _make_bridges_page(bridges: list[Model]) -> Page:
    blocks: list[Block] = [
        Text(
            "`bridges.brg_X` holds the rows behind each row of `marts.fct_X`: the key of the "
            "explained row, the step, the input, and its weight where the step weighs. The SQL "
            "that makes the figure writes them. Most are views of other tables of the file."
        )
    ]
    for bridge in bridges:
        blocks += [
            Heading(bridge.name),
            Text(bridge.description),
            Table(
                ("column", "type", "meaning"),
                tuple((f"`{c.name}`", c.type, c.description) for c in bridge.columns),
            ),
        ]
    return Page(f"{FOLDER}/bridges", "Schema bridges", blocks)


def _make_meta_page() -> Page:
    blocks: list[Block] = [
        Text("What a release says about itself: terms, documents, lineage, checks, runs.")
    ]
    for name, table in META_TABLES.items():
        blocks += [
            Heading(f"meta.{name}"),
            Text(table.description),
            Table(
                ("column", "type", "meaning"),
                tuple((f"`{c}`", type_, text) for c, (type_, text) in table.columns.items()),
            ),
        ]
    return Page(f"{FOLDER}/meta", "Schema meta", blocks)


def _make_source_page(contract: Contract, uses: list[str]) -> Page:
    kind = "kept by people in this repository" if contract.kind == "registry" else "fetched"
    feeds = ", ".join(f"[{name}]({name}.html)" for name in uses) or "no mart yet"
    blocks: list[Block] = [
        Text(" ".join(contract.description.split())),
        Text(
            f"{contract.kind.capitalize()} ({kind}), area {contract.area}; published "
            f"{contract.cadence}, counted as fresh for {contract.fresh_for_days} days. "
            f"Feeds {feeds}."
        ),
    ]
    if contract.usage_warnings:
        blocks += [Heading("Warnings"), Bullets(tuple(contract.usage_warnings))]
    blocks += [
        Heading("Publishers and terms"),
        Table(
            ("publisher", "licence", "redistribution", "attribution"),
            tuple(
                (
                    link_document(p.address, p.name) if p.address else p.name,
                    p.licence,
                    p.redistribution,
                    p.attribution,
                )
                for p in contract.publishers
            ),
        ),
    ]
    for table in contract.tables:
        blocks += _describe_source_table(table)
    return Page(f"{FOLDER}/source-{contract.source_id}", contract.source_id, blocks)


def _describe_source_table(table: SourceTable) -> list[Block]:
    key = ", ".join(f"`{name}`" for name in table.key)
    rows = []
    for name, column in table.columns.items():
        renamed = f" (in models `{column.rename}`)" if column.rename else ""
        checks = [
            "required" if column.required else "",
            f"one of {', '.join(column.values)}" if column.values else "",
            f"{column.min} to {column.max}"
            if column.min is not None or column.max is not None
            else "",
            f"a known {column.references}" if column.references else "",
        ]
        checked = "; ".join(check for check in checks if check)
        rows.append((f"`{name}`{renamed}", column.type, describe_column(column), checked))
    blocks: list[Block] = [
        Heading(table.table),
        Text(
            f"{' '.join(table.description.split())} Key: {key}. Documents: {table.document_mode}."
        ),
        Table(("column", "type", "meaning", "checked"), tuple(rows)),
    ]
    if table.checks:
        blocks += [
            Text("Rows for which one of these is not so are quarantined:"),
            Table(
                ("check", "column", "otherwise"),
                tuple((c.name, f"`{c.field}`", c.reason) for c in table.checks),
            ),
        ]
    return blocks
