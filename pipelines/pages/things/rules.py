"""A page for every rule: what it says, its clauses, what it closed and opened, its effects."""

from __future__ import annotations

from pipelines.pages.page import Block, Bullets, Heading, Page, Table, Text
from pipelines.pages.reader import Row, make_sources_table
from pipelines.pages.things.names import Names, link_document
from pipelines.pages.things.status import name_outcome

FOLDER = "rules"
NEEDS = ("dim_chip", "dim_country", "dim_policy", "fct_chip_control_status")
POLICIES = """
    select *, coalesce(effective_on, policy_published_on, announced_on) as on_day
    from marts.dim_policy
    order by on_day desc, policy_id
"""
CLAUSES = """
    select policy_id, clause_id, control_item, condition_text, valid_from, valid_to
    from marts.dim_control_clause
    order by policy_id, clause_id
"""
# a change belongs to the rule that decides from then on, or, where none does, to the one before;
# long after that rule's own day it is a country that moved, by a rule on destinations of that day
CHANGES = """
    with movers as (
        select effective_on, min(policy_id) as policy_id
        from marts.dim_policy
        where list_contains(str_split(affects, ';'), 'destinations')
        group by effective_on
    ),

    intervals as (
        select
            chip_id, destination_country, valid_from, outcome, strictness, policy_id,
            lag((outcome, strictness, policy_id)) over (
                partition by chip_id, destination_country order by valid_from
            ) as previous
        from marts.fct_chip_control_status
        where
            scenario_id = 'baseline' and buyer_headquarters = 'local' and transaction = 'export'
            and valid_from <= $as_of
    ),

    changes as (
        select
            case
                when m.policy_id is not null and p.effective_on is distinct from i.valid_from
                    then m.policy_id
                else coalesce(i.policy_id, i.previous[3])
            end as policy_id,
            i.valid_from,
            i.previous[1] as outcome_before,
            i.outcome,
            case
                when i.strictness is null or i.previous[2] is null then 'unclear'
                -- controlled without a licence is as open as not controlled
                when greatest(i.strictness, 0) = greatest(i.previous[2], 0) then 'same'
                when i.strictness > i.previous[2] then 'closed'
                else 'opened'
            end as direction,
            i.chip_id,
            i.destination_country
        from intervals as i
        left join movers as m on m.effective_on = i.valid_from
        left join marts.dim_policy as p on p.policy_id = i.policy_id
        where i.previous is not null and i.previous[1] <> i.outcome
    )

    select
        policy_id, direction, valid_from, outcome_before, outcome,
        list(distinct chip_id order by chip_id) as chips,
        list(distinct destination_country order by destination_country) as countries
    from changes
    where policy_id is not null
    group by policy_id, direction, valid_from, outcome_before, outcome
    order by policy_id, direction, valid_from, len(chips) desc, outcome
"""
TERMS = """
    select policy_id, kind, destination_country, rate_pct, says, is_certain, standard_basis,
           min(valid_from) as valid_from, max(valid_to) as valid_to,
           list(distinct chip_id order by chip_id) as chips
    from marts.fct_policy_term
    group by all
    order by policy_id, kind, valid_from, says
"""
COVERAGE = """
    select policy_id, is_quantified, reason,
           list(destination_country order by destination_country) as countries
    from marts.fct_policy_impact_coverage
    group by policy_id, is_quantified, reason
    order by policy_id, is_quantified desc, len(countries) desc, reason
"""
EFFECTS = """
    with last_quarter as (
        select scenario_id, max(quarter_start) as quarter_start
        from marts.fct_policy_impact
        where is_quantified and not is_nowcast
        group by scenario_id
    ),

    effects as (
        select
            unnest(str_split(i.policy_ids, ',')) as policy_id, i.scenario_id, i.quarter_start,
            i.region_id, i.workload_id, i.deployed_h100e_p05, i.deployed_h100e_p50,
            i.deployed_h100e_p95, i.supply_h100e_p05, i.supply_h100e_p50, i.supply_h100e_p95
        from marts.fct_policy_impact as i
        join last_quarter using (scenario_id, quarter_start)
        where i.effect = 'total' and i.is_quantified and i.region_id <> 'WORLD'
    )

    select * from effects
    where supply_h100e_p95 <> 0 or supply_h100e_p05 <> 0 or deployed_h100e_p50 <> 0
    order by policy_id, scenario_id, region_id, workload_id
"""


