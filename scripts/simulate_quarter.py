"""A quarter of scheduled days on a small warehouse, each by the command that cron calls.

The upstream, a server of this machine, brings news, is silent, revises, fails in several ways,
serves an old state again, or states a price that no check lets through. Every day must end with a
right release or a named reason: readers see the price of the last good answer, no row twice, no
document is lost. In the end some days are built again as of then, and must show what was known.

    .venv/bin/python -m scripts.simulate_quarter --folder FOLDER [--count 92] [--seed 1]

The clock of each run is set by the script; the first day is 15 November 2025, so that a month's
first day and a new year lie within.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb

from pipelines.base.rows import fetch_value
from scripts.campaign.door import Done, call, start
from scripts.campaign.verdict import Tally, begin, judge_documents, name_unclear
from scripts.campaign.world import count_prices, list_archived
from tests.small_project.builder import SmallProject, build_project, format_csv
from tests.small_project.local_server import Answer, LocalServer, serve

FIRST_DAY = date(2025, 11, 15)
RUN_AT = time(8, 30)
# how often each kind of day comes
KINDS = {
    "news": 6, "server error": 1, "price out of bounds": 1, "old state again": 1, "silence": 6,
    "revision": 3, "cut answer": 1, "web page": 1,
}  # fmt: skip
PRICE = (
    "select usd_per_hour_p50 from marts.fct_chip_price "
    "where chip_id = 'chip-a' and quarter_start = '2023-04-01'"
)
ABSURD = "60.00"
NO_ANSWER = "no address answered"
WEB_PAGE = {"Content-Type": "text/html"}


@dataclass
class Upstream:
    """What the service holds, and what the last good answer of each day was."""

    rows: list[dict[str, str]]
    server: LocalServer
    known: dict[date, float] = field(default_factory=dict)
    stated: list[str] = field(default_factory=lambda: ["2.40"])

    def write(self, price: str) -> bytes:
        """Return the price list with another price of one quote."""
        spread = {"usd_per_hour_p05": price, "usd_per_hour_p50": price, "usd_per_hour_p95": price}
        return format_csv([r | spread if r["quote_id"] == "q05" else r for r in self.rows])

    def serve(self, kind: str, chance: random.Random) -> bool:
        """Answer as on a day of a kind; tells whether what it answers is right."""
        if kind in ("news", "revision"):
            self.stated.append(f"{2.10 + 0.01 * len(self.stated):.2f}")
        if kind == "old state again":
            self.stated.append(chance.choice(self.stated))
        body = self.write(self.stated[-1])
        answers = {
            "server error": Answer(500, b"later"),
            "cut answer": Answer(200, body[:200], announces=len(body)),
            "web page": Answer(200, b"<!doctype html><p>moved</p>", headers=WEB_PAGE),
            "price out of bounds": Answer(200, self.write(ABSURD), etag='"absurd"'),
        }  # fmt: skip
        good = Answer(200, body, etag=f'"{self.stated[-1]}"')
        self.server.answers = [answers.get(kind, good)]
        return kind not in answers


def set_clock(moment: datetime) -> Callable[[], None]:
    """Return what sets the clock of a command that is about to begin in its own process."""

    def apply() -> None:
        clocks = {"today_utc": moment.date, "now_utc": lambda: moment}
        for module in list(sys.modules.values()):
            if getattr(module, "__name__", "").startswith("pipelines"):
                for name, clock in clocks.items():
                    if hasattr(module, name):
                        setattr(module, name, clock)

    return apply


def run_on(project: SmallProject, logs: Path, day: date, *arguments: str) -> Done:
    """Run a command on a day, at the hour of the schedule."""
    moment = datetime.combine(day, RUN_AT)
    return start(project, logs, *arguments, before=set_clock(moment)).wait()


def ask(path: Path, sql: str) -> float | None:
    """Ask a release for one figure."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return fetch_value(connection, sql)


