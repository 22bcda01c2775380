"""What DuckDB and Apache Spark mean differently by the same words, one rule each.

A rule takes a part of a statement, whose types are known and whose own parts have been rewritten,
and returns what stands in its place for Spark; the same part where nothing differs. `RULES` says
which rule looks at which kind of part.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.errors import UnsupportedError

from pipelines.build import spark_texts as texts
from pipelines.build.spark_parts import (
    BROKEN,
    KNOWN,
    TEXT,
    WHOLE,
    call,
    is_date,
    is_list,
    is_of,
    keep_type,
    typed,
    wrap,
)

INFINITY = "double('Infinity')"
# months of a unit, for differences that count boundaries
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def write_number(node: exp.Literal) -> exp.Expr:
    """1.5 is a double: Spark's decimals would keep other digits in a division."""
    if node.is_string or node.this.isdigit():
        return node
    return typed(exp.Var(this=f"{node.this}D"), "DOUBLE")


def divide(node: exp.Div) -> exp.Expr:
    """5 / 0 is infinity, as the standard of doubles has it; Spark raises an error."""
    above, below = node.left, node.right
    constant = below.unnest()
    if isinstance(constant, (exp.Literal, exp.Var)) or is_never_zero(constant):
        return node
    beyond = exp.Mul(this=wrap(above.copy()), expression=exp.Var(this=INFINITY))
    is_zero = exp.EQ(this=wrap(below.copy()), expression=exp.Literal.number(0))
    ratio = exp.Div(
        this=exp.cast(above.copy(), "DOUBLE"), expression=exp.cast(below.copy(), "DOUBLE")
    )
    return typed(call("if", is_zero, beyond, ratio), "DOUBLE")


def is_never_zero(node: exp.Expr) -> bool:
    """Tell whether a divisor is null in the place of zero, or more than a power of e."""
    if isinstance(node, exp.Nullif):
        return node.expression.name == "0"
    return isinstance(node, exp.Add) and isinstance(node.right.unnest(), exp.Exp)


def cast(node: exp.Cast) -> exp.Expr:
    """Whole numbers are rounded to, not cut; hexadecimal text is converted; numbers are spelt."""
    kind, value = node.to, node.this
    if kind.this in WHOLE and isinstance(value.unnest(), exp.DPipe):
        first, rest = value.unnest().left, value.unnest().right
        if isinstance(first, exp.Literal) and first.this == "0x":
            return typed(exp.cast(call("conv", rest.copy(), 16, 10), "BIGINT"), "BIGINT")
    if kind.this == exp.DType.INT128:
        return typed(exp.cast(value.copy(), "DECIMAL(38, 0)"), "HUGEINT")
    if kind.this in WHOLE and is_of(value, BROKEN):
        node.set("this", call("rint", value.copy()))
    elif kind.this in TEXT and is_of(value, {exp.DType.DOUBLE, exp.DType.FLOAT}):
        return texts.as_text(value)
    if isinstance(value, exp.Explode):
        # a generator stands alone: each element is cast before
        inner = exp.cast(
            value.this.copy(), exp.DataType.build(f"ARRAY<{kind.sql('spark')}>", dialect="spark")
        )
        return typed(exp.Explode(this=inner), kind.sql("duckdb"))
    return node


def shift_date(node: exp.Add | exp.Sub) -> exp.Expr:
    """Days between two days are a number; days are added as a 32-bit number."""
    first, second = node.left, node.right
    if is_date(first) and is_date(second) and isinstance(node, exp.Sub):
        return typed(call("datediff", first.copy(), second.copy()), "INT")
    if is_date(first) and is_of(second, WHOLE) and not second.find(exp.Interval):
        name = "date_add" if isinstance(node, exp.Add) else "date_sub"
        return typed(call(name, first.copy(), exp.cast(second.copy(), "INT")), "DATE")
    return node


def truncate_date(node: exp.TimestampTrunc | exp.DateTrunc) -> exp.Expr:
    """The first day of a period is a day, where a day was given."""
    if is_of(node.this, {exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ}):
        return node
    unit = exp.Literal.string(node.args["unit"].name)
    return typed(call("trunc", node.this.copy(), unit), "DATE")


