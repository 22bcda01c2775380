"""`compute-balance chip`: could this chip go there on that day, under which rule, and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from pipelines.answers.chip import ChipAnswer, answer_chip
from pipelines.base.settings import Settings, today_utc
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


@click.command()
@click.argument("chip")
@click.option("--to", "country", required=True, help="Destination: ISO code or name.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day; by default today (UTC).")
@click.option(
    "--buyer",
    type=click.Choice(["local", "d5_or_macau"]),
    default="local",
    show_default=True,
    help="Head office of the buyer's ultimate parent: in the destination, or in a D:5 country "
    "or Macau.",
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
    chip is subject to the American rules; listed parties and end uses stand outside.
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
    buyer = "" if answer.buyer_headquarters == "local" else ", buyer with parent in D:5 or Macau"
    click.echo(
        f"{answer.chip['chip_name']} ({answer.chip['chip_id']}) to {place} on {answer.on}, "
        f"{answer.transaction}{buyer}"
    )
    click.echo(f"  {OUTCOMES[verdict['outcome']]}")
    if verdict["control_item"]:
        clause = f"clause {verdict['clause_id']}" if verdict["clause_id"] else "the chip is named"
        _print_line("control item", f"{verdict['control_item']}, {clause}")
    _print_policy("rule", answer.policy)
    if verdict["licence_policy_id"] != verdict["policy_id"]:
        _print_policy("standard", answer.licence_policy)
    if verdict["licence_review"]:
        _print_line("review", f"{verdict['licence_review']} if a licence is sought all the same")
    if verdict["headroom_pct"] is not None:
        _print_line("headroom", _describe_headroom(verdict))
    elif verdict["outcome"] == "unknown":
        _print_line("missing", verdict["binding_metric"])
    for row in answer.restrictions:
        _print_line(
            "destination", f"{_say(row['treatment'])} by {row['policy_id']}: {row['title']}"
        )
        _print_line("", row["source_url"])
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