def list_reasons(project: SmallProject, logs: Path, day: date) -> list[str]:
    """Return what `status` names as wrong."""
    content = json.loads(run_on(project, logs, day, "status", "--json").output)
    last = content["last_run"] or {}
    found = [str(last.get("message"))] if last.get("status") == "failed" else []
    return found + [str(item) for item in content["failed_fetches"]]


def weigh(folder: Path) -> float:
    """Return the megabytes of all files of a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def live_a_day(
    project: SmallProject, upstream: Upstream, day: date, kind: str, chance: random.Random
) -> tuple[list[str], list[str]]:
    """Let a day go by; returns what was lost on it, and what a person could not have understood."""
    logs = project.root.parent / "logs"
    before, prices = list_archived(project), count_prices(project)
    is_right = upstream.serve(kind, chance)
    upstream.known[day] = float(upstream.stated[-1])
    done = run_on(project, logs / "run", day, "run", "--live")
    lost = judge_documents(project, before)
    found = ask(project.settings.current_path, PRICE)
    if found != upstream.known[day]:
        lost.append(f"readers see {found} and not {upstream.known[day]}")
    if count_prices(project) != prices:
        lost.append(f"{count_prices(project)} prices where {prices} were")
    unclear = [] if NO_ANSWER in done.errors else name_unclear(done, "run")
    if is_right and done.code:
        lost.append(f"a right answer ended with {done.code}: {done.sentence}")
    if not is_right and not list_reasons(project, logs / "status", day):
        unclear.append("status names no reason")
    return lost, unclear


def look_back(project: SmallProject, upstream: Upstream, days: list[date], tally: Tally) -> None:
    """Build some days again as of then, from the end of the quarter.

    A day whose newest document no check lets through has no build, and the run says so.
    """
    logs = project.root.parent / "logs" / "back"
    last = max(upstream.known)
    for day in days:
        done = run_on(project, logs, last, "run", "--as-of", str(day))
        path = project.settings.as_of_dir / str(day) / project.settings.current_path.name
        found = ask(path, PRICE) if path.exists() else None
        is_named = found is None and done.code > 0 and bool(done.sentence)
        lost = [] if is_named or found == upstream.known[day] else [f"as of {day}: {found}"]
        tally.add(f"as of {day}", lost, name_unclear(done, "run"))


def draw_kinds(count: int, chance: random.Random) -> list[str]:
    """Return the kind of each day: all kinds once at least where there are days enough."""
    kinds = [*KINDS, *chance.choices(list(KINDS), list(KINDS.values()), k=max(0, count))]
    kinds = kinds[:count]
    chance.shuffle(kinds)
    return kinds


def main() -> None:
    """Read the arguments, live the days, print the tally and what a day weighs."""
    arguments, tally = begin(__doc__, count=92)
    chance = random.Random(arguments.seed)
    project = build_project(arguments.folder / "small", keep_releases=5)
    with serve() as server:
        project.set_address(server.url)
        upstream = Upstream(project.read_quotes(), server)
        before = FIRST_DAY - timedelta(days=1)
        run_on(project, arguments.folder / "logs" / "first", before, "run")
        weight, weights = weigh(project.settings.warehouse_dir), []
        for number, kind in enumerate(draw_kinds(arguments.count, chance)):
            day = FIRST_DAY + timedelta(days=number)
            lost, unclear = live_a_day(project, upstream, day, kind, chance)
            weights.append(weigh(project.settings.warehouse_dir))
            tally.add(f"{day} {kind}", lost, unclear, megabytes=weights[-1])
        # the last day is the present one: its release is the current one
        days = sorted(upstream.known)[:-1]
        look_back(project, upstream, days[:: max(1, len(days) // 6)], tally)
    done = call(project, arguments.folder / "logs" / "list", "release", "list", "--json")
    kept = len(json.loads(done.output))
    half = weights[len(weights) // 2 :]
    growth = (half[-1] - half[0]) / max(1, len(half) - 1)
    print(f"{kept} entries in the list of releases; {weight:.1f} MB at first, {weights[-1]:.1f} MB")
    print(f"growth of the second half: {growth:.2f} MB a day")
    tally.print_end()


if __name__ == "__main__":
    main()
