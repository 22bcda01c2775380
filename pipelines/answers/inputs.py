"""The inputs of costs and studies that are no offers: hardware prices, judgements, sheets, events.

They are cited by the ids that the marts publish. Offers belong in `offers.py`.
"""

from typing import Any

import duckdb

from pipelines.answers.citation import Backing, Citation

# inputs of the cost that have a figure of their own; all others are shown as assumptions
CHIP_POWER = ("it_power_per_chip", "it_power_tdp_multiple")
POWER_TARIFF = ("power_price", "power_price_us", "power_price_cn")
# the parts of the cost that months of payback leave out: capital cost and the building
NOT_IN_PAYBACK = (
    "building_cost_factor",
    "building_life",
    "building_usd_per_it_mw",
    "cost_of_capital",
    "cost_of_capital_cn",
    "cost_of_capital_us",
    "residual_share",
    "useful_life",
)
PARAMETERS = "select assumption_id, parameter from meta.assumption"
# costs of the chip up to the quarter whose prices count in the mean purchase price: those of
# quarters with deliveries; all where none are tracked; the quarter's own before the first
PURCHASES = """
    with deliveries as (
        select quarter_start, sum(units_p50) as units
        from marts.fct_chip_shipments
        where chip_id = $chip_id
        group by quarter_start
    ),
    until_now as (
        select
            cost.quarter_start,
            cost.price_ids,
            not exists (select 1 from deliveries) as is_untracked,
            coalesce(deliveries.units, 0) > 0 as is_delivered,
            cost.quarter_start = $quarter_start as is_own
        from marts.fct_gpu_hour_cost as cost
        left join deliveries on cost.quarter_start = deliveries.quarter_start
        where
            cost.region_id = $region_id
            and cost.chip_id = $chip_id
            and cost.quarter_start <= $quarter_start
    )
    select quarter_start, price_ids, is_delivered
    from until_now
    where
        is_untracked
        or is_delivered
        or (is_own and not exists (select 1 from until_now where is_delivered))
"""


def split_ids(ids: str | None) -> list[str]:
    """Return the ids of a comma-separated cell; none for a null."""
    return [part for part in (ids or "").split(",") if part]


def cite_assumptions(backing: Backing, figure: str, ids: list[str]) -> None:
    """Cite rows of the assumptions registry."""
    backing.cite(figure, "assumptions", "assumptions", "assumption_id", sorted(ids))


def cite_hardware(backing: Backing, figure: str, ids: list[str]) -> None:
    """Cite rows of hardware prices."""
    backing.cite(figure, "hardware_prices", "hardware_prices", "price_id", sorted(ids))


def cite_published_index(backing: Backing, row: dict[str, Any]) -> None:
    """Cite the quote that is a value of a published index."""
    backing.cite("index value", "rental_quotes", "rental_quotes", "quote_id", [row["quote_id"]])


def cite_cost(
    connection: duckdb.DuckDBPyConnection,
    backing: Backing,
    cost: dict[str, Any],
    prefix: str = "",
    leave_out: tuple[str, ...] = (),
    with_purchases: bool = True,
) -> None:
    """Cite the inputs of a cost per accelerator-hour.

    Args:
        connection: a release.
        backing: gets the citations.
        cost: row of fct_gpu_hour_cost.
        prefix: put before the name of each figure.
        leave_out: parameters of the assumptions that the asking row does not use.
        with_purchases: whether the mean purchase price of the stock is asked for as well.
    """
    parameters = dict(connection.execute(PARAMETERS).fetchall())
    chip_id = cost["chip_id"]
    _cite_prices(backing, f"{prefix}chip price", split_ids(cost["price_ids"]), parameters)
    if with_purchases:
        _cite_purchases(connection, backing, cost, prefix, parameters)
    groups: dict[str, list[str]] = {"chip power": [], "power tariff": [], "assumptions": []}
    for assumption_id in split_ids(cost["assumption_ids"]):
        parameter = parameters.get(assumption_id)
        if parameter in leave_out:
            continue
        name = "assumptions"
        if parameter in CHIP_POWER:
            name = "chip power"
        elif parameter in POWER_TARIFF:
            name = "power tariff"
        groups[name].append(assumption_id)
    for name, ids in groups.items():
        cite_assumptions(backing, f"{prefix}{name}", ids)
        if any(parameters.get(i) == "it_power_tdp_multiple" for i in ids):
            # the multiple is one of the thermal design power on the chip's sheet
            backing.cite(f"{prefix}{name}", "chip_specs", "chip_specs", "chip_id", [chip_id])