def make_rule_pages(names: Names) -> list[Page]:
    """Return the list of rules and a page per rule."""
    if not names.reader.has(*NEEDS):
        return []
    policies = names.reader.ask(POLICIES)
    return [_make_index(names, policies), *(_make_page(names, row) for row in policies)]


def _changes(names: Names, policy_id: str) -> list[Row]:
    as_of = names.reader.release.as_of
    return names.reader.group(CHANGES, "policy_id", {"as_of": as_of}).get(policy_id, [])


def _count_chips(rows: list[Row], direction: str) -> int:
    return len({chip for row in rows if row["direction"] == direction for chip in row["chips"]})


def _name_affected(names: Names, affects: str) -> str:
    return names.texts("list.between").join(
        names.texts.word("affects", part) for part in affects.split(";")
    )


def _make_index(names: Names, policies: list[Row]) -> Page:
    t = names.texts
    rows = []
    for row in policies:
        changes = _changes(names, row["policy_id"])
        counts = [_count_chips(changes, direction) for direction in ("closed", "opened")]
        rows.append(
            (
                names.policy(row["policy_id"]),
                names.day(row["on_day"]),
                _name_jurisdiction(names, row["jurisdiction"]),
                t.word("instrument", row["instrument"]),
                _name_affected(names, row["affects"]),
                *(str(count) if count else "" for count in counts),
            )
        )
    columns = ("title", "day", "jurisdiction", "instrument", "affects", "closed", "opened")
    return Page(
        f"{FOLDER}/index",
        t("rule_pages.title"),
        [
            Text(t("rule_pages.intro", rules=len(policies))),
            Table(tuple(t(f"rule_pages.column.{c}") for c in columns), tuple(rows), numeric=(5, 6)),
        ],
    )


def _name_jurisdiction(names: Names, code: str) -> str:
    return names.countries.get(code) or names.texts.word("country_group", code)


def _make_page(names: Names, policy: Row) -> Page:
    t = names.texts
    changes = _changes(names, policy["policy_id"])
    blocks: list[Block] = [
        *_show_facts(names, policy),
        *_show_clauses(names, policy["policy_id"]),
        *_show_changes(names, changes),
        *_show_terms(names, policy["policy_id"]),
        *_show_effects(names, policy["policy_id"]),
    ]
    sources = make_sources_table(names.reader, t, ("dim_policy",))
    blocks += [sources] if sources else []
    title = names.policies[policy["policy_id"]]
    return Page(
        f"{FOLDER}/{policy['policy_id']}",
        title,
        blocks,
        _tell(names, policy, title, changes),
        keywords=names.keywords(
            policy["policy_id"],
            names.both_names[policy["policy_id"]],
            policy["issuer"],
            policy["citation"],
            policy["summary"],
        ),
    )


def _tell(names: Names, policy: Row, title: str, changes: list[Row]) -> str:
    t = names.texts
    closed, opened = (_count_chips(changes, direction) for direction in ("closed", "opened"))
    values = {
        "rule": title,
        "issuer": policy["issuer"],
        "day": t.day(policy["on_day"]),
        "closed": closed,
        "opened": opened,
    }
    key = "both" if closed and opened else "closed" if closed else "opened" if opened else "none"
    return t(f"rule_pages.answer.{key}", **values)


def _show_facts(names: Names, policy: Row) -> list[Block]:
    t = names.texts
    rows = [
        (t("rule_pages.issuer"), policy["issuer"]),
        (t("rule_pages.column.instrument"), t.word("instrument", policy["instrument"])),
        (t("rule_pages.citation"), policy["citation"] or ""),
        (t("rule_pages.column.affects"), _name_affected(names, policy["affects"])),
        *(
            (t(f"rule_pages.{day}"), t.day(policy[day]))
            for day in ("announced_on", "policy_published_on", "effective_on", "ended_on")
            if policy[day]
        ),
        (t("things.document"), link_document(policy["source_url"])),
    ]
    return [
        Text(policy["summary"], lang="en"),
        Table(
            tuple(t(f"rule_pages.{c}") for c in ("fact", "value")),
            tuple(row for row in rows if row[1]),
        ),
        Text(
            t(
                "things.rests_on",
                sources=names.sources(policy["source_ids"]),
                day=t.day(policy["known_on"]),
                confidence=t.word("confidence", policy["confidence"]),
            )
        ),
    ]


