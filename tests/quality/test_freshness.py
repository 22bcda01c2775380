"""Freshness looks at the newest row that said something new, and at whether anything reads it."""

import csv
import io
from datetime import date

import pytest

from pipelines.build.models import read_manifest
from pipelines.build.register import open_build
from pipelines.quality.freshness import find_read_tables, measure_freshness
from tests.ingest.test_last_answers import see
from tests.small_project.builder import SmallProject, format_csv

# the newest quote of the small project has no day of publication and was read on this one
NEWEST = date(2024, 3, 10)
PRICES = "select usd_per_hour_p50 from marts.fct_chip_price where chip_id = 'chip-b' order by 1"


def serve(project: SmallProject, factor: float = 1.0) -> None:
    """Archive an answer of 1 May 2024, read on that day, with all prices of chip-b changed."""
    rows = list(csv.DictReader(io.StringIO(project.get_data_path().read_text("utf-8"))))
    for row in rows:
        row["accessed_on"], row["published_on"] = "2024-05-01", ""
        if row["chip_id"] == "chip-b":
            for name in ("usd_per_hour_p05", "usd_per_hour_p50", "usd_per_hour_p95"):
                row[name] = f"{float(row[name]) * factor:.2f}"
    see(project, format_csv(rows), 1)


def read_freshness(project: SmallProject) -> tuple:
    """Return what the current release says of the quotes' freshness."""
    (row,) = project.query(
        "select freshness, newest_known_on, rows_known from meta.source where source_id = 'quotes'"
    )
    return row


def test_answer_that_repeats_what_is_known_is_no_news(published: SmallProject) -> None:
    contract = published.get_contract_path()
    published.replace_text(contract, "fresh_for_days: 36500", "fresh_for_days: 100")
    before = published.query(PRICES)
    serve(published)
    published.run()
    assert read_freshness(published) == ("stale", NEWEST, 10)
    assert published.query(PRICES) == before


def test_doubled_answer_is_news_and_moves_what_rests_on_it(published: SmallProject) -> None:
    before = [price for (price,) in published.query(PRICES)]
    serve(published, factor=2.0)
    published.run()
    assert read_freshness(published) == ("fresh", date(2024, 5, 1), 10)
    assert [price for (price,) in published.query(PRICES)] == pytest.approx(
        [2 * price for price in before]
    )


def test_source_that_no_model_reads_is_not_fresh(published_once: SmallProject) -> None:
    manifest = read_manifest(published_once.settings)
    assert find_read_tables(manifest) == {("chips", "chips"), ("quotes", "quotes")}
    run = published_once.run()  # nothing new, and what was loaded is told
    sources, day = run.run.sources, date(2024, 4, 1)
    # what stands beyond staging reads the quotes no more
    nodes = {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["schema"] == "staging" or "price" not in node["name"]
    }
    cut = manifest | {"nodes": {i: n for i, n in nodes.items() if "quarters" not in n["name"]}}
    with open_build(published_once.settings) as connection:
        whole, without = (
            {item.source_id: item for item in measure_freshness(connection, sources, day, given)}
            for given in (manifest, cut)
        )
    assert (whole["quotes"].state, without["quotes"].state) == ("fresh", "unread")
    assert without["quotes"].message.startswith("no model reads it; its newest row became news on")
    # a list of this project is kept for people as well
    assert without["chips"].state == "always_known"
