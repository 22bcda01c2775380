"""Every connector, from its own address to accepted rows, and a day on which there is no news."""

from collections.abc import Iterator

import pytest

from pipelines.base.settings import Settings
from pipelines.contracts.load import load_contracts
from scripts.measure_live_day import measure_day, serve_catalogue, write_catalogue
from tests.upstreams.day import LiveWarehouse, open_warehouse, play_all
from tests.upstreams.player import KEYS, Upstreams, list_missing_samples, play_upstreams

CONTRACTS = load_contracts(Settings().sources_dir)
CONNECTORS = [c.source_id for c in CONTRACTS if c.addresses]


@pytest.fixture(scope="module")
def upstreams() -> Iterator[Upstreams]:
    with play_upstreams() as playing:
        yield playing


@pytest.fixture(scope="module")
def live(upstreams: Upstreams, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveWarehouse]:
    """All connectors, fetched and loaded once."""
    warehouse = open_warehouse(tmp_path_factory.mktemp("live") / "warehouse")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        play_all(upstreams, warehouse)
        warehouse.fetch()
        warehouse.load()
        yield warehouse


def test_every_address_has_a_sample() -> None:
    assert list_missing_samples(CONTRACTS) == []


@pytest.mark.parametrize("source_id", CONNECTORS)
def test_connector_comes_from_its_addresses_to_accepted_rows(
    live: LiveWarehouse, source_id: str
) -> None:
    fetches = {f.document: f for f in live.fetches if f.source_id == source_id}
    documents = {address.document for address in live.get(source_id).addresses}
    assert {name: f.outcome for name, f in fetches.items()} == dict.fromkeys(documents, "new")
    loads = live.loads[source_id]
    assert [load.reason for load in loads.refused] == []
    rows = {
        load.document: sum(table.rows_accepted for table in load.tables)
        for load in loads.current
        if load.origin == "live"
    }
    assert set(rows) == documents
    assert all(rows.values())


def test_addresses_of_the_contracts_were_asked_and_no_other(
    live: LiveWarehouse, upstreams: Upstreams
) -> None:
    wanted = {
        url.split("/")[2]
        for contract in live.connectors
        for address in contract.addresses
        for url in (address.url, address.looked_up.url if address.looked_up else address.url)
    }
    assert upstreams.hosts == wanted


def test_key_reaches_its_upstream_and_stays_out_of_the_archive(
    live: LiveWarehouse, upstreams: Upstreams
) -> None:
    assert sum(any(key in url for key in KEYS.values()) for url in upstreams.asked) >= 3
    kept = [p.read_bytes() for p in live.settings.warehouse_dir.rglob("*.json")]
    assert kept
    assert not any(key.encode() in content for content in kept for key in KEYS.values())


def test_documents_are_of_the_day_that_the_upstream_states(live: LiveWarehouse) -> None:
    days = {
        (d.source_id, d.document): str(d.document_on)
        for source in ("ecfr_sections", "aws_price_list")
        for d in live.archive.list_documents(source)
    }
    assert days["ecfr_sections", "text-744"] == "2026-11-24"
    assert days["aws_price_list", "us-east-2"] == "2026-11-24"


def test_day_without_news_asks_each_address_once_and_loads_nothing(
    live: LiveWarehouse, upstreams: Upstreams
) -> None:
    before = len(upstreams.asked)
    live.fetch(days=1)
    live.load()
    requests = len(upstreams.asked) - before
    assert {fetch.outcome for fetch in live.fetches} == {"unchanged"}
    assert sum(loads.loaded_now for loads in live.loads.values()) == 0
    addresses = [a for c in live.connectors for a in c.addresses]
    weekly = [a for a in addresses if a.every_days]
    looked_up = [a for a in addresses if a.looked_up and not a.every_days]
    assert requests == len(addresses) - len(weekly) + len(looked_up)


def test_day_of_catalogue_news_is_measured(live: LiveWarehouse, upstreams: Upstreams) -> None:
    serve_catalogue(upstreams, live, write_catalogue(6, 24.0))
    day = measure_day("catalogue news", upstreams, live, every_source=False)
    files = [a for a in live.get("skypilot_catalog").addresses if a.document != "versions"]
    assert day.new_documents == len(files)
    assert day.requests >= len(files)
    assert live.loads["skypilot_catalog"].loaded_now == len(files)
