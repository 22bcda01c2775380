"""Prices computed again from raw rows, in plain Python: what a trace leads to must give the figure.

Nothing here reads a model or the code that traces. Which offers are used, and what makes two rows
one offer, is read from fct_rental_offer; every price is that of the raw row.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from math import exp, log
from statistics import fmean, median
from typing import Any

from pipelines.answers.trace import Trace
from pipelines.base.settings import PROJECT_DIR
from tests.conftest import RealWarehouse
from tests.end_to_end.traced import list_cells

ALIASES = PROJECT_DIR / "pipelines/sources/organisations/data/organisation_aliases.csv"
OFFER_COLUMNS = (
    "offer_id, offer_key, observed_on, last_observed_on, provider, provider_type, region_id, "
    "chip_id, commitment, is_used, exclusion_reason, usd_per_gpu_hour"
)
Step = tuple[str, date, date]


def add_months(month: date, number: int) -> date:
    """Return the first day of a month so many months on."""
    count = month.year * 12 + month.month - 1 + number
    return date(count // 12, count % 12 + 1, 1)


def get_quarter(day: date) -> date:
    """Return the first day of a day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def price_quotes(found: Trace, figure: str) -> dict[str, float]:
    """Return dollars per accelerator-hour by id, from raw rows and what their conversion cites.

    Every exchange rate, reading of a unit and data sheet that is cited must be needed.
    """
    rates = list_cells(found, f"{figure}: exchange rate")
    readings = {c["what"]: c for c in list_cells(found, f"{figure}: hours and cards")}
    sheets = {c["chip_id"]: c for c in list_cells(found, f"{figure}: speed of card")}
    used_rates, used_readings, used_sheets = set(), set(), set()
    prices = {}
    for cells in list_cells(found, figure):
        if "quote_id" in cells:
            assert cells["currency"] == "USD"
            prices[cells["quote_id"]] = cells["price_per_gpu_hour"]
            continue
        reading = readings[cells["what"]]
        used_readings.add(cells["what"])
        low = cells["price_low"]
        high = low if cells["price_high"] is None else cells["price_high"]
        price = (low + high) / 2 / reading["hours"]
        if reading["accelerators"] is None:
            price *= sheets[cells["chip_id"]]["dense_fp16_tflops"] / 1000
            used_sheets.add(cells["chip_id"])
        else:
            price /= reading["accelerators"]
        rate = max(
            (r for r in rates if r["period_start"] <= cells["observed_on"]),
            key=lambda r: r["period_start"],
        )
        used_rates.add(rate["period_start"])
        prices[cells["row_id"]] = price / rate["rate"]
    assert used_rates == {r["period_start"] for r in rates}
    assert used_readings == set(readings)
    assert used_sheets == set(sheets)
    return prices


def mean_by_provider(changes: list[tuple[str, float]]) -> float:
    """Return the mean over providers of the means over the offers of each."""
    by_provider = defaultdict(list)
    for provider, change in changes:
        by_provider[provider].append(change)
    return fmean(fmean(values) for values in by_provider.values())


@dataclass
class Market:
    """The offers of a release, and what follows from them by the rules of the method."""

    warehouse: RealWarehouse

    @cached_property
    def offers(self) -> dict[str, dict[str, Any]]:
        """All offers by id."""
        names = [name.strip() for name in OFFER_COLUMNS.split(",")]
        rows = self.warehouse.query(f"select {OFFER_COLUMNS} from marts.fct_rental_offer")
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows}

    @cached_property
    def months(self) -> dict[str, dict[date, list[str]]]:
        """Ids of the used readings by offer and month; embedded quotes are of one day."""
        found: dict[str, dict[date, list[str]]] = defaultdict(lambda: defaultdict(list))
        for offer_id, offer in self.offers.items():
            if offer["is_used"]:
                assert offer["observed_on"] == offer["last_observed_on"]
                found[offer["offer_key"]][offer["observed_on"].replace(day=1)].append(offer_id)
        return found

    @cached_property
    def reviewed(self) -> set[tuple[str, date]]:
        """Steps that wait for review, by offer and month of the later reading."""
        return set(
            self.warehouse.query(
                "select offer_key, read_month from marts.fct_rental_price_review where needs_review"
            )
        )

    @cached_property
    def organisations(self) -> dict[str, str]:
        """Organisation by alias."""
        with ALIASES.open(encoding="utf-8") as handle:
            return {row["alias"]: row["organisation_id"] for row in csv.DictReader(handle)}

    def list_steps(self, chip_id: str, commitment: str, region_id: str, max_gap: int) -> list[Step]:
        """Return offer, earlier and later month of every step that the index takes."""
        steps = []
        for key, months in self.months.items():
            offer = self.offers[next(iter(months.values()))[0]]
            if (offer["chip_id"], offer["commitment"]) != (chip_id, commitment):
                continue
            if region_id not in (offer["region_id"], "WORLD"):
                continue
            steps += [
                (key, before, month)
                for before, month in pairwise(sorted(months))
                if add_months(before, max_gap) >= month and (key, month) not in self.reviewed
            ]
        return steps

    def list_step_ids(self, steps: list[Step]) -> list[str]:
        """Return the readings on both sides of steps."""
        sides = {(key, month) for key, before, later in steps for month in (before, later)}
        return sorted(i for key, month in sides for i in self.months[key][month])

    def get_log_change(
        self, key: str, before: date, month: date, prices: dict[str, float]
    ) -> float:
        """Return the log change of an offer between two months, from prices by id."""
        first, last = (
            median(prices[i] for i in self.months[key][side]) for side in (before, month)
        )
        return log(last / first)

    def get_month_change(self, month: date, steps: list[Step], prices: dict[str, float]) -> float:
        """Return the index's log change of a month: steps are spread over the months they span."""
        return mean_by_provider(
            [
                (
                    self.offers[self.months[key][later][0]]["provider"],
                    self.get_log_change(key, before, later, prices) / count_months(before, later),
                )
                for key, before, later in steps
                if before < month <= later
            ]
        )

    def get_rent(self, prices: dict[str, float]) -> float:
        """Return the median over providers of the median of each."""
        by_provider = defaultdict(list)
        for offer_id, price in prices.items():
            by_provider[self.offers[offer_id]["provider"]].append(price)
        return median(median(values) for values in by_provider.values())

    def get_change_around(
        self, ids: dict[str, list[str]], prices: dict[str, dict[str, float]]
    ) -> tuple[float, int, int]:
        """Return mean log change over organisations, offers and organisations.

        Args:
            ids: ids of the readings `before` and `after`.
            prices: dollars by id, for either side.
        """
        sides = {
            side: {self.offers[i]["offer_key"]: prices[side][i] for i in ids[side]}
            for side in ("before", "after")
        }
        provider = {self.offers[i]["offer_key"]: self.offers[i]["provider"] for i in ids["after"]}
        changes = [
            (self.organisations.get(provider[key], provider[key]), log(sides["after"][key] / usd))
            for key, usd in sides["before"].items()
        ]
        return mean_by_provider(changes), len(changes), len({name for name, _ in changes})


def count_months(before: date, month: date) -> int:
    """Return the months from one to another."""
    return (month.year - before.year) * 12 + month.month - before.month


def to_percent(log_change: float) -> float:
    """Return a log change in percent."""
    return 100 * (exp(log_change) - 1)
