"""Cutting a model for Apache Spark into steps, where its parts are used more than once.

DuckDB carries out each common table expression once. Spark puts it in wherever it is named: a plan
grows with every use, and so does the time of planning it, which is most of what a model takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import UnsupportedError

# what makes a part worth keeping; the rest is a choice of columns and rows
COSTLY = (exp.Join, exp.Group, exp.Window, exp.Distinct, exp.SetOperation, exp.AggFunc, exp.Lateral)


@dataclass(frozen=True)
class Step:
    """A named part of a model, to be carried out before what follows it.

    With `again` it is recursive: that query gives the next rows out of those that came last.
    """

    name: str
    tree: exp.Expr
    again: exp.Expr | None = None


def split_steps(tree: exp.Expr) -> tuple[list[Step], exp.Expr]:
    """Return the parts of a query that are steps, in order, and what is left.

    Steps are parts that are used more than once and cost something, and recursive ones: later steps
    and the query name them like tables. Any other part stays in the query that names it.

    Raises:
        UnsupportedError: a recursion is of another form than first rows, union all, next rows.
    """
    with_ = tree.args.get("with_")
    if with_ is None:
        return [], tree
    parts = {part.alias: part.this for part in with_.expressions}
    bare = tree.copy()
    bare.set("with_", None)
    uses = {name: [u for u in list_uses(body, parts) if u != name] for name, body in parts.items()}
    uses[""] = list_uses(bare, parts)
    counts = count_uses(uses)
    costs: dict[str, bool] = {}
    for name, body in parts.items():
        inner = any(costs[used] for used in uses[name] if counts[used] == 1)
        costs[name] = inner or body.find(*COSTLY) is not None
    again = {name for name, body in parts.items() if name in list_uses(body, parts)}
    kept = again | {name for name in parts if counts[name] > 1 and costs[name]}
    steps = []
    for name, body in parts.items():
        if name in again:
            first, rest = split_recursion(name, body, parts)
            more = attach(rest, name, parts, uses, kept)
            steps.append(Step(name, attach(first, name, parts, uses, kept), more))
        elif name in kept:
            steps.append(Step(name, attach(body, name, parts, uses, kept)))
    return steps, attach(bare, "", parts, uses, kept)


def split_recursion(
    name: str, body: exp.Expr, parts: dict[str, exp.Expr]
) -> tuple[exp.Expr, exp.Expr]:
    """Return the first rows of a recursive part, and the query for the next ones.

    Raises:
        UnsupportedError: it is no union of all rows, or begins with itself.
    """
    is_plain = isinstance(body, exp.Union) and not body.args.get("distinct")
    if not is_plain or name in list_uses(body.this, parts):
        raise UnsupportedError(f"the recursion of {name}; write first rows, union all, next rows")
    return body.this, body.expression


def list_uses(body: exp.Expr, parts: dict[str, exp.Expr]) -> list[str]:
    """Return which parts a query names, once for each place where it does."""
    return [
        table.name for table in body.find_all(exp.Table) if not table.db and table.name in parts
    ]


def count_uses(uses: dict[str, list[str]]) -> dict[str, int]:
    """Return how often each part is named in all that is carried out."""
    counts = dict.fromkeys(uses, 0)
    for named in uses.values():
        for name in named:
            counts[name] += 1
    return counts


def attach(
    body: exp.Expr,
    name: str,
    parts: dict[str, exp.Expr],
    uses: dict[str, list[str]],
    kept: set[str],
) -> exp.Expr:
    """Return a query with the parts that it needs and that are no steps."""
    needed: set[str] = set()
    waiting = [name]
    while waiting:
        for used in uses[waiting.pop()]:
            if used not in needed and used not in kept:
                needed.add(used)
                waiting.append(used)
    query = body.copy()
    listed = [
        exp.CTE(this=part.copy(), alias=exp.TableAlias(this=exp.to_identifier(part_name)))
        for part_name, part in parts.items()
        if part_name in needed
    ]
    if listed:
        inner = query.args.get("with_")
        query.set("with_", exp.With(expressions=[*listed, *(inner.expressions if inner else [])]))
    return query