def count_periods(node: exp.DateDiff) -> exp.Expr:
    """Boundaries are counted, not whole periods that have gone by."""
    unit = node.args["unit"].name.upper() if node.args.get("unit") else "DAY"
    end, start = node.this, node.expression
    if unit == "DAY":
        return typed(call("datediff", end.copy(), start.copy()), "BIGINT")
    if unit not in MONTHS:
        return node

    def number(day: exp.Expr) -> exp.Expr:
        parts = {
            "YEAR": "{y}",
            "QUARTER": "{y} * 4 + quarter({d})",
            "MONTH": "{y} * 12 + month({d})",
        }
        text = day.sql("spark", identify=True)
        return exp.Var(this="(" + parts[unit].format(y=f"year({text})", d=text) + ")")

    return typed(exp.Paren(this=exp.Sub(this=number(end), expression=number(start))), "BIGINT")


def measure_length(node: exp.Length) -> exp.Expr:
    """The length of a list has its own name."""
    if is_list(node.this):
        return typed(call("size", node.this.copy()), "BIGINT")
    return node


def take_element(node: exp.Bracket) -> exp.Expr:
    """Lists begin at one and give null beyond their ends; a text in brackets names a field.

    Raises:
        UnsupportedError: a part of a list is asked for.
    """
    (index,) = node.expressions
    if isinstance(index, exp.Literal) and index.is_string:
        return exp.Dot(this=wrap(node.this.copy()), expression=exp.to_identifier(index.this))
    if isinstance(index, exp.Slice):
        raise UnsupportedError("a part of a list; filter it by place")
    place = (
        exp.Literal.number(int(index.this) - 1)
        if isinstance(index, exp.Literal)
        else exp.Sub(this=wrap(index.copy()), expression=exp.Literal.number(1))
    )
    return keep_type(node, call("get", node.this.copy(), exp.cast(place, "INT")))


def pick_by(node: exp.ArgMax | exp.ArgMin) -> exp.Expr:
    """A row whose value is null is not picked from."""
    condition = exp.Is(this=wrap(node.this.copy()), expression=exp.Null()).not_()
    return filter_more(node, condition)


def filter_more(node: exp.Expr, condition: exp.Expr) -> exp.Expr:
    """Return an aggregate over the rows that fulfil one more condition."""
    parent = node.parent
    if isinstance(parent, exp.Filter) and parent.this is node:
        where = parent.expression
        where.set("this", exp.and_(where.this.copy(), condition))
        return node
    return exp.Filter(this=node.copy(), expression=exp.Where(this=condition))


def take_any(node: exp.AnyValue) -> exp.Expr:
    """Any value that is not null."""
    made = keep_type(node, call("any_value", node.this.copy(), exp.true()))
    if isinstance(node.parent, exp.IgnoreNulls):
        # the flag says it already
        node.parent.replace(made)
    return made


def sum_unordered(node: exp.AggFunc) -> exp.Expr:
    """A sum has no order on Spark: it may differ in its last bits."""
    if isinstance(node.this, exp.Order):
        node.set("this", node.this.this.copy())
    return node


def collect(node: exp.ArrayAgg) -> exp.Expr:
    """A list in an order is one of pairs, sorted."""
    inner = node.this
    if not isinstance(inner, exp.Order):
        return node
    keys = [f"k{i}" for i in range(len(inner.expressions))]
    fields = [*(o.this for o in inner.expressions), inner.this]
    if any(o.args.get("desc") for o in inner.expressions):
        raise UnsupportedError("a list in falling order; sort it afterwards")
    pair = call(
        "named_struct",
        *(
            part
            for name, value in zip([*keys, "v"], fields, strict=True)
            for part in (exp.Literal.string(name), value.copy())
        ),
    )
    pairs = exp.ArrayAgg(this=pair)
    kept: exp.Expr = pairs
    if isinstance(node.parent, exp.Filter):
        # the condition belongs to the aggregate alone
        kept = exp.Filter(this=pairs, expression=node.parent.expression.copy())
    made = call("transform", call("array_sort", kept), "pair -> pair.v")
    made.type = node.type
    if isinstance(node.parent, exp.Filter):
        node.parent.replace(made)
    return made


