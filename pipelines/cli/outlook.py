"""`compute-balance outlook`: what may be ahead in a region, with the record of who says so."""

from __future__ import annotations

from dataclasses import asdict

import click

from pipelines.answers.outlook import OutlookAnswer, answer_outlook
from pipelines.base.settings import Settings
from pipelines.cli.tables import print_json, print_table
from pipelines.release.publish import find_readable

TITLES = {
    "delivered": "Delivered in the quarter, thousand H100e (8 bits)",
    "nominal": "Delivered and not retired, thousand H100e (8 bits)",
    "deployed": "Deployed, thousand H100e (8 bits)",
    "powered": "Powered, thousand H100e (8 bits)",
    "needed_it_power": "IT power that deployed chips need, GW",
    "live_it_power": "IT power at work for accelerators, GW",
    "demand_wanted": "Work wanted, thousand H100 that are always busy",
    "load_wanted": "Work wanted and what stands idle, over the powered stock",
    "coverage": "Powered stock over that",
    "probability_tight": "Chance that more is wanted than there is",
}
# distances of which the record is printed
SHOWN_DISTANCES = (2, 4, 8)


@click.command()
@click.argument("region")
@click.argument("quarter", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def outlook(region: str, quarter: str | None, as_json: bool) -> None:
    """Tell what may be ahead, in intervals, beside a simple rule and the record.

    REGION is US, CN, ROW or WORLD, QUARTER such as 2027Q4; without it all quarters of the outlook
    are shown. An outlook says what the rule of the past makes of the facts of its day; it is no
    proven forecast.
    """
    answer = answer_outlook(find_readable(Settings()), region, quarter)
    if as_json:
        print_json(asdict(answer))
    else:
        print_outlook(answer)


def print_outlook(answer: OutlookAnswer) -> None:
    """Print the measures, the record of the rules and what must not be read into them."""
    first = answer.rows[0]
    click.echo(f"Outlook for {answer.region['region_name']}")
    click.echo(
        f"  counted to {first['origin_quarter']}, facts to {first['known_to']}, "
        f"release {answer.release['release_id']}"
    )
    for measure, work in dict.fromkeys((row["measure"], row["workload_id"]) for row in answer.rows):
        of_work = "" if work == "all" else f" ({work})"
        click.echo(f"\n{TITLES.get(measure, measure)}{of_work}:")
        _print_rows(
            [row for row in answer.rows if (row["measure"], row["workload_id"]) == (measure, work)]
        )
    if answer.yardsticks:
        click.echo("\nThe same in H100e of training and inference, thousand:")
        print_table(
            ["measure", "yardstick", "median", "5 to 95 %"],
            [
                [row["measure"], row["yardstick"], _show(row, "value_p50"), _show_range(row)]
                for row in answer.yardsticks
            ],
        )
    _print_worlds(answer)
    _print_bounds(answer)
    _print_record(answer)
    click.echo("")
    for note in answer.notes:
        click.echo(f"  note      {note}")


def _print_rows(rows: list[dict]) -> None:
    print_table(
        [
            "quarter",
            "median",
            "5 to 95 %",
            "rule alone",
            "simple rule",
            "cases",
            "90 % held",
            "skill",
            "why unknown",
        ],
        [
            [
                row["quarter_label"],
                _show(row, "value_p50"),
                _show_range(row),
                _show(row, "orders_p50"),
                _show(row, "rule_p50"),
                row["record_cases"],
                row["record_coverage_90"],
                row["record_skill"],
                "" if row["is_informative"] else row["uninformative_reason"],
            ]
            for row in rows
        ],
    )


def _show(row: dict, column: str) -> str:
    if row[column] is None:
        return ""
    value = row[column] / (1 if row["unit"] == "ratio" else 1e3)
    return f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"


def _show_range(row: dict) -> str:
    if row["value_p05"] is None:
        return "unknown"
    return f"{_show(row, 'value_p05')} to {_show(row, 'value_p95')}"


def _print_worlds(answer: OutlookAnswer) -> None:
    label = answer.rows[-1]["quarter_label"]
    click.echo(f"\nIn other worlds, {label}, thousand H100e (8 bits); none has a probability:")
    print_table(
        ["world", "measure", "median", "5 to 95 %"],
        [
            [row["title"], row["measure"], *_show_world(row | {"unit": "h100e"})]
            for row in answer.worlds
        ],
    )


def _show_world(row: dict) -> tuple[str, str]:
    known = row if row["is_informative"] else row | {"value_p05": None, "value_p50": None}
    return _show(known, "value_p50"), _show_range(known)


def _print_bounds(answer: OutlookAnswer) -> None:
    if not answer.bounds:
        return
    click.echo(
        "\nWhat limits deliveries outside China, by probability, and the IT power that delivered\n"
        "chips wait for, GW (rests on judged power, outlook-live-power-*; no record):"
    )
    limits = ("power", "money", "memory", "packaging", "orders")
    print_table(
        ["quarter", *limits, "waiting", "5 to 95 %"],
        [
            [row["quarter_label"], *(row[limit] for limit in limits),
             _show(row, "waiting_it_power_mw_p50"),
             f"{_show(row, 'waiting_it_power_mw_p05')} to {_show(row, 'waiting_it_power_mw_p95')}"]
            for row in ({"unit": "mw"} | bound for bound in answer.bounds)
        ],
    )  # fmt: skip


def _print_record(answer: OutlookAnswer) -> None:
    rows = [row for row in answer.record if row["quarters_ahead"] in SHOWN_DISTANCES]
    if not rows:
        return
    click.echo(
        f"\nRecord of the rules, origins {rows[0]['first_origin']} to {rows[0]['last_origin']} "
        "(overlapping; smaller scores are better):"
    )
    print_table(
        ["kind", "measure", "ahead", "rule", "cases", "90 % held", "CRPS of logs"],
        [
            [row["kind"], row["measure"], row["quarters_ahead"], row["rule"], row["cases"],
             round(row["coverage_90"], 2), round(row["crps_log"], 4)]
            for row in rows
        ],
    )  # fmt: skip
