"""Numbers within texts, as DuckDB spells them, said to Apache Spark."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import UnsupportedError

from pipelines.build.spark_parts import TEXT, call, is_list, is_of, typed

# how Java and C write a power of ten: 1.0E26 and 1e+26
POWERS = (("[.]0E", "E"), ("E([0-9])", "E+$1"), ("E([+-])([0-9])$", "E$10$2"), ("E", "e"))
# between these sizes Java writes a number with a power of ten, and DuckDB without
PLAIN_BOUNDS = (">= 1e-4D", "< 1e-3D", ">= 1e7D", "< 1e16D")


def as_text(node: exp.Expr) -> exp.Expr:
    """Return a part as text, in DuckDB's spelling of numbers."""
    if is_of(node, TEXT) or (isinstance(node, exp.Literal) and node.is_string):
        return node
    text: exp.Expr = exp.cast(node.copy(), "STRING", dialect="spark")
    if is_of(node, {exp.DType.DOUBLE, exp.DType.FLOAT}):
        size = call("abs", node.copy())
        exact = exp.cast(node.copy(), "DECIMAL(38, 20)")
        digits = exp.cast(exact, "STRING", dialect="spark")
        plain = call("regexp_replace", digits, exp.Literal.string("([.][0-9]+?)0+$"), "'$1'")
        bounds = [f"{size.sql('spark', identify=True)} {part}" for part in PLAIN_BOUNDS]
        is_plain = exp.Var(this=f"({bounds[0]} AND {bounds[1]}) OR ({bounds[2]} AND {bounds[3]})")
        for pattern, instead in POWERS:
            text = call("regexp_replace", text, f"'{pattern}'", f"'{instead}'")
        text = call("if", is_plain, plain, text)
    return typed(text, "VARCHAR")


def join_texts(node: exp.Concat) -> exp.Expr:
    """Null adds nothing to a text."""
    parts = [
        e.copy()
        if isinstance(e, exp.Literal)
        else call("coalesce", as_text(e), exp.Literal.string(""))
        for e in node.expressions
    ]
    return typed(call("concat", *parts), "VARCHAR")


def chain_texts(node: exp.DPipe) -> exp.Expr:
    """Numbers within a text are spelt as DuckDB spells them."""
    if is_list(node.left) or is_list(node.right):
        return node
    return typed(
        exp.DPipe(this=as_text(node.left.copy()), expression=as_text(node.right.copy())), "VARCHAR"
    )


def join_distinct(node: exp.GroupConcat) -> exp.Expr:
    """Distinct texts in their own order: a set, sorted. Spark's own word fails beside other sets.

    Raises:
        UnsupportedError: they stand in another order.
    """
    order = node.this
    if not isinstance(order, exp.Order) or not isinstance(order.this, exp.Distinct):
        return node
    (value,) = order.this.expressions
    keys = [key.this for key in order.expressions if not key.args.get("desc")]
    if keys != [value]:
        raise UnsupportedError("distinct texts in an order other than their own")
    within = node.parent if isinstance(node.parent, exp.Filter) else None
    values: exp.Expr = call("collect_set", value.copy())
    if within is not None:
        # the condition belongs to the aggregate alone
        values = exp.Filter(this=values, expression=within.expression.copy())
    joined = call("array_join", call("array_sort", values), node.args["separator"].copy())
    is_empty = exp.EQ(this=call("size", values.copy()), expression=exp.Literal.number(0))
    made = typed(call("if", is_empty, exp.Null(), joined), "VARCHAR")
    if within is not None:
        within.replace(made)
    return made


def format_number(node: exp.Format) -> exp.Expr:
    """The few forms of numbers that models use."""
    form, value = node.this, node.expressions[0]
    text = form.this if isinstance(form, exp.Literal) else ""
    if text == "{:,}":
        return typed(call("format_number", value.copy(), 0), "VARCHAR")
    if text in ("{:g}", "{:.3g}"):
        digits = 6 if text == "{:g}" else 3
        return typed(_write_general(value, digits), "VARCHAR")
    return node


def _write_general(value: exp.Expr, digits: int) -> exp.Expr:
    """A number to significant digits, without zeros at its end: `%g` below a million."""
    v = value.sql("spark", identify=True)
    scale = f"pow(10D, {digits - 1} - floor(log10(abs({v}))))"
    rounded = f"if({v} = 0, 0D, round({v} * {scale}) / {scale})"
    plain = f"cast(cast({rounded} as decimal(38, 12)) as string)"
    return exp.Var(this=f"regexp_replace(regexp_replace({plain}, '0+$', ''), '[.]$', '')")
