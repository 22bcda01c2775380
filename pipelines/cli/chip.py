"""`compute-balance chip`: could this chip go there on that day, under which rule, and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from pipelines.answers.chip import ChipAnswer, answer_chip
from pipelines.base.settings import Settings, today_utc
from pipelines.cli.completion import ReleaseName
from pipelines.cli.tables import print_json, print_table
from pipelines.release.publish import find_readable

OUTCOMES = {
    "not_controlled": "not controlled: no licence is needed",
    "no_licence_needed": "controlled, but no licence is needed for this destination",
    "licence_exception": "controlled; a licence exception is open",
    "licence_presumption_of_approval": "licence needed; presumption of approval",
    "licence_case_by_case": "licence needed; decided case by case",
    "licence_required": "licence needed; no review standard is published",
    "licence_presumption_of_denial": "licence needed; presumption of denial",
    "unknown": "unknown: a metric that the rules need is not published",
}
BASES = {
    "rule": "the text of the rule",
    "filing": "a filing of the company",
    "company_statement": "a statement of the company",
    "press": "the press; no text was published",
    "summary": "a summary of the text",
    "unconfirmed": "unconfirmed: no text at hand states it",
}
SCOPES = {
    "all_buyers": "for all buyers",
    "large_platforms": "for large platforms only",
    "state_funded_datacenters": "for state-funded datacenters only",
}
GUIDANCE = {"gp10_warning": "binds nobody, warns of general prohibition 10"}


@click.command()
@click.argument("chip", type=ReleaseName("chip"))
@click.option(
    "--to",
    "country",
    required=True,
    type=ReleaseName("country"),
    help="Destination: ISO code or name.",
)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day; by default today (UTC).")
@click.option(
    "--buyer",
    default="local",
    show_default=True,
    metavar="local|d5_or_macau|NAME",
    help="Head office of the buyer's ultimate parent, in the destination or in a D:5 country or "
    "Macau; or the buyer by name, such as a listed party.",
)
@click.option(
    "--transaction",
    type=click.Choice(["export", "reexport"]),
    default="export",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def chip(
    chip: str,
    country: str,
    on: datetime | None,
    buyer: str,
    transaction: str,
    as_json: bool,
) -> None:
    """Tell whether CHIP could be exported to a country on a day, and show the reasoning.

    CHIP is an id (nvidia-h20), a market name or a label of a source. The answer assumes that the
    chip is subject to the American rules; lists of parties count for a buyer by name, end uses
    stand outside.
    """
    day = on.date() if on else today_utc()
    answer = answer_chip(find_readable(Settings()), chip, country, day, buyer, transaction)
    if as_json:
        print_json(asdict(answer))
    else:
        print_answer(answer)


def print_answer(answer: ChipAnswer) -> None:
    """Print verdict, reasoning line by line, timeline and siblings."""
    verdict = answer.verdict
    place = f"{answer.country['country_name']} ({answer.country['country_code']})"
    click.echo(
        f"{answer.chip['chip_name']} ({answer.chip['chip_id']}) to {place} on {answer.on}, "
        f"{answer.transaction}{_describe_buyer(answer)}"
    )
    click.echo(f"  {OUTCOMES[verdict['outcome']]}")
    _print_line("because", verdict["deciding_reason"])
    if verdict["control_item"]:
        clause = f"clause {verdict['clause_id']}" if verdict["clause_id"] else "the chip is named"
        _print_line("control item", f"{verdict['control_item']}, {clause}")
    _print_policy("rule", answer.policy)
    if verdict["licence_policy_id"] != verdict["policy_id"]:
        _print_policy("standard", answer.licence_policy)
    _print_line("basis", _describe_basis(verdict))
    _print_line("exception", verdict["licence_exception_name"])
    _print_line("on condition", verdict["licence_condition"])
    if verdict["licence_review"]:
        _print_line("review", f"{verdict['licence_review']} if a licence is sought all the same")
    if verdict["headroom_pct"] is not None:
        _print_line("headroom", _describe_headroom(verdict))
    elif verdict["outcome"] == "unknown":
        _print_line("missing", verdict["binding_metric"])
    _print_buyer(answer)
    _print_beside(answer)
    for note in _list_notes(answer):
        _print_line("note", note)
    _print_conditions(answer)
    _print_timeline(answer)
    if answer.siblings:
        click.echo("\nRelated chips on that day:")
        print_table(
            ["chip", "tpp", "performance_density", "outcome", "rule"],
            [list(row.values()) for row in answer.siblings],
        )


def _print_line(name: str, text: str | None) -> None:
    if text:
        click.echo(f"  {name:<14}{text}")


def _print_policy(name: str, policy: dict | None) -> None:
    if policy:
        _print_line(name, f"{policy['policy_id']}: {policy['title']}")
        _print_line("", f"{policy['citation'] or 'no citation'}  {policy['source_url']}")


def _describe_buyer(answer: ChipAnswer) -> str:
    if answer.buyer:
        seat = answer.buyer["headquarters_country"]
        return f", to {answer.buyer['buyer_name']} (headquarters {seat})"
    return "" if answer.buyer_headquarters == "local" else ", buyer with parent in D:5 or Macau"


def _describe_basis(verdict: dict) -> str | None:
    """Say on what the standard rests; None where no standard is shown."""
    basis = verdict["standard_basis"]
    if basis is None:
        return None
    day = verdict["standard_basis_on"]
    return BASES[basis] + (f", of {day}" if day and basis != "unconfirmed" else "")


def _print_buyer(answer: ChipAnswer) -> None:
    """Print the listing of a buyer by name and what it was granted, whether they decide or not."""
    verdict = answer.verdict
    if not answer.buyer:
        return
    if verdict["listing_reason"] is None:
        _print_line("listed", "on no list with an American licence duty that day, as far as known")
    elif verdict["deciding_kind"] != "listing":
        _print_line("listed too", verdict["listing_reason"])
    if verdict["listing_reason"] and answer.listing:
        _print_line("", f"{verdict['listing_citation']}  {answer.listing['source_url']}")
    if answer.granted:
        duty = "; the duty stays" if verdict["strictness"] != 0 else ""
        _print_line("granted", f"{verdict['granted_text']} ({answer.granted['policy_id']}){duty}")
        _print_line("", answer.granted["source_url"])


def _print_beside(answer: ChipAnswer) -> None:
    """Print what stands beside the licence: terms, the destination's restrictions, guidance."""
    for row in answer.terms:
        perhaps = "" if row["is_certain"] else " (if it is in the band: figures are unpublished)"
        _print_line(
            _say(row["kind"]), f"{row['says']}{perhaps}; basis: {BASES[row['standard_basis']]}"
        )
        if row["exemptions"]:
            _print_line("", f"exempt: {row['exemptions']}")
        _print_line("", f"{row['citation'] or row['policy_id']}  {row['source_url']}")
    for row in answer.restrictions:
        scope = SCOPES.get(row["scope"], row["scope"])
        _print_line(
            "destination",
            f"{_say(row['treatment'])}, {scope}, by {row['policy_id']}: {row['title']}",
        )
        _print_line("", row["source_url"])
    for row in answer.guidance:
        words = GUIDANCE.get(row["treatment"], _say(row["treatment"]))
        _print_line("guidance", f"{words}: {row['policy_id']}: {row['title']}")
        _print_line("", row["source_url"])


