"""The text of a model, as Apache Spark reads it.

Models are written once, for DuckDB. `translate` reads that text with SQLGlot, names every column
by its table, works out all types, applies the rules of `spark_rules.py`, and writes the text for
Spark. Running it belongs in `spark_session.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel, SqlglotError, UnsupportedError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from pipelines.base.errors import BuildFailed
from pipelines.build.spark_rules import RULES
from pipelines.build.spark_split import split_steps

# schema -> table -> column -> type, as DuckDB names it
Schema = dict[str, dict[str, dict[str, str]]]
# what stays with the outer of two queries when a condition on windows is taken out
OUTER = {"with_", "distinct", "qualify", "order", "limit", "offset"}


def make_schema(tables: Schema) -> MappingSchema:
    """Return what SQLGlot needs to know of the tables that models read."""
    return MappingSchema(tables, dialect="duckdb")


class PlainDuckDB(DuckDB):
    """DuckDB's words, with places in lists as they are written: a rule makes them Spark's."""

    INDEX_OFFSET = 0


@dataclass(frozen=True)
class SparkText:
    """A model for Spark: the steps before it, in order, and the query that reads them.

    Each step has `name` and `sql`; a recursive one has `again`, the query for its next rows.
    """

    steps: list[dict[str, str | None]]
    query: str


def translate(text: str, schema: MappingSchema) -> SparkText:
    """Return the text of a model for Spark.

    Args:
        text: compiled SQL of a model, for DuckDB.
        schema: columns and types of all tables that it reads.

    Raises:
        BuildFailed: the text has something that cannot be said to Spark.
    """
    try:
        tree = sqlglot.parse_one(text, read=PlainDuckDB)
        for table in tree.find_all(exp.Table):
            table.set("catalog", None)
        tree = qualify(tree, schema=schema, dialect="duckdb", quote_identifiers=False)
        match_unions(tree)
        for select in tree.find_all(exp.Select):
            spell_out_windows(select)
        tree = rewrite(annotate_types(tree, schema=schema, dialect="duckdb"))
        steps, query = split_steps(tree)
        listed = [
            {
                "name": step.name,
                "sql": write(step.tree),
                "again": write(step.again) if step.again is not None else None,
            }
            for step in steps
        ]
        return SparkText(listed, write(query))
    except SqlglotError as error:
        raise BuildFailed(f"this cannot be said to Spark: {error}") from error


def write(tree: exp.Expr) -> str:
    """Return a query in Spark's words."""
    return tree.sql("spark", identify=True, pretty=True, unsupported_level=ErrorLevel.RAISE)


def rewrite(tree: exp.Expr) -> exp.Expr:
    """Apply the rules to all parts of a statement, the innermost first."""
    for node in reversed(list(tree.bfs())):
        rule = RULES.get(type(node))
        if rule is None or node.parent is None:
            continue
        made = rule(node)
        if made is not node:
            node.replace(made)
    for select in list(tree.find_all(exp.Select)):
        drop_doubles(select)
        name_generators(select)
        ask_outside(select)
    for table in list(tree.find_all(exp.Table)):
        name_flatly(table)
    return tree


def match_unions(tree: exp.Expr) -> None:
    """Unions by name become such by place: Spark knows no others.

    The branches are bare of stars by now.
    """
    for union in reversed(list(tree.find_all(exp.SetOperation))):
        if not union.args.get("by_name"):
            continue
        left, right = union.this, union.expression
        names = [
            *left.named_selects,
            *(n for n in right.named_selects if n not in left.named_selects),
        ]
        for key, branch in (("this", left), ("expression", right)):
            known = set(branch.named_selects)
            columns = [
                exp.column(name, "branch") if name in known else exp.alias_(exp.Null(), name)
                for name in names
            ]
            if branch.named_selects != names:
                union.set(key, exp.select(*columns).from_(branch.copy().subquery("branch")))
        union.set("by_name", False)


