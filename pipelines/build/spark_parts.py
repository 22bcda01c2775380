"""Parts of a statement for Apache Spark: making them, and telling of what type they are."""

from __future__ import annotations

from sqlglot import exp

WHOLE = {*exp.DataType.INTEGER_TYPES}
BROKEN = {exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.DECIMAL}
TEXT = {*exp.DataType.TEXT_TYPES}
# out of which a list comes, whatever is known of their type
LISTS = (
    exp.Array, exp.ArrayAgg, exp.ArrayDistinct, exp.ArrayFilter, exp.ArraySort,
    exp.GenerateSeries, exp.Split,
)  # fmt: skip
KNOWN = {*exp.DataType.NUMERIC_TYPES, *TEXT, exp.DType.DATE, exp.DType.BOOLEAN}


def call(name: str, *arguments: exp.Expr | str | int) -> exp.Anonymous:
    """Return a call of one of Spark's functions."""
    parts = [
        exp.Literal.number(a)
        if isinstance(a, int)
        else exp.Var(this=a)
        if isinstance(a, str)
        else a
        for a in arguments
    ]
    return exp.Anonymous(this=name, expressions=parts)


def typed(node: exp.Expr, kind: str) -> exp.Expr:
    """Return a part with its type noted."""
    node.type = exp.DataType.build(kind, dialect="duckdb")
    return node


def is_of(node: exp.Expr | None, kinds: set) -> bool:
    """Tell whether a part is known to have one of some types."""
    return node is not None and node.type is not None and node.type.this in kinds


def is_date(node: exp.Expr | None) -> bool:
    """Tell whether a part is known to be a day."""
    return is_of(node, {exp.DType.DATE})


def is_list(node: exp.Expr) -> bool:
    """Tell whether a part is known to be a list."""
    return isinstance(node, LISTS) or is_of(node, {exp.DType.ARRAY, exp.DType.LIST})


def wrap(node: exp.Expr) -> exp.Expr:
    """Return a part in brackets, unless it is a name, a constant or a call."""
    plain = (exp.Column, exp.Literal, exp.Func, exp.Paren, exp.Var)
    return node if isinstance(node, plain) else exp.Paren(this=node)


def keep_type(node: exp.Expr, made: exp.Expr) -> exp.Expr:
    """Return what is made out of a part, with that part's type."""
    made.type = node.type
    return made
