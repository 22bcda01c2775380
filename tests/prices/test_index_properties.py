"""What must hold of the rental index on any panel of offers."""

import math
import random
from statistics import mean, median

import pytest

from tests.prices.panels import Panel, build_index, get_month, read_index

SEEDS = range(3)
MONTHS = 24


def make_panel(seed: int, share: float = 1.0) -> Panel:
    """Return prices of some providers with some offers each, a share of the months read."""
    draw = random.Random(seed)
    panel: Panel = {}
    for provider in range(draw.randint(2, 5)):
        for offer in range(draw.randint(1, 6)):
            price, prices = draw.uniform(1, 10), {}
            for month in range(MONTHS):
                price *= math.exp(draw.gauss(0, 0.1))
                if draw.random() < share:
                    prices[month] = price
            panel[(f"p{provider}", f"o{offer}")] = prices
    return panel


def approximate(values: dict, tolerance: float = 1e-9) -> object:
    """Compare index values up to the rounding of a chain of steps."""
    return pytest.approx(values, rel=tolerance)


def test_unchanged_offers_give_an_unchanged_index() -> None:
    panel = {offer: dict.fromkeys(prices, 2.5) for offer, prices in make_panel(1, 0.7).items()}
    assert set(read_index(build_index(panel)).values()) == {100.0}


@pytest.mark.parametrize("provider", ["p0", "newcomer"])
def test_new_dear_offer_does_not_move_the_index(provider: str) -> None:
    panel = {("p0", "a"): dict.fromkeys(range(12), 2.0), ("p1", "b"): dict.fromkeys(range(12), 2.1)}
    dear = {(provider, f"dear{n}"): dict.fromkeys(range(6, 12), 12.0) for n in range(3)}
    before = read_index(build_index(panel))
    after = read_index(build_index(panel | dear))
    assert after == before
    # the plain median of the month jumps instead
    prices = [series[6] for series in (panel | dear).values()]
    assert (median(p for p in prices if p < 3), median(prices)) == (2.05, 12.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_offer_that_enters_counts_from_its_second_reading_on(seed: int) -> None:
    panel = make_panel(seed)
    late = {("late", "x"): {month: 9.0 * 1.02**month for month in range(10, MONTHS)}}
    without, with_it = read_index(build_index(panel)), read_index(build_index(panel | late))
    until = [get_month(month) for month in range(11)]
    assert [with_it[month] for month in until] == [without[month] for month in until]
    assert with_it[get_month(11)] != without[get_month(11)]


@pytest.mark.parametrize("seed", SEEDS)
def test_time_reversed_gives_the_inverse(seed: int) -> None:
    # every offer read in the first and last month, so that both directions span the same steps
    panel = make_panel(seed, 0.6)
    for prices in panel.values():
        prices |= {0: 3.0 + seed, MONTHS - 1: 2.0}
    reversed_panel = {
        offer: {MONTHS - 1 - month: price for month, price in prices.items()}
        for offer, prices in panel.items()
    }
    forward = read_index(build_index(panel, max_gap=MONTHS))
    backward = read_index(build_index(reversed_panel, max_gap=MONTHS))
    first, last = get_month(0), get_month(MONTHS - 1)
    assert backward[last] / 100 == pytest.approx(100 / forward[last], rel=1e-9)
    assert forward[first] == backward[first] == 100
    expected = {
        get_month(month): 100 * forward[get_month(MONTHS - 1 - month)] / forward[last]
        for month in range(MONTHS)
    }
    assert backward == approximate(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_units_and_currency_do_not_matter(seed: int) -> None:
    panel = make_panel(seed, 0.7)
    # per server of eight cards and month, in yuan
    other = {
        offer: {month: price * 8 * 730 * 7.1 for month, price in prices.items()}
        for offer, prices in panel.items()
    }
    assert read_index(build_index(other)) == approximate(read_index(build_index(panel)))


@pytest.mark.parametrize("seed", SEEDS)
def test_unit_of_one_provider_does_not_matter(seed: int) -> None:
    panel = make_panel(seed, 0.7)
    other = {
        offer: {month: price * (8 if offer[0] == "p0" else 1) for month, price in prices.items()}
        for offer, prices in panel.items()
    }
    assert read_index(build_index(other)) == approximate(read_index(build_index(panel)))


@pytest.mark.parametrize("seed", SEEDS)
def test_chain_equals_the_direct_comparison_on_a_fixed_panel(seed: int) -> None:
    panel = make_panel(seed)
    connection = build_index(panel)
    by_provider: dict[str, list[float]] = {}
    for (provider, _), prices in panel.items():
        by_provider.setdefault(provider, []).append(math.log(prices[MONTHS - 1] / prices[0]))
    direct = 100 * math.exp(mean(mean(changes) for changes in by_provider.values()))
    assert read_index(connection)[get_month(MONTHS - 1)] == pytest.approx(direct, rel=1e-9)
    (drift,) = connection.execute(
        "select max(abs(drift_pct)) from int_prices__index_drift"
    ).fetchone()
    assert drift < 1e-6


def test_drift_shows_what_comings_and_goings_add() -> None:
    # p stands still all year; q falls by half while it is there, from month 2 to month 8
    panel = {
        ("p", "a"): dict.fromkeys(range(13), 2.0),
        ("q", "b"): {2: 4.0, 8: 2.0},
    }
    rows = build_index(panel).execute(
        "select chained_change_pct, direct_change_pct, drift_pct, matched_offers "
        "from int_prices__index_drift where region_id = 'WORLD'"
    )
    # six months of a sixth of ln 0.5, halved over two providers: exp(ln 0.5 / 2) = 0.7071
    expected = 100 * (math.sqrt(0.5) - 1)
    assert rows.fetchall() == [
        (pytest.approx(expected), pytest.approx(0.0), pytest.approx(expected), 1)
    ]


def test_step_that_needs_review_moves_nothing() -> None:
    panel = {("p", "a"): {0: 2.0, 1: 2.0, 2: 16.0}, ("q", "b"): {0: 2.0, 1: 2.2, 2: 2.2}}
    index = read_index(build_index(panel, jump_limit=1.8))
    # month 1: (0 + ln 1.1) / 2; month 2: only q is left, unchanged
    assert index == approximate(
        {get_month(0): 100, get_month(1): 100 * math.sqrt(1.1), get_month(2): 100 * math.sqrt(1.1)}
    )
