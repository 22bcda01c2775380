"""Feeds: tables of any source that join what a model reads, by their contract alone.

A table with `feeds: rents` gives rents of accelerators under the names below (in the contract, or
by `rename`); `source generate` writes the model that puts all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.base.sql import quote_text
from pipelines.contracts.labels import get_label_path, read_labels
from pipelines.contracts.model import Column, Contract, Table
from pipelines.contracts.staging import HEADER, get_staging_name

RENTS_MODEL = "int_prices__fed_rents"
RENTS_PATH = f"intermediate/prices/{RENTS_MODEL}.sql"


@dataclass(frozen=True)
class FeedColumn:
    """A column that a feed has: its type, and what stands there where a table has none.

    `default` is an SQL expression; None where the table must have the column. `words` are those
    that its cells may hold; none where any text may stand there.
    """

    type: str
    default: str | None
    words: tuple[str, ...] = ()


PROVIDER_TYPES = ("hyperscaler", "neocloud", "marketplace", "china_cloud", "china_idc", "index")
COMMITMENTS = (
    "on_demand",
    "spot",
    "reserved_1m",
    "reserved_3m",
    "reserved_6m",
    "reserved_1y",
    "reserved_2y",
    "reserved_3y",
)
RENTS: dict[str, FeedColumn] = {
    "observed_on": FeedColumn("DATE", None),
    "provider": FeedColumn("VARCHAR", None),
    "provider_type": FeedColumn("VARCHAR", None, PROVIDER_TYPES),
    "origin": FeedColumn("VARCHAR", "null"),
    "country_code": FeedColumn("VARCHAR", "null"),
    "region": FeedColumn("VARCHAR", "null"),
    "instance_type": FeedColumn("VARCHAR", "null"),
    "chip_count": FeedColumn("BIGINT", "null"),
    "chip_id": FeedColumn("VARCHAR", None),
    "commitment": FeedColumn("VARCHAR", "'on_demand'", COMMITMENTS),
    "currency": FeedColumn("VARCHAR", "'USD'"),
    "source_publisher": FeedColumn("VARCHAR", "publisher"),
    "source_url": FeedColumn("VARCHAR", "null"),
    "confidence": FeedColumn("VARCHAR", "'reported'"),
}
PRICES = ("price_per_gpu_hour", "price_per_hour")


def find_feed_faults(contract: Contract, table: Table) -> list[str]:
    """Return what a table lacks for its feed, each with what was found and expected."""
    if table.feeds is None:
        return []
    staged = {c.rename or name: c.type for name, c in table.columns.items()}
    if table.document_mode == "history":
        staged.setdefault("observed_on", "DATE")
    faults = []
    for name, wanted in RENTS.items():
        if name not in staged:
            if wanted.default is None:
                faults.append(f"feeds: found no column {name}; expected one, or a fixed text")
        elif staged[name] != wanted.type:
            faults.append(f"feeds: column {name} is {staged[name]}; expected {wanted.type}")
    priced = [name for name in PRICES if name in staged]
    if len(priced) != 1:
        faults.append(
            f"feeds: found the prices {', '.join(priced) or '(none)'}; expected one of "
            "price_per_gpu_hour (of one accelerator) and price_per_hour (of the machine, with "
            "chip_count)"
        )
    elif priced == ["price_per_hour"] and "chip_count" not in staged:
        faults.append("feeds: found price_per_hour without chip_count; expected how many it is for")
    return faults + [
        told
        for name, column in table.columns.items()
        if (words := list_words(column.rename or name))
        for told in _find_other_words(contract, name, column, words)
    ]


def list_words(name: str) -> tuple[str, ...]:
    """Return the words that a column of the feed may hold; none where any text may stand there."""
    return RENTS[name].words if name in RENTS else ()


def _find_other_words(
    contract: Contract, name: str, column: Column, words: tuple[str, ...]
) -> list[str]:
    """Return what a column may hold beside the words of its feed."""
    expected = f"expected only {', '.join(words)}"
    if column.labels is not None:
        path = get_label_path(contract, column.labels.table)
        if not path.exists():
            return []  # that is told by whoever reads it
        rows = read_labels(contract, column.labels.table, [name])
        found = {row[name] for row in rows if row[name]}
        place = f"labels/{path.name}: column {name}"
    else:
        given = [column.fixed] if column.fixed is not None else column.values
        if given is None:
            return [f"feeds: column {name} has no values; {expected}, or labels for others"]
        found, place = set(given), f"column {name}"
    other = sorted(found - set(words))
    return [f"feeds: {place} holds {', '.join(other)}; {expected}"] if other else []


def write_rents_model(contracts: list[Contract]) -> str:
    """Return the dbt model that puts together the rents of all tables that feed them."""
    members = [
        (contract, table)
        for contract in contracts
        for table in contract.tables
        if table.feeds == "rents"
    ]
    lines = [f"-- {HEADER}", "-- Rents of every source whose contract says that it feeds them."]
    if not members:
        names = [f"    cast(null as {c.type.lower()}) as {n}," for n, c in _list_types().items()]
        return "\n".join([*lines, "select", *names, "where false", ""])
    for number, (contract, table) in enumerate(members):
        name = get_staging_name(contract, table)
        start = "with " if number == 0 else ""
        lines += [f"{start}{name} as (", f"    select * from {{{{ ref('{name}') }}}}", "),", ""]
    lines[-2] = ")"
    for number, (contract, table) in enumerate(members):
        if number:
            lines += ["", "union all", ""]
        lines += ["select", *_write_member(contract, table)]
        lines.append(f"from {get_staging_name(contract, table)}")
    return "\n".join(lines) + "\n"


def _list_types() -> dict[str, FeedColumn]:
    text = FeedColumn("VARCHAR", None)
    first = {"offer_id": text, "observed_on": RENTS["observed_on"]}
    last = {"last_observed_on": RENTS["observed_on"]}
    price = {"price_per_gpu_hour": FeedColumn("DOUBLE", None), "is_machine_price": _FLAG}
    origin = {
        "document_sha256": text,
        "document_row": FeedColumn("BIGINT", None),
        "source_id": text,
        "known_on": RENTS["observed_on"],
    }
    return first | last | RENTS | price | origin


_FLAG = FeedColumn("BOOLEAN", None)


def _write_member(contract: Contract, table: Table) -> list[str]:
    staged = {column.rename or name for name, column in table.columns.items()}
    keys = [table.columns[name].rename or name for name in table.key]
    parts = [quote_text(f"{contract.source_id}.{table.table}"), *keys]
    is_history = table.document_mode == "history"
    observed = "observed_on" if "observed_on" in staged else "valid_from"
    if is_history:
        parts.append("valid_from")
    lines = [
        f"    concat_ws('|', {', '.join(parts)}) as offer_id,",
        f"    {observed} as observed_on," if observed != "observed_on" else "    observed_on,",
        "    last_observed_on," if is_history else f"    {observed} as last_observed_on,",
    ]
    for name, column in RENTS.items():
        if name == "observed_on":
            continue
        if name in staged:
            lines.append(f"    {name},")
        else:
            default = column.default or "null"
            if default == "publisher":
                default = quote_text(contract.publishers[0].name)
            lines.append(f"    cast({default} as {column.type.lower()}) as {name},")
    if "price_per_hour" in staged:
        lines.append("    price_per_hour / chip_count as price_per_gpu_hour,")
    else:
        lines.append("    price_per_gpu_hour,")
    is_machine = "true" if "price_per_hour" in staged else "false"
    lines.append(f"    {is_machine} as is_machine_price,")
    lines += ["    document_sha256,", "    document_row,", "    source_id,", "    known_on,"]
    return lines
