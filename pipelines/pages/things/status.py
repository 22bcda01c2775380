"""Export statuses of the baseline, put together as pages show them: asked once for all things."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipelines.pages.reader import Reader, Row
from pipelines.pages.texts import Texts

# statuses in which no licence is asked for
FREE = ("not_controlled", "no_licence_needed", "licence_exception")
# paths of statuses, with all destinations that have the same: buyers that belong to the
# destination, exports from the United States
PATHS = """
    with intervals as (
        select
            chip_id, destination_country, valid_from, outcome, strictness, policy_id, control_item,
            deciding_kind, binding_metric, binding_value, binding_threshold,
            lag((outcome, policy_id)) over (
                partition by chip_id, destination_country order by valid_from
            ) as previous
        from marts.fct_chip_control_status
        where
            scenario_id = 'baseline' and buyer_headquarters = 'local' and transaction = 'export'
            and valid_from <= $as_of
    ),

    paths as (
        select
            chip_id,
            destination_country,
            list(
                {
                    'begins': valid_from, 'outcome': outcome, 'strictness': strictness,
                    'policy_id': policy_id, 'control_item': control_item,
                    'deciding_kind': deciding_kind, 'binding_metric': binding_metric,
                    'binding_value': binding_value, 'binding_threshold': binding_threshold,
                }
                order by valid_from
            ) as path
        from intervals
        where previous is distinct from (outcome, policy_id)
        group by chip_id, destination_country
    )

    select chip_id, path, list(destination_country order by destination_country) as countries
    from paths
    group by chip_id, path
    order by chip_id, countries
"""
# statuses of today; for other buyers and ways only those that differ from the first kind's
TODAY = """
    with today as (
        select *, buyer_headquarters = 'local' and transaction = 'export' as is_first
        from marts.fct_chip_control_status
        where
            scenario_id = 'baseline' and valid_from <= $as_of
            and (valid_to is null or valid_to > $as_of)
    ),

    shown as (
        select t.*
        from today as t
        left join today as f
            on
                f.chip_id = t.chip_id and f.destination_country = t.destination_country
                and f.is_first
        where t.is_first or f.outcome is distinct from t.outcome
    )
"""
BY_CHIP = f"""
    {TODAY}
    select
        chip_id, is_first, buyer_headquarters, transaction, outcome, strictness, policy_id,
        list(destination_country order by destination_country) as countries
    from shown
    where not is_first
    group by chip_id, is_first, buyer_headquarters, transaction, outcome, strictness, policy_id
    order by
        chip_id, buyer_headquarters desc, transaction, strictness desc nulls last,
        len(countries) desc, policy_id
"""
BY_COUNTRY = f"""
    {TODAY}
    select
        destination_country as country_code, is_first, buyer_headquarters, transaction, outcome,
        strictness, policy_id,
        list(chip_id order by chip_id) as chips
    from shown
    group by
        destination_country, is_first, buyer_headquarters, transaction, outcome, strictness,
        policy_id
    order by
        country_code, is_first desc, buyer_headquarters desc, transaction,
        strictness desc nulls last, len(chips) desc, policy_id
"""


@dataclass(frozen=True)
class Step:
    """A status from a day on, with what decided it."""

    begins: date
    outcome: str
    strictness: int | None
    policy_id: str | None
    control_item: str | None
    deciding_kind: str | None
    binding_metric: str | None
    binding_value: float | None
    binding_threshold: float | None


@dataclass(frozen=True)
class Group:
    """Destinations to which a chip has had the same statuses, and these."""

    countries: list[str]
    path: tuple[Step, ...]

    @property
    def last(self) -> Step:
        """The status of today."""
        return self.path[-1]


def list_groups(reader: Reader) -> dict[str, list[Group]]:
    """Return chip id -> its groups of destinations, China first, then the strictest."""
    groups: dict[str, list[Group]] = {}
    for row in reader.ask(PATHS, {"as_of": reader.release.as_of}):
        path = tuple(Step(**step) for step in row["path"])
        groups.setdefault(row["chip_id"], []).append(Group(row["countries"], path))
    for members in groups.values():
        members.sort(
            key=lambda g: ("CN" not in g.countries, -(g.last.strictness or 0), -len(g.countries))
        )
    return groups


def list_today_by_chip(reader: Reader) -> dict[str, list[Row]]:
    """Return chip id -> where other buyers and ways have another status today."""
    return reader.group(BY_CHIP, "chip_id", {"as_of": reader.release.as_of})


def list_today_by_country(reader: Reader) -> dict[str, list[Row]]:
    """Return country code -> the statuses of today with their chips, by buyer and way."""
    return reader.group(BY_COUNTRY, "country_code", {"as_of": reader.release.as_of})


def count_free(groups: list[Group]) -> tuple[int, int]:
    """Return to how many destinations a chip may go without a licence, and how many are decided."""
    free = sum(len(g.countries) for g in groups if g.last.outcome in FREE)
    return free, sum(len(g.countries) for g in groups if g.last.outcome != "unknown")


def name_outcome(texts: Texts, outcome: str | None) -> str:
    """Return a status in words."""
    return texts.word("outcome", outcome)


def name_reason(texts: Texts, step: Step) -> str:
    """Return what decided a status in words, with the figure that counted."""
    said = texts.word("deciding", step.deciding_kind)
    if step.control_item:
        said = texts("status.with_item", said=said, item=step.control_item)
    if None not in (step.binding_metric, step.binding_value, step.binding_threshold):
        said = texts(
            "status.with_metric",
            said=said,
            metric=texts.word("limit", step.binding_metric),
            value=f"{step.binding_value:,.6g}",
            threshold=f"{step.binding_threshold:,.6g}",
        )
    return said
