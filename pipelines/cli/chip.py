"""`compute-balance chip`: could this chip go there on that day, under which rule, and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from pipelines.answers import ChipAnswer, answer_chip
from pipelines.cli.tables import print_json, print_table
from pipelines.settings import Settings, today_utc

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
    answer = answer_chip(Settings().current_path, chip, country, day, buyer, transaction)
    if as_json:
        print_json(asdict(answer))
    else:
        print_answer(answer)


def print_answer(answer: ChipAnswer) -> None:
    """Print verdict, reasoning line by line, timeline and siblings."""
    verdict, policy = answer.verdict, answer.policy
    place = f"{answer.country['country_name']} ({answer.country['country_code']})"
    buyer = "" if answer.buyer_headquarters == "local" else ", buyer with parent in D:5 or Macau"
    click.echo(
        f"{answer.chip['chip_name']} ({answer.chip['chip_id']}) to {place} on {answer.on}, "
        f"{answer.transaction}{buyer}"
    )
    click.echo(f"  {OUTCOMES[verdict['outcome']]}")
    if verdict["control_item"]:
        clause = f", clause {verdict['clause_id']}" if verdict["clause_id"] else ", by name"
        click.echo(f"  control item  {verdict['control_item']}{clause}")
    if policy:
        click.echo(f"  rule          {policy['policy_id']}: {policy['title']}")
        click.echo(f"                {policy['citation'] or 'no citation'}  {policy['source_url']}")
    if verdict["licence_review"]:
        click.echo(
            f"  review        {verdict['licence_review']} if a licence is sought all the same"
        )
    if verdict["headroom_pct"] is not None:
        click.echo(
            f"  headroom      {verdict['headroom_pct']:+.1f} % on {verdict['binding_metric']}: "
            f"{verdict['binding_value']:,g} against {verdict['binding_threshold']:,g}"
        )
    elif verdict["outcome"] == "unknown":
        click.echo(f"  missing       {verdict['binding_metric']}")
    if verdict["destination_restriction"]:
        click.echo(f"  destination   {verdict['destination_restriction']}")
    _print_conditions(answer)
    click.echo("\nTimeline for this destination:")
    print_table(
        ["from", "to", "outcome", "control_item", "rule", "destination_restriction"],
        [
            [
                row["valid_from"],
                row["valid_to"] or "open",
                row["outcome"],
                row["control_item"],
                row["policy_id"],
                row["destination_restriction"],
            ]
            for row in answer.timeline
        ],
    )
    if answer.siblings:
        click.echo("\nRelated chips on that day:")
        print_table(
            ["chip", "tpp", "performance_density", "outcome", "rule"],
            [list(row.values()) for row in answer.siblings],
        )


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
