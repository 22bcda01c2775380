"""What was known when, and what a scenario changes: both rewrite rows before anything is decided.

Both follow the sections "What was known when" and "Scenarios" of the decision procedure in
docs/policy-engine.md. They commute: a scenario's own days are judgements and always known, and an
end that is not known yet cannot be moved.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from .rows import BASELINE, RULE_TABLES, Chip, FactsError, GroupMembership, RuleTables


class UnknownScenarioError(LookupError):
    """A scenario_id without a row in scenarios that is not the baseline."""


def known_on(chip: Chip) -> date | None:
    """Give the day a chip is known: coalesce(released_on, published_on).

    Two rows of the facts have neither day. They would never be known and so never get a status,
    while a status is promised for every chip; `accessed_on` stands in, as it does for observations.
    """
    for column in ("released_on", "published_on", "accessed_on"):
        day = chip.values.get(column)
        if isinstance(day, date):
            return day
    return None


def known_tables(tables: RuleTables, as_of: date) -> RuleTables:
    """Keep what the public knew on `as_of`.

    Rows of the four rule tables need their policy's `public_on`; an end counts only when the policy
    in `ended_by` is known, before that the row is open. An end without `ended_by` is the row's own
    text and known with it. A group's end is known from the day after it.
    """
    known = {
        event.policy_id
        for event in tables.policy_events
        if event.public_on is not None and event.public_on <= as_of
    }

    def see(row: Any) -> Any:
        if row.ended_by is not None and row.ended_by not in known:
            return replace(row, valid_to=None)
        return row

    def see_group(row: GroupMembership) -> GroupMembership:
        if row.valid_to is not None and row.valid_to >= as_of:
            return replace(row, valid_to=None)
        return row

    rules = {
        name: tuple(see(row) for row in getattr(tables, name) if row.policy_id in known)
        for name in RULE_TABLES
    }
    chips = ((chip, known_on(chip)) for chip in tables.chip_specs)
    return replace(
        tables,
        **rules,
        policy_events=tuple(row for row in tables.policy_events if row.policy_id in known),
        destination_groups=tuple(
            see_group(row)
            for row in tables.destination_groups
            if row.valid_from is None or row.valid_from <= as_of
        ),
        chip_specs=tuple(chip for chip, day in chips if day is not None and day <= as_of),
        chip_metric_bounds=tuple(
            row
            for row in tables.chip_metric_bounds
            if row.published_on is not None and row.published_on <= as_of
        ),
    )


@dataclass
class Plan:
    """All switches of one scenario, ready to be laid over the rows as coded."""

    off: set[str] = field(default_factory=set)
    starts: dict[str, date] = field(default_factory=dict)
    shifts: dict[str, timedelta] = field(default_factory=dict)
    ends: dict[str, date | None] = field(default_factory=dict)


def first_starts(tables: RuleTables) -> dict[str, date]:
    """Give each policy's first `valid_from` over the four rule tables."""
    firsts: dict[str, date] = {}
    for name in RULE_TABLES:
        for row in getattr(tables, name):
            day = row.valid_from
            if day is not None and (row.policy_id not in firsts or day < firsts[row.policy_id]):
                firsts[row.policy_id] = day
    return firsts


def make_plan(tables: RuleTables, scenario_id: str) -> Plan:
    """Read the switches of a scenario; `on` is `effective_from` with the policy's own day.

    Raises:
        UnknownScenarioError: if no row carries the scenario_id.
        FactsError: if a switch has an unknown name or lacks its day.
    """
    switches = [row for row in tables.scenarios if row.scenario_id == scenario_id]
    if not switches:
        raise UnknownScenarioError(f"no scenario {scenario_id!r} in scenarios")
    plan, firsts = Plan(), first_starts(tables)
    # A day that the scenario states comes before the day that the policy had in view.
    for row in sorted(switches, key=lambda row: row.switch == "effective_from"):
        if row.switch == "off":
            plan.off.add(row.policy_id)
        elif row.switch == "ended_on":
            plan.ends[row.policy_id] = row.value
        elif row.switch in ("effective_from", "on"):
            day = row.value
            if row.switch == "on":
                event = tables.events.get(row.policy_id)
                day = (event.effective_on or event.public_on) if event else None
                if event is None:
                    continue  # not known on this as-of day, so it has no rows to move either
            if day is None:
                raise FactsError(
                    f"scenarios: {scenario_id}/{row.policy_id}: {row.switch} has no day"
                )
            plan.starts[row.policy_id] = day
            # A policy without dated rows has no distance to move: it changes no status.
            plan.shifts[row.policy_id] = day - firsts.get(row.policy_id, day)
        else:
            raise FactsError(f"scenarios: {scenario_id}: unknown switch {row.switch!r}")
    return plan


def switch_row(row: Any, plan: Plan) -> Any | None:
    """Lay a scenario over one row as coded; None if the row vanishes.

    Readings where the procedure leaves room: an end belongs to the policy in `ended_by`, so it
    moves with that policy and not with the row's own; an end from the row's own text moves with the
    row. `ended_on` speaks of the row's own policy and so prevails over what befalls the ending one.
    """
    if row.policy_id in plan.off:
        return None
    valid_from, valid_to, ended_by = row.valid_from, row.valid_to, row.ended_by
    if row.policy_id in plan.starts:
        shift = plan.shifts[row.policy_id]
        valid_from = plan.starts[row.policy_id] if valid_from is None else valid_from + shift
        if valid_to is not None and ended_by is None:
            valid_to += shift
    if ended_by is not None and row.policy_id in plan.ends:
        valid_to, ended_by = plan.ends[row.policy_id], None
    elif ended_by in plan.off:
        valid_to, ended_by = None, None
    elif ended_by in plan.shifts and valid_to is not None:
        valid_to += plan.shifts[ended_by]
    return replace(row, valid_from=valid_from, valid_to=valid_to, ended_by=ended_by)


def apply_scenario(tables: RuleTables, scenario_id: str) -> RuleTables:
    """Apply all switches of a scenario together to the rows as coded; groups and chips stay."""
    if scenario_id == BASELINE:
        return tables
    plan = make_plan(tables, scenario_id)
    rules = {}
    for name in RULE_TABLES:
        switched = (switch_row(row, plan) for row in getattr(tables, name))
        rules[name] = tuple(row for row in switched if row is not None)
    return replace(tables, **rules)