def find_quantile(node: exp.PercentileCont) -> exp.Expr:
    """Quantiles between two values: `percentile` takes several points at once."""
    return keep_type(node, call("percentile", node.this.copy(), node.expression.copy()))


def find_value_at(node: exp.PercentileDisc) -> exp.Expr:
    """A quantile that is one of the values; of days as well, which Spark refuses."""
    values = call("array_sort", exp.ArrayAgg(this=node.this.copy()))
    place = call(
        "ceil", exp.Mul(this=node.expression.copy(), expression=call("size", values.copy()))
    )
    index = exp.Sub(
        this=call("greatest", exp.cast(place, "INT"), 1), expression=exp.Literal.number(1)
    )
    return keep_type(node, call("get", values, index))


def round_to(node: exp.Round) -> exp.Expr:
    """The number of digits may differ by row."""
    digits = node.args.get("decimals")
    if digits is None or isinstance(digits, exp.Literal):
        return node
    scale = call("pow", exp.Var(this="10D"), digits.copy())
    up = call("round", exp.Mul(this=wrap(node.this.copy()), expression=scale))
    return typed(exp.Paren(this=exp.Div(this=up, expression=scale.copy())), "DOUBLE")


def take_logarithm(node: exp.Log) -> exp.Expr:
    """Ten has a logarithm of its own, exact for powers of ten."""
    if isinstance(node.this, exp.Literal) and node.this.this == "10" and node.expression:
        return typed(call("log10", node.expression.copy()), "DOUBLE")
    return node


def list_series(node: exp.GenerateSeries) -> exp.Expr:
    """A series whose end lies before its start is empty."""
    start, end, step = node.args["start"], node.args["end"], node.args.get("step")
    if node.args.get("is_end_exclusive"):
        end = exp.Sub(this=wrap(end.copy()), expression=exp.Literal.number(1))
    steps = [step.copy()] if step else [exp.Literal.number(1)]
    series = call("sequence", start.copy(), end.copy(), *steps)
    is_there = exp.LTE(this=wrap(start.copy()), expression=wrap(end.copy()))
    return keep_type(
        node, call("if", is_there, series, call("slice", call("array", start.copy()), 1, 0))
    )


def match_whole(node: exp.RegexpFullMatch) -> exp.Expr:
    """A pattern that has to match the whole text."""
    whole = call(
        "concat", exp.Literal.string("^(?:"), node.expression.copy(), exp.Literal.string(")$")
    )
    return typed(exp.RegexpLike(this=node.this.copy(), expression=whole), "BOOLEAN")


def is_infinite(node: exp.IsInf) -> exp.Expr:
    """Beyond all numbers, on either side."""
    return typed(
        exp.EQ(this=call("abs", node.this.copy()), expression=exp.Var(this=INFINITY)), "BOOLEAN"
    )


def shift_by_days(node: exp.ToDays) -> exp.Expr:
    """An interval of days."""
    return call("make_dt_interval", exp.cast(node.this.copy(), "INT"))


def shift_by_months(node: exp.Anonymous) -> exp.Expr:
    """An interval of months."""
    return call("make_ym_interval", 0, exp.cast(node.expressions[0].copy(), "INT"))


def find_in_list(node: exp.Anonymous) -> exp.Expr:
    """The place of a value in a list; null, and not zero, where it is not there."""
    place = call("array_position", *(e.copy() for e in node.expressions))
    return typed(call("nullif", place, 0), "INT")


def multiply_lists(node: exp.Anonymous) -> exp.Expr:
    """The sum of the products of two lists of numbers."""
    products = call("zip_with", *(e.copy() for e in node.expressions), "(one, two) -> one * two")
    return typed(call("aggregate", products, "0D", "(total, one) -> total + one"), "DOUBLE")


