"""Incremental price models: whatever changed, they end where a build from nothing ends."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pytest

from tests.prices.panels import create_inputs, render

SEEDS = range(6)
FIRST_DAY, DAYS = date(2022, 1, 1), 700
TABLES = ("offer_months", "offer_steps", "event_changes")
ANEW = ("month_fingerprints", "first_changed_month", "offer_readings")
Offers = dict[str, dict]
"""Offers by id, in the columns of int_prices__checked_offers."""


def get_day(number: int) -> date:
    """Return a day, counted from the first one."""
    return FIRST_DAY + timedelta(days=number)


def make_offers(draw: random.Random) -> Offers:
    """Return intervals of some offers, the last ones open, each seen daily or now and then."""
    offers: Offers = {}
    for number in range(draw.randint(3, 12)):
        day = draw.randrange(DAYS // 2)
        while day < DAYS:
            until = min(DAYS - 1, day + draw.choice([0, 0, 5, 40, 100]))
            offer_id = f"o{number}-{day}"
            offers[offer_id] = make_offer(draw, offer_id, f"o{number}", day, until)
            day = until + draw.choice([1, 1, 30, 250])
    return offers


def make_offer(draw: random.Random, offer_id: str, key: str, day: int, until: int) -> dict:
    """Return one interval of an offer; chip and provider follow from the offer."""
    number = int(key[1:])
    return {
        "offer_id": offer_id,
        "offer_key": key,
        "observed_on": get_day(day),
        "last_observed_on": get_day(until),
        "chip_id": ("a100", "h100")[number % 2],
        "provider": f"p{number % 3}",
        "provider_type": ("hyperscaler", "neocloud")[number % 3 > 0],
        "region_id": ("US", "CN", "WORLD")[number % 3],
        "commitment": ("on_demand", "spot")[number // 2 % 2],
        "usd_per_gpu_hour": draw.uniform(1, 9),
        "is_press_report": draw.random() < 0.1,
        "exclusion_reason": draw.choice([None, None, None, "stale_list"]),
        "source_id": draw.choice(["s1", "s2"]),
        "known_on": get_day(day),
        "confidence": draw.choice(["reported", "inferred"]),
    }


def add_a_day(draw: random.Random, offers: Offers) -> None:
    """Open intervals are seen once more or closed by a new price."""
    for offer_id, offer in list(offers.items()):
        if offer["last_observed_on"] == get_day(DAYS - 1):
            if draw.random() < 0.7:
                offer["last_observed_on"] = get_day(DAYS)
            else:
                new_id = f"{offer_id}-new"
                offers[new_id] = make_offer(draw, new_id, offer["offer_key"], DAYS, DAYS)


def drop_one(draw: random.Random, offers: Offers) -> None:
    """An interval of any age goes."""
    del offers[draw.choice(list(offers))]


def set_one_aside(draw: random.Random, offers: Offers) -> None:
    """A rule sets an offer aside, or takes it back in."""
    offer = offers[draw.choice(list(offers))]
    offer["exclusion_reason"] = None if offer["exclusion_reason"] else "far_below_peers"


def see_one_shorter(draw: random.Random, offers: Offers) -> None:
    """An interval begins later or ends earlier than was thought."""
    offer = offers[draw.choice(list(offers))]
    days = (offer["last_observed_on"] - offer["observed_on"]).days
    if draw.random() < 0.5:
        offer["observed_on"] += timedelta(days=draw.randint(0, days))
    else:
        offer["last_observed_on"] -= timedelta(days=draw.randint(0, days))


def change_nothing(draw: random.Random, offers: Offers) -> None:
    """The same rows come again."""


CHANGES = (add_a_day, drop_one, set_one_aside, see_one_shorter, change_nothing)


def fill(connection: duckdb.DuckDBPyConnection, offers: Offers, event_days: list[date]) -> None:
    """Put offers and events into the inputs of the models."""
    connection.execute("delete from int_prices__checked_offers; delete from int_prices__events")
    described = connection.execute("from int_prices__checked_offers").description
    names = [column[0] for column in described]
    connection.executemany(
        f"insert into int_prices__checked_offers values ({', '.join('?' * len(names))})",
        [[offer[name] for name in names] for offer in offers.values()],
    )
    connection.executemany(
        "insert into int_prices__events values "
        "(?, 'price_move', 'down', 'day', ?, 'p1', 'cloud on-demand', 'US', null)",
        [[f"e{number}", day] for number, day in enumerate(event_days)],
    )


def build(connection: duckdb.DuckDBPyConnection, is_incremental: bool) -> None:
    """Run the models on what the inputs hold now, anew or onto the tables of the build before."""
    connection.execute("drop table if exists build_carried_fingerprints")
    connection.execute(
        "create table build_carried_fingerprints as from int_prices__month_fingerprints"
        if is_incremental
        else "create table build_carried_fingerprints (input varchar, month_start date, "
        "fingerprint hugeint)"
    )
    for name in ANEW:
        model = f"int_prices__{name}"
        connection.execute(f"create or replace table {model} as {render(model)}")
    for name in TABLES:
        model = f"int_prices__{name}"
        if is_incremental:
            connection.execute(render(model, is_incremental=True))
        else:
            connection.execute(f"create or replace table {model} as {render(model)}")


def read(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple]]:
    """Return the rows of all tables."""
    return {
        name: connection.execute(f"from int_prices__{name} order by all").fetchall()
        for name in TABLES
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_builds_that_carry_on_equal_builds_from_nothing(
    seed: int, change: Callable[[random.Random, Offers], None]
) -> None:
    draw = random.Random(f"{seed} {change.__name__}")
    offers = make_offers(draw)
    event_days = [get_day(draw.randrange(DAYS)) for _ in range(40)]
    connection = create_inputs(jump_limit=1.8)
    fill(connection, offers, event_days)
    build(connection, is_incremental=False)
    for _ in range(2):
        change(draw, offers)
        fill(connection, offers, event_days)
        build(connection, is_incremental=True)
        carried_on = read(connection)
        assert carried_on["offer_steps"] and carried_on["event_changes"]
        other = create_inputs(jump_limit=1.8)
        fill(other, offers, event_days)
        build(other, is_incremental=False)
        assert carried_on == read(other)


def test_new_day_makes_its_month_anew_and_no_other() -> None:
    draw = random.Random(1)
    offers = make_offers(draw)
    connection = create_inputs()
    fill(connection, offers, [get_day(0)])
    build(connection, is_incremental=False)
    # a row that only a table of the build before can hold
    connection.execute("update int_prices__offer_months set quotes = 99")
    add_a_day(draw, offers)
    fill(connection, offers, [get_day(0)])
    build(connection, is_incremental=True)
    changed = get_day(DAYS - 1).replace(day=1)
    assert connection.execute("from int_prices__first_changed_month").fetchall() == [(changed,)]
    kept = connection.execute(
        "select month_start < ?, quotes = 99, count(*) from int_prices__offer_months group by all",
        [changed],
    ).fetchall()
    assert {row[:2] for row in kept} == {(True, True), (False, False)}


def test_changed_event_or_assumption_makes_all_months_anew() -> None:
    draw = random.Random(2)
    offers = make_offers(draw)
    connection = create_inputs()
    fill(connection, offers, [get_day(500)])
    build(connection, is_incremental=False)
    first = min(offer["observed_on"] for offer in offers.values()).replace(day=1)
    for statement in (
        "update int_prices__events set direction = 'up'",
        "update int_inputs__assumptions set value_central = 2",
        "insert into int_reference__organisation_ids values ('a', 'b')",
    ):
        connection.execute(statement)
        build(connection, is_incremental=True)
        assert connection.execute("from int_prices__first_changed_month").fetchall() == [(first,)]
    build(connection, is_incremental=True)
    assert connection.execute("from int_prices__first_changed_month").fetchall() == [(None,)]


def test_fingerprints_see_every_column_that_a_reading_has() -> None:
    offers = make_offers(random.Random(3))
    connection = create_inputs()
    fill(connection, offers, [get_day(0)])
    build(connection, is_incremental=False)
    query = "select sum(fingerprint) from int_prices__month_fingerprints where input = 'offers'"
    before = connection.execute(query).fetchall()
    columns = connection.execute("describe int_prices__offer_readings").fetchall()
    read = {name: type_ for name, type_, *_ in columns if name != "month_start"}
    assert len(read) >= 13
    for name, type_ in read.items():
        fill(connection, offers, [get_day(0)])
        change = {"DATE": "+ 1", "DOUBLE": "+ 1", "BOOLEAN": "is distinct from true"}
        value = f"{name} {change.get(type_, '')}" if type_ in change else f"concat({name}, 'x')"
        connection.execute(
            f"update int_prices__checked_offers set {name} = {value} "
            "where offer_id = (select min(offer_id) from int_prices__checked_offers)"
        )
        build(connection, is_incremental=True)
        assert connection.execute(query).fetchall() != before, name