def _describe_headroom(row: dict) -> str:
    return (
        f"{row['headroom_pct']:+.1f} % on {row['binding_metric']}: "
        f"{row['binding_value']:,g} against {row['binding_threshold']:,g}"
    )


def _list_notes(answer: ChipAnswer) -> list[str]:
    """Return what the verdict supposes, where this chip gives reason to say it."""
    chip, country = answer.chip, answer.country["country_code"]
    notes = []
    if chip["vendor_country"] == country:
        notes.append("a sale inside the vendor's own country is no export")
    elif chip["vendor_country"] not in ("US", None):
        notes.append("a foreign chip is covered only as far as it is subject to American rules")
    if chip["released_on"] and answer.on < chip["released_on"]:
        notes.append(f"the chip was released later, on {chip['released_on']}")
    return notes


def _print_timeline(answer: ChipAnswer) -> None:
    """Print the timeline; the standard has a column where another act than the rule sets it."""
    has_standard = any(row["licence_policy_id"] != row["policy_id"] for row in answer.timeline)
    standard = ["standard set by"] if has_standard else []
    click.echo("\nTimeline for this destination:")
    print_table(
        ["from", "to", "outcome", "control_item", "rule", *standard, "headroom", "destination"],
        [
            [
                row["valid_from"],
                row["valid_to"] or "open",
                row["outcome"],
                row["control_item"],
                row["policy_id"],
                *([row["licence_policy_id"]] if has_standard else []),
                _summarise_headroom(row),
                _summarise_restrictions(row["destination_restriction"]),
            ]
            for row in answer.timeline
        ],
    )


def _summarise_headroom(row: dict) -> str:
    if row["headroom_pct"] is None:
        return f"needs {row['binding_metric']}" if row["outcome"] == "unknown" else ""
    return f"{row['headroom_pct']:+.1f} % {row['binding_metric']}"


def _summarise_restrictions(shown: str | None) -> str:
    return ", ".join(_say(part.partition(":")[0]) for part in shown.split(",")) if shown else ""


def _say(treatment: str) -> str:
    return treatment.replace("_", " ")


def _print_conditions(answer: ChipAnswer) -> None:
    if not answer.conditions:
        click.echo("\nNo clause of the coded rules was in force that day.")
        return
    click.echo("\nClauses in force that day (conditions of a clause are joined by AND):")
    words = {True: "met", False: "not met", None: "unknown"}
    print_table(
        ["item", "clause", "condition", "chip", "", "citation"],
        [
            [
                row["control_item"],
                row["clause_id"],
                f"{row['metric']} {row['operator']} {_trim(row['threshold'])}",
                _trim(row["chip_value"]) if row["chip_value"] else "not published",
                words[row["is_met"]],
                row["citation"],
            ]
            for row in answer.conditions
        ],
    )
    links = dict.fromkeys(
        (row["citation"] or row["policy_id"], row["source_url"]) for row in answer.conditions
    )
    for citation, url in links:
        click.echo(f"  {citation}: {url}")


def _trim(number: str) -> str:
    """Show a whole number without its decimal point."""
    return number.removesuffix(".0")
