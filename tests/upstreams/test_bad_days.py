"""What an upstream does wrong hurts that document alone: the others of the day come in.

Two providers of one catalogue: what is served for `runpod` is wrong in one way, `lambda` is right.
"""

import gzip
import io
import shutil
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import stamina

from pipelines.archive.answers import ask_whole
from pipelines.archive.fetch import backfill_source
from pipelines.archive.http import Asker
from pipelines.base.files import hash_bytes
from pipelines.contracts.addresses import Address
from tests.small_project.local_server import Answer
from tests.upstreams.day import FIRST_MOMENT, LiveWarehouse, open_warehouse
from tests.upstreams.player import Upstreams, play_upstreams, read_sample

CATALOGUE = "skypilot_catalog"
BAD, GOOD = "runpod", "lambda"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Ask again at once after a failure."""
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def upstreams() -> Iterator[Upstreams]:
    with play_upstreams() as playing:
        yield playing


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> LiveWarehouse:
    """A warehouse that has taken in what provides ids, and asked nobody."""
    warehouse = open_warehouse(tmp_path_factory.mktemp("loaded") / "warehouse")
    warehouse.load(CATALOGUE)
    return warehouse


@pytest.fixture
def whole(loaded_once: LiveWarehouse, tmp_path: Path) -> LiveWarehouse:
    """A copy of that warehouse, to be changed freely."""
    folder = tmp_path / "warehouse"
    shutil.copytree(loaded_once.settings.warehouse_dir, folder)
    return open_warehouse(folder, loaded_once.contracts)


@pytest.fixture
def live(upstreams: Upstreams, whole: LiveWarehouse) -> LiveWarehouse:
    """The same, with the two providers of the catalogue only, both good so far."""
    keep_addresses(whole, BAD, GOOD)
    upstreams.play(whole.get(CATALOGUE))
    return whole


def keep_addresses(warehouse: LiveWarehouse, *documents: str) -> None:
    """Let the catalogue have some of its addresses only."""
    contract = warehouse.get(CATALOGUE)
    some = [a for a in contract.addresses if a.document in documents]
    index = warehouse.contracts.index(contract)
    warehouse.contracts[index] = contract.model_copy(update={"addresses": some})


def get_address(live: LiveWarehouse, document: str) -> Address:
    return next(a for a in live.get(CATALOGUE).addresses if a.document == document)


def read_good(live: LiveWarehouse) -> bytes:
    return read_sample(live.get(CATALOGUE), BAD)


def fetch(live: LiveWarehouse, days: int = 0) -> dict[str, str]:
    """Fetch the two providers some days after the first; return how each ended."""
    live.fetch(CATALOGUE, days=days)
    return {f.document: f.outcome for f in live.fetches}


FAULTS = {
    "busy_for_long": Answer(status=429, headers={"Retry-After": "3600"}),
    "broken": Answer(status=500),
    "withdrawn": Answer(status=404),
    "gone": Answer(status=410),
    "silent": Answer(hangs=True),
    "dripping": Answer(body=b"x" * 4000, drips_s=0.01),
    "cut": Answer(body=b"InstanceType,", announces=4000),
    "announced_too_large": Answer(body=b"x", announces=10**10),
    "bomb": Answer(
        body=gzip.compress(b"x" * 20_000_000), headers={"Content-Encoding": "gzip"}
    ),
    "page": Answer(body=b"<html>log in</html>", headers={"Content-Type": "text/html"}),
    "picture": Answer(body=b"GIF89a", headers={"Content-Type": "image/gif"}),
    "sent_away": Answer(status=302, headers={"Location": "https://elsewhere.example/vms.csv"}),
    "sent_to_a_file": Answer(status=302, headers={"Location": "file:///etc/passwd"}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_answer_that_is_no_document_fails_alone(
    live: LiveWarehouse, upstreams: Upstreams, fault: str
) -> None:
    live.settings = live.settings.model_copy(
        update={"fetch_total_s": 0.4, "fetch_timeout_s": 0.3, "fetch_limit": 10_000_000}
    )
    upstreams.answer(get_address(live, BAD), FAULTS[fault])
    assert fetch(live) == {BAD: "failed", GOOD: "new"}
    (message,) = [f.message for f in live.fetches if f.outcome == "failed"]
    assert "the last good data stays in use" in message
    kept = live.archive.list_documents(CATALOGUE)
    assert [d.document for d in kept if d.origin == "live"] == [GOOD]
    assert "elsewhere.example" not in upstreams.hosts


def test_upstream_that_is_busy_for_a_moment_is_asked_again(
    live: LiveWarehouse, upstreams: Upstreams
) -> None:
    good = Answer(body=read_good(live))
    busy = Answer(status=429, headers={"Retry-After": "0"})
    upstreams.answer(get_address(live, BAD), busy, good)
    assert fetch(live) == {BAD: "new", GOOD: "new"}


CHANGES = {
    "renamed_price": (b",SpotPrice", b",SpotPriceUSD", "missing column SpotPrice"),
    "page_as_csv": (b"InstanceType,", b"<html>InstanceType,", "found a web page"),
    "other_encoding": (b"gpu_1x_h100_pcie", b"gpu_\xff\xfe", "is no UTF-8"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_document_is_refused_and_the_last_good_one_stays(
    live: LiveWarehouse, upstreams: Upstreams, change: str
) -> None:
    fetch(live)
    good = read_good(live)
    old, new, reason = CHANGES[change]
    assert good.count(old)
    upstreams.answer(get_address(live, BAD), Answer(body=good.replace(old, new, 1)))
    assert fetch(live, 1) == {BAD: "new", GOOD: "unchanged"}
    live.load(CATALOGUE)
    loads = live.loads[CATALOGUE]
    (refused,) = loads.refused
    assert reason in refused.reason
    used = {load.document: load.sha256 for load in loads.current if load.origin == "live"}
    assert used == {BAD: hash_bytes(good), GOOD: hash_bytes(good)}


def test_added_column_is_told_and_the_prices_come_in(
    live: LiveWarehouse, upstreams: Upstreams
) -> None:
    fetch(live)
    header, *lines = read_good(live).splitlines()
    wider = b"\n".join([header + b",Arch", *(line + b",x86_64" for line in lines)]) + b"\n"
    upstreams.answer(get_address(live, BAD), Answer(body=wider))
    fetch(live, 1)
    live.load(CATALOGUE)
    loads = live.loads[CATALOGUE]
    assert loads.refused == []
    ((document, kind, found),) = [(d.document, d.kind, d.found) for d in loads.drifts]
    assert (document, kind) == (BAD, "new_column")
    assert found == "1 new column (Arch), not loaded"


def test_old_answer_that_is_served_again_counts_again(
    live: LiveWarehouse, upstreams: Upstreams
) -> None:
    first = read_good(live)
    second = first.replace(b",2.4,", b",9.9,")
    assert first != second
    told = []
    for day, content in enumerate((first, second, first)):
        upstreams.answer(get_address(live, BAD), Answer(body=content))
        assert fetch(live, day)[BAD] == "new"
        told += [f.message for f in live.fetches if f.document == BAD]
    assert told[2].endswith(f"served before, on {FIRST_MOMENT.date()}")
    seen = live.archive.list_sightings(CATALOGUE, BAD)
    assert list(seen.values()) == [hash_bytes(c) for c in (first, second, first)]
    live.load(CATALOGUE)
    used = [s for s in live.loads[CATALOGUE].sightings if s.document == BAD]
    assert [s.sha256 for s in used] == list(seen.values())


def test_new_version_of_the_catalogue_is_told(upstreams: Upstreams, whole: LiveWarehouse) -> None:
    live = whole
    keep_addresses(live, "versions")
    address = get_address(live, "versions")
    names = b'[{"name": "v7", "type": "dir"}, {"name": "v8", "type": "dir"}, '
    upstreams.answer(address, Answer(body=names + b'{"name": "v10", "type": "dir"}]'))
    live.fetch(CATALOGUE)
    live.load(CATALOGUE)
    (drift,) = live.loads[CATALOGUE].drifts
    assert drift.kind == "new_value"
    assert drift.found == "v10 in column version (1 rows, quarantined)"
    assert drift.mend == "skypilot_catalog/contract.yml"


def test_zip_that_unpacks_beyond_the_bound_is_refused(
    upstreams: Upstreams, whole: LiveWarehouse
) -> None:
    live = whole
    live.settings = live.settings.model_copy(update={"unpacked_limit": 1_000_000})
    contract = live.get("rental_marketplaces")
    upstreams.play(contract)
    address = next(a for a in contract.addresses if a.document == "gpuhunt-verda")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("verda.csv", b"0" * 20_000_000)
    upstreams.answer(address, Answer(body=bomb.getvalue()))
    live.fetch("rental_marketplaces")
    live.load("rental_marketplaces")
    loads = live.loads["rental_marketplaces"]
    (refused,) = loads.refused
    assert "unpacks to more than 1,000,000 bytes" in refused.reason
    assert "gpuhunt-nebius" in {load.document for load in loads.current}


def test_index_that_would_lead_elsewhere_is_refused(
    upstreams: Upstreams, whole: LiveWarehouse
) -> None:
    live = whole
    contract = live.get("rental_marketplaces")
    address = next(a for a in contract.addresses if a.document == "gpuhunt-verda")
    upstreams.answer(address, Answer(body=b""))
    for index in (b"../../other", b"20261127-1/../x", b"", b"<html>", b"x" * 5000):
        upstreams.by_url = {
            url: [Answer(body=index)] if url.split("?")[0].endswith("/version") else answers
            for url, answers in upstreams.by_url.items()
        }
        with pytest.raises(Exception, match=r"expected letters, digits, dots and dashes"):
            ask_whole(address, Asker(live.settings))


def test_backfill_asks_for_the_states_of_earlier_days_once(
    upstreams: Upstreams, live: LiveWarehouse
) -> None:
    address = get_address(live, BAD)
    first = FIRST_MOMENT.date() - timedelta(days=20)
    for number in range(3):
        day = first + timedelta(days=number)
        past = address.get_past(day, day)
        price = f",{number + 1}.5,".encode()
        upstreams.answer(past, Answer(body=read_good(live).replace(b",2.4,", price)))
    # one commit stands for all days here, so the last answer is that of each day
    contract = live.get(CATALOGUE).model_copy(update={"addresses": [address]})
    last = first + timedelta(days=2)
    done = backfill_source(contract, live.archive, live.settings, first, last, 1)
    assert [f.outcome for f in done] == ["new", "unchanged", "unchanged"]
    days = sorted(live.archive.list_sightings(CATALOGUE, BAD))
    assert days == [first, first + timedelta(days=1), last]
    again = backfill_source(contract, live.archive, live.settings, first, last, 1)
    assert again == []
    assert fetch(live) == {BAD: "new", GOOD: "new"}
    live.load(CATALOGUE)
    sightings = [s for s in live.loads[CATALOGUE].sightings if s.document == BAD]
    assert [s.day for s in sightings] == [first, FIRST_MOMENT.date()]


def test_upstream_that_demands_a_contact_is_not_asked_without_one(
    upstreams: Upstreams, whole: LiveWarehouse
) -> None:
    live = whole
    upstreams.play(live.get("sec_company_facts"))
    live.settings = live.settings.model_copy(update={"contact": ""})
    live.fetch("sec_company_facts")
    assert {f.outcome for f in live.fetches} == {"failed"}
    assert all("set COMPUTE_BALANCE_CONTACT" in f.message for f in live.fetches)
    assert upstreams.asked == []