def cite_events(
    connection: duckdb.DuckDBPyConnection, backing: Backing, figure: str, event_ids: list[str]
) -> None:
    """Cite what tells of events: reported moves, rules, and the sheets of launched chips.

    Args:
        connection: a release.
        backing: gets the citations, and policies and chips as steps.
        figure: name of the figure.
        event_ids: ids as in fct_price_event_study.
    """
    known = connection.execute(
        "select policy_id, 'rule', policy_id from marts.dim_policy "
        "union all select 'launch-' || chip_id, 'launch', chip_id from marts.dim_chip"
    ).fetchall()
    kinds = {event_id: (kind, subject) for event_id, kind, subject in known}
    found: dict[str, list[str]] = {"move": [], "rule": [], "launch": []}
    for event_id in event_ids:
        kind, subject = kinds.get(event_id, ("move", event_id))
        found[kind].append(subject)
    backing.cite(figure, "price_events", "price_events", "event_id", found["move"])
    backing.cite(figure, "export_controls", "policy_events", "policy_id", found["rule"])
    backing.cite(figure, "chip_specs", "chip_specs", "chip_id", found["launch"])
    for policy_id in found["rule"]:
        backing.add_step("dim_policy", policy_id=policy_id)
    for chip_id in found["launch"]:
        backing.add_step("dim_chip", chip_id=chip_id)


def _cite_prices(backing: Backing, figure: str, ids: list[str], parameters: dict[str, str]) -> None:
    """Cite prices of a chip: quotes, and judged prices of a year among the assumptions."""
    cite_hardware(backing, figure, [i for i in ids if i not in parameters])
    cite_assumptions(backing, figure, [i for i in ids if i in parameters])


def _cite_purchases(
    connection: duckdb.DuckDBPyConnection,
    backing: Backing,
    cost: dict[str, Any],
    prefix: str,
    parameters: dict[str, str],
) -> None:
    bound = {name: cost[name] for name in ("quarter_start", "region_id", "chip_id")}
    found = connection.execute(PURCHASES, bound).fetchall()
    ids = {i for _, price_ids, _ in found for i in split_ids(price_ids)}
    _cite_prices(backing, f"{prefix}mean purchase price", sorted(ids), parameters)
    delivered = [quarter for quarter, _, is_delivered in found if is_delivered]
    if not delivered:
        return
    labels = connection.execute(
        "select label from marts.dim_chip_alias where chip_id = ? union select ?",
        [cost["chip_id"], cost["chip_id"]],
    ).fetchall()
    shipments = connection.execute(
        "select distinct vintage_id || '|' || owner || '|' || quarter_start::varchar "
        "from marts.fct_chip_shipments "
        "where chip_id = ? and quarter_start in (select unnest(?::date[]))",
        [cost["chip_id"], delivered],
    ).fetchall()
    conditions = {
        "chip_id": ("chip_id in (select unnest(?::varchar[]))", [[i for (i,) in labels]]),
        "period_start": (
            "vintage_id || '|' || owner || '|' || period_start::varchar "
            "in (select unnest(?::varchar[]))",
            [[i for (i,) in shipments]],
        ),
        # of several cuts of the same chips the one that adds up
        "grain": (
            "grain = 'by_owner_chip' and period_basis = 'calendar_quarter' and in_partition "
            "and change <> 'withdrawn'",
            [],
        ),
    }
    backing.citations.append(
        Citation(
            f"{prefix}deliveries",
            "epoch_chip_counts",
            conditions,
            "chip_shipments_vintages",
        )
    )