def spell_out_windows(select: exp.Select) -> None:
    """Write the parts of a named window where it is used and added to."""
    named = {w.this.name: w for w in select.args.get("windows") or []}
    parts = [*select.expressions, *filter(None, [select.args.get("qualify")])]
    for window in [w for part in parts for w in part.find_all(exp.Window)]:
        known = named.get(window.args.get("alias").name) if window.args.get("alias") else None
        if known is not None:
            window.set("alias", None)
            for key in ("partition_by", "order", "spec"):
                if known.args.get(key) and not window.args.get(key):
                    part = known.args[key]
                    window.set(
                        key, [e.copy() for e in part] if isinstance(part, list) else part.copy()
                    )
    select.set("windows", None)


def ask_outside(select: exp.Select) -> None:
    """Turn the condition on windows into one on a column of a query within."""
    qualify_ = select.args.get("qualify")
    if qualify_ is None:
        return
    names = [exp.column(name, "numbered") for name in select.named_selects]
    inner = exp.Select(**{key: value for key, value in select.args.items() if key not in OUTER})
    inner.set("expressions", [e.copy() for e in select.expressions])
    inner.append("expressions", exp.alias_(exp.Paren(this=qualify_.this.copy()), "is_kept"))
    kept = exp.Where(this=exp.column("is_kept", "numbered"))
    for key in [key for key in select.args if key not in OUTER]:
        select.set(key, None)
    select.set("expressions", names)
    select.set("from_", exp.From(this=inner.subquery("numbered")))
    select.set("where", kept)
    select.set("qualify", None)


def drop_doubles(select: exp.Select) -> None:
    """Keep the first of columns with one name, which is the one that DuckDB means."""
    if not isinstance(select.parent, exp.CTE | exp.Subquery):
        return
    seen: set[str] = set()
    kept = []
    for column in select.expressions:
        name = column.alias_or_name
        if not name or name == "*" or name not in seen:
            kept.append(column)
        seen.add(name)
    select.set("expressions", kept)


def name_generators(select: exp.Select) -> None:
    """Move generators that stand within an expression, or beside others, to a view of the rows.

    Several run in step, as in DuckDB, where Spark would take every one with every other.

    Raises:
        UnsupportedError: rows are grouped or numbered in the same query.
    """
    found = [explode for e in select.expressions for explode in e.find_all(exp.Explode)]
    found = [explode for explode in found if explode.parent_select is select]
    alone = len(found) == 1 and isinstance(found[0].parent, exp.Alias | exp.Select)
    if not found or alone:
        return
    if select.args.get("group") or any(e.find(exp.Window, exp.AggFunc) for e in select.expressions):
        raise UnsupportedError("unnest beside groups or windows; do it in a query before")
    names = [f"each_{number}" for number in range(len(found))]
    lists = exp.Anonymous(this="arrays_zip", expressions=[e.this.copy() for e in found])
    columns = [exp.to_identifier(name) for name in names]
    view = exp.Lateral(
        this=exp.Anonymous(this="inline", expressions=[lists]),
        view=True,
        alias=exp.TableAlias(this=exp.to_identifier("spread"), columns=columns),
    )
    for explode, name in zip(found, names, strict=True):
        explode.replace(exp.column(name, "spread"))
    select.append("laterals", view)


def name_flatly(table: exp.Table) -> None:
    """Call a table by schema and name in one word; make a query of a series of numbers."""
    series = table.this
    if isinstance(series, exp.Func):
        alias = table.args.get("alias")
        column = (
            alias.columns[0].copy()
            if alias and alias.columns
            else exp.to_identifier("generate_series")
        )
        query = exp.select(exp.alias_(exp.Explode(this=series.copy()), column))
        table.replace(query.subquery(alias.this.copy() if alias else "series"))
        return
    if table.db:
        own = exp.TableAlias(this=exp.to_identifier(table.name))
        table.set("alias", table.args.get("alias") or own)
        table.set("this", exp.to_identifier(f"{table.db}__{table.name}"))
        table.set("db", None)