def is_finite(node: exp.Anonymous) -> exp.Expr:
    """Below infinity, on either side."""
    size = call("abs", node.expressions[0].copy())
    return typed(exp.LT(this=size, expression=exp.Var(this=INFINITY)), "BOOLEAN")


def pick_any_by(node: exp.Anonymous) -> exp.Expr:
    """The value of the row with the largest, null or not."""
    return keep_type(node, call("max_by", *(e.copy() for e in node.expressions)))


def hash_values(node: exp.Anonymous) -> exp.Expr:
    """A fingerprint of values, or of a row under the name of its query; another than DuckDB's.

    It serves to find what changed since the build before, and no build follows one of Spark.
    """
    parts = [e.copy() for e in node.expressions]
    if isinstance(parts[0], exp.Column | exp.TableColumn) and not is_of(parts[0], KNOWN):
        parts = [exp.Column(this=exp.Star(), table=exp.to_identifier(parts[0].name))]
    return typed(exp.cast(call("xxhash64", *parts), "DECIMAL(38, 0)"), "HUGEINT")


def call_by_name(node: exp.Anonymous) -> exp.Expr:
    """Functions that SQLGlot does not know.

    Raises:
        UnsupportedError: nor does `RENAMED`.
    """
    rule = RENAMED.get(node.name.lower())
    if rule is None:
        raise UnsupportedError(f"the function {node.name.lower()}; add a rule to spark_rules.py")
    return rule(node)


def count_over(node: exp.Window) -> exp.Expr:
    """Windows do not count distinct values."""
    inner = node.this
    if isinstance(inner, exp.Count) and isinstance(inner.this, exp.Distinct):
        (value,) = inner.this.expressions
        window = node.copy()
        window.set("this", call("collect_set", value.copy()))
        return typed(call("size", window), "BIGINT")
    return node


def order_anyhow(node: exp.Window) -> exp.Expr:
    """Rows are numbered in some order, if in none that is said."""
    if isinstance(node.this, exp.RowNumber) and not node.args.get("order"):
        one = exp.Ordered(this=exp.Literal.number(1))
        node.set("order", exp.Order(expressions=[one]))
    return count_over(node)


def stand_alone(node: exp.Exists) -> exp.Expr:
    """A question within a comparison stands in brackets."""
    return exp.Paren(this=node.copy()) if isinstance(node.parent, exp.Binary) else node


RENAMED: dict[str, Callable] = {
    "arg_max_null": pick_any_by,
    "hash": hash_values,
    "isfinite": is_finite,
    "list_inner_product": multiply_lists,
    "list_position": find_in_list,
    "to_months": shift_by_months,
}

RULES: dict[type[exp.Expr], Callable] = {
    exp.Add: shift_date,
    exp.Anonymous: call_by_name,
    exp.AnyValue: take_any,
    exp.ArgMax: pick_by,
    exp.ArgMin: pick_by,
    exp.ArrayAgg: collect,
    exp.Avg: sum_unordered,
    exp.Bracket: take_element,
    exp.Cast: cast,
    exp.Concat: texts.join_texts,
    exp.DPipe: texts.chain_texts,
    exp.DateDiff: count_periods,
    exp.DateTrunc: truncate_date,
    exp.Div: divide,
    exp.Exists: stand_alone,
    exp.Format: texts.format_number,
    exp.GenerateSeries: list_series,
    exp.GroupConcat: texts.join_distinct,
    exp.IsInf: is_infinite,
    exp.Length: measure_length,
    exp.Literal: write_number,
    exp.Log: take_logarithm,
    exp.PercentileCont: find_quantile,
    exp.PercentileDisc: find_value_at,
    exp.RegexpFullMatch: match_whole,
    exp.Round: round_to,
    exp.StddevSamp: sum_unordered,
    exp.Sub: shift_date,
    exp.Sum: sum_unordered,
    exp.TimestampTrunc: truncate_date,
    exp.ToDays: shift_by_days,
    exp.Window: order_anyhow,
}
