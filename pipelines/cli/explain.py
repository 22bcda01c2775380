"""`compute-balance explain`: from a figure of the balance down to facts, judgements and sources."""

from __future__ import annotations

from dataclasses import asdict

import click

from pipelines.answers.balance import ACCESSES, BalanceAnswer, answer_balance
from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json, print_table
from pipelines.release.publish import find_readable

SECTIONS = {
    "supply": "Supply, step by step on the central path",
    "demand": "Demand, step by step on the central path",
    "allocation": "Who gets the chips on the central path, in shares of the powered stock",
    "regions": "The world as the sum of its regions on the central path",
    "balance": "The figures on the central path",
}
# deliveries that are printed
SHOWN_ARRIVALS = 12
SIGNS = {"times": "x", "plus": "+", "minus": "-", "start": "", "given": "", "result": "="}


@click.command()
@click.argument("region")
@click.argument("quarter")
@click.argument("workload")
@click.option("--access", type=click.Choice(ACCESSES), default="all", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def explain(region: str, quarter: str, workload: str, access: str, as_json: bool) -> None:
    """Walk from a figure of the balance down to what it rests on.

    REGION is US, CN, ROW or WORLD, QUARTER such as 2023Q4, WORKLOAD training_large, training_small
    or inference. With `--access merchant` only what is offered and rented counts. Every step shows
    its factor, so that one number can be checked by hand.
    """
    answer = answer_balance(find_readable(Settings()), region, quarter, workload, access)
    if as_json:
        print_json(asdict(answer))
    else:
        print_balance(answer)


def print_balance(answer: BalanceAnswer) -> None:
    """Print the figure, its walk, the rows behind it, prices, assumptions and sources."""
    _print_figure(answer)
    for section, title in SECTIONS.items():
        _print_section(answer, section, title)
        if section == "supply":
            _print_parts(answer)
            _print_chips(answer)
            _print_arrivals(answer)
        if section == "demand":
            _print_runs(answer)
            _print_points(answer)
    _print_inputs(answer)
    _print_prices(answer)
    _print_assumptions(answer)
    _print_sources(answer)


def _print_figure(answer: BalanceAnswer) -> None:
    figure, release = answer.figure, answer.release
    click.echo(
        f"{answer.workload['workload_name']} in {answer.region['region_name']}, "
        f"{answer.quarter['quarter_label']}, access {answer.access}"
    )
    for name, unit in (("supply_h100e", "H100e"), ("demand_h100e", "H100e"),
                       ("gap_h100e", "H100e"), ("coverage", "")):  # fmt: skip
        points = [figure.get(f"{name}_{point}") for point in ("p50", "p05", "p95")]
        if points[0] is not None:
            middle, low, high = (_show(point) for point in points)
            _print_line(name.removesuffix("_h100e"), f"{middle} ({low} to {high}) {unit}".rstrip())
    if figure.get("shortage_probability") is not None:
        _print_line(
            "shortage",
            f"probability {figure['shortage_probability']:.2f} over {figure['draws_used']} draws",
        )
    _print_line("policy", figure.get("policy_regime"))
    _print_line("release", f"{release['release_id']}, as of {release['as_of']}")
    for note in answer.notes:
        _print_line("note", note)
    click.echo(
        "\nThe steps below follow the central path, on which every input takes its central value;\n"
        "they multiply out. The intervals come from the draws and do not: a median is no central\n"
        "path, so it only stands beside the step that it belongs to."
    )


def _print_line(name: str, text: str | None) -> None:
    if text:
        click.echo(f"  {name:<10}{text}")


def _show(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _show_interval(row: dict, prefix: str) -> str:
    if row[f"{prefix}_p50"] is None:
        return ""
    return (
        f"{_show(row[f'{prefix}_p50'])} ({_show(row[f'{prefix}_p05'])} to "
        f"{_show(row[f'{prefix}_p95'])})"
    )


def _print_section(answer: BalanceAnswer, section: str, title: str) -> None:
    steps = [step for step in answer.steps if step["section"] == section]
    if not steps:
        return
    click.echo(f"\n{title}:")
    print_table(
        ["step", "", "operand", "value", "published median (5 to 95 %)", "what is done"],
        [
            [
                step["step"],
                SIGNS[step["operation"]],
                f"{step['operand']:,.6g}" if step["operand"] is not None else "",
                f"{step['value']:,.6g}" if abs(step["value"]) < 1000 else f"{step['value']:,.1f}",
                _show_interval(step, "published"),
                step["explanation"],
            ]
            for step in steps
        ],
    )


def _print_parts(answer: BalanceAnswer) -> None:
    if not answer.parts:
        return
    factors = {
        "powered_share": "x powered",
        "training_grade_h100e": "training grade",
        "large_cluster_share": "x clusters",
        "suitable_h100e": "suitable",
        "utilisation_ratio": "x utilisation",
        "goodput_share": "x goodput",
        "software_ratio": "x software",
        "occupancy_share": "x occupancy",
        "usable_h100e": "usable",
        "merchant_share": "x offered",
        "merchant_h100e": "merchant",
    }
    used = [name for name in factors if any(row[name] is not None for row in answer.parts)]
    click.echo("\nThe same by owner and origin; every row multiplies out, the rows add up:")
    print_table(
        ["region", "owner", "origin", "deployed", *(factors[name] for name in used)],
        [
            [row["region_id"], row["owner"], row["origin"], row["deployed_h100e"],
             *(row[name] for name in used)]
            for row in answer.parts
        ],
    )  # fmt: skip


def _print_chips(answer: BalanceAnswer) -> None:
    if not answer.chips:
        return
    total = sum(row["h100e"] or 0 for row in answer.chips)
    click.echo(f"\nChips that stand there, units x ratio; together {total:,.1f} H100e deployed:")
    print_table(
        ["chip", "origin", "owner types", "units", "H100e each", "H100e", "ratio is"],
        [list(row.values()) for row in answer.chips],
    )


def _print_arrivals(answer: BalanceAnswer) -> None:
    """Print the largest deliveries of the quarter; the year before stands in the JSON."""
    quarter = answer.quarter["quarter_start"]
    rows = [row for row in answer.arrivals if row["quarter_start"] == quarter]
    if not rows:
        return
    left_out = len(answer.arrivals) - len(rows[:SHOWN_ARRIVALS])
    click.echo(f"\nLargest deliveries of the quarter ({left_out} more of the year with --json):")
    print_table(
        ["region", "chip", "owner type", "origin", "units", "continued"],
        [
            [row["region_id"], row["chip_id"], row["owner_type"], row["origin"],
             _show_interval(row, "units"), row["is_nowcast"]]
            for row in rows[:SHOWN_ARRIVALS]
        ],
    )  # fmt: skip


def _print_runs(answer: BalanceAnswer) -> None:
    if not answer.runs:
        return
    click.echo(
        "\nPublished runs behind observed_runs; their H100 quarters over the quarters of the mean\n"
        "(run-smoothing; continued quarters rest on the last four covered ones and grow):"
    )
    print_table(
        ["model", "developer", "region", "from", "to", "FLOP", "H100 quarters", "source"],
        [
            [row["model_name"], row["developer"], row["region_id"], row["started_on"],
             row["ended_on"], f"{row['training_flop']:.3g}", row["h100e_quarters"],
             row["source_url"]]
            for row in answer.runs
        ],
    )  # fmt: skip


def _print_points(answer: BalanceAnswer) -> None:
    if not answer.points:
        return
    click.echo(
        "\nPoints between which the curves behind tokens are read, with their weight on a log\n"
        "scale (of two Chinese curves the larger counts):"
    )
    print_table(
        ["curve", "point", "published", "weight"], [list(row.values()) for row in answer.points]
    )


def _print_inputs(answer: BalanceAnswer) -> None:
    click.echo("\nInputs that move the gap most:")
    if answer.inputs is None:
        click.echo("  this release holds no sensitivity (marts.fct_balance_sensitivity)")
    elif not answer.inputs:
        click.echo("  none is published for this figure")
    else:
        print_table(
            ["input", "rank correlation", "swing H100e"],
            [list(row.values()) for row in answer.inputs],
        )


def _print_prices(answer: BalanceAnswer) -> None:
    click.echo("\nWhat prices say, independent of the balance (rent over full cost):")
    if not answer.premiums:
        click.echo("  no chip has both a rent and a cost in this region and quarter")
        return
    print_table(
        ["chip", "rent USD", "of region", "cost USD", "premium", "providers", "thin", "price says",
         "load says", "together"],
        [
            [row["chip_id"], row["price_usd"], row["price_region_id"], row["cost_usd_p50"],
             _show_interval(row, "premium"), row["providers"], row["is_thin"], row["price_sign"],
             row["quantity_sign"], row["agreement"]]
            for row in answer.premiums
        ],
    )  # fmt: skip
    if answer.price_index:
        click.echo("\nIndex of matched offers, 100 in the first month of each series:")
        print_table(
            ["chip", "region", "commitment", "month", "index", "since", "change %", "providers",
             "thin"],
            [list(row.values()) for row in answer.price_index],
        )  # fmt: skip


def _print_assumptions(answer: BalanceAnswer) -> None:
    """Print the assumptions; rows that share their reasons stand together above them."""
    if not answer.assumptions:
        return
    click.echo("\nAssumptions in the order of the steps (5, 50 and 95 % points):")
    by_reason: dict[tuple, list[dict]] = {}
    for row in answer.assumptions:
        reason = (row["reasoning"], row["evidence"], row["source_url"])
        by_reason.setdefault(reason, []).append(row)
    for (reasoning, evidence, source_url), rows in by_reason.items():
        for row in rows:
            points = " / ".join(_show(row[f"value_{end}"]) for end in ("low", "central", "high"))
            click.echo(
                f"  {row['assumption_id']}: {points} {row['unit']}, {row['confidence']}"
                f" [{', '.join(row['steps'])}]"
            )
        click.echo(f"    why       {reasoning}")
        if evidence and evidence != "same":
            click.echo(f"    evidence  {evidence}")
        if source_url:
            click.echo(f"    source    {source_url}")


def _print_sources(answer: BalanceAnswer) -> None:
    click.echo("\nSources of the figure (`source list` has their terms):")
    for row in answer.sources:
        newest = row["newest_known_on"] or "always known"
        click.echo(f"  {row['source_id']}: {row['title']}; newest row {newest}")
        click.echo(f"    by         {row['attribution']}")
        click.echo(f"    documents  {row['documents']}")