def _show_clauses(names: Names, policy_id: str) -> list[Block]:
    t = names.texts
    if not names.reader.has("dim_control_clause"):
        return []
    rows = names.reader.group(CLAUSES, "policy_id").get(policy_id, [])
    if not rows:
        return []
    return [
        Heading(t("rule_pages.clauses")),
        Table(
            tuple(t(f"things.{c}") for c in ("clause", "item", "condition", "from", "until")),
            tuple(
                (
                    f"`{row['clause_id']}`",
                    f"`{row['control_item']}`",
                    row["condition_text"],
                    names.day(row["valid_from"]),
                    names.until(row["valid_to"]),
                )
                for row in rows
            ),
        ),
    ]


def _show_changes(names: Names, changes: list[Row]) -> list[Block]:
    t = names.texts
    if not changes:
        return []
    columns = ("direction", "from", "before", "after", "number", "destinations")
    return [
        Heading(t("rule_pages.changes")),
        Table(
            tuple(t(f"things.{c}") for c in columns),
            tuple(
                (
                    t.word("direction", row["direction"]),
                    names.day(row["valid_from"]),
                    name_outcome(t, row["outcome_before"]),
                    name_outcome(t, row["outcome"]),
                    str(len(row["chips"])),
                    names.name_some_countries(row["countries"], 3),
                )
                for row in changes
            ),
            t("rule_pages.changes_note"),
            numeric=(4,),
        ),
        Bullets(
            tuple(
                t(
                    "rule_pages.change",
                    direction=t.word("direction", row["direction"]),
                    before=name_outcome(t, row["outcome_before"]),
                    after=name_outcome(t, row["outcome"]),
                    destinations=names.name_some_countries(row["countries"], 3),
                    chips=names.list_chips(row["chips"]),
                )
                for row in changes
            )
        ),
    ]


def _show_terms(names: Names, policy_id: str) -> list[Block]:
    t = names.texts
    if not names.reader.has("fct_policy_term"):
        return []
    rows = names.reader.group(TERMS, "policy_id").get(policy_id, [])
    if not rows:
        return []
    columns = ("term", "rate", "destinations", "from", "until", "chips")
    return [
        Heading(t("rule_pages.terms")),
        Table(
            tuple(t(f"things.{c}") for c in columns),
            tuple(
                (
                    t.word("term", row["kind"]),
                    f"{row['rate_pct']:g} %" if row["rate_pct"] is not None else "",
                    names.country(row["destination_country"]),
                    names.day(row["valid_from"]),
                    names.until(row["valid_to"]),
                    names.list_chips(row["chips"]),
                )
                for row in rows
            ),
            numeric=(1,),
        ),
        *(Text(says, lang="en") for says in dict.fromkeys(row["says"] for row in rows)),
    ]


def _show_effects(names: Names, policy_id: str) -> list[Block]:
    t = names.texts
    if not names.reader.has("fct_policy_impact", "fct_policy_impact_coverage"):
        return []
    effects = names.reader.group(EFFECTS, "policy_id").get(policy_id, [])
    coverage = names.reader.group(COVERAGE, "policy_id").get(policy_id, [])
    blocks: list[Block] = [Heading(t("rule_pages.effects"))] if effects or coverage else []
    if effects:
        columns = ("scenario", "quarter", "region", "work", "deployed", "supply")
        blocks.append(
            Table(
                tuple(t(f"rule_pages.effect.{c}") for c in columns),
                tuple(
                    (
                        t.word("scenario", row["scenario_id"]),
                        t.quarter(row["quarter_start"]),
                        t.word("region", row["region_id"]),
                        t.word("work", row["workload_id"]),
                        t.interval(*(row[f"deployed_h100e_{p}"] for p in ("p50", "p05", "p95"))),
                        t.interval(*(row[f"supply_h100e_{p}"] for p in ("p50", "p05", "p95"))),
                    )
                    for row in effects
                ),
                t("rule_pages.effects_note"),
                numeric=(4, 5),
            )
        )
    for row in coverage:
        shown = names.name_some_countries(
            [c if c in names.countries else t.word("country_group", c) for c in row["countries"]], 3
        )
        quantified = "yes" if row["is_quantified"] else "no"
        blocks.append(Text(t(f"rule_pages.quantified.{quantified}", destinations=shown)))
        if row["reason"]:
            blocks.append(Text(row["reason"], lang="en"))
    return blocks
