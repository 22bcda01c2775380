"""Asking an address: bounds, retries, redirects, pages, keys; the server is on this machine."""

import base64
import gzip
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from pipelines.archive.documents import Archive
from pipelines.archive.fetch import Fetch, fetch_source
from pipelines.archive.http import Asker
from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.contracts.addresses import Address
from pipelines.contracts.model import Contract
from tests.small_project.local_server import Answer, LocalServer, serve

BODY = b"chip,price\na,1\n"


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Ask again at once after a failure."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server whose answers the test sets."""
    with serve() as running:
        yield running


def make_asker(**settings: object) -> Asker:
    """Return what asks, with short bounds."""
    bounds = {"fetch_timeout_s": 5.0, "fetch_total_s": 5.0, "fetch_pause_s": 0.0}
    return Asker(Settings(**bounds | settings))


def make_address(server: LocalServer, **fields: object) -> Address:
    """Return an address of the server."""
    return Address(**{"document": "quotes", "url": server.url} | fields)


def fetch(address: Address, folder: Path) -> Fetch:
    """Fetch one address into an archive of the folder."""
    contract = Contract.model_construct(source_id="quotes", addresses=[address])
    settings = Settings(warehouse_dir=folder, fetch_pause_s=0.0)
    (result,) = fetch_source(contract, Archive(settings.archive_dir), settings)
    return result


def read_only_document(folder: Path) -> bytes:
    """Return the bytes of the one document that was archived."""
    archive = Archive(Settings(warehouse_dir=folder).archive_dir)
    (document,) = archive.list_documents("quotes")
    return archive.read(document.sha256)


@pytest.mark.parametrize("answer", [
    Answer(body=b"x" * 2000, drips_s=0.1),
    Answer(drips_s=0.1, drips_header=True),
], ids=["body", "header"])  # fmt: skip
def test_answer_that_drips_ends_with_the_whole_bound(server: LocalServer, answer: Answer) -> None:
    server.answers = [answer]
    begun = time.monotonic()
    with pytest.raises(DocumentFault, match=r"not complete after 0\.5 seconds"):
        make_asker(fetch_total_s=0.5).ask(make_address(server))
    assert time.monotonic() - begun < 5
    assert len(server.asked) == 1


@pytest.mark.parametrize(("answer", "message"), [
    (Answer(body=b"x" * 2000), "found 2,000 bytes announced; expected at most 1,000"),
    (Answer(body=gzip.compress(b"x" * 10**5), headers={"Content-Encoding": "gzip"}),
     "found more than 1,000 bytes"),
], ids=["announced", "bomb"])  # fmt: skip
def test_answer_that_is_too_large_is_refused(
    server: LocalServer, answer: Answer, message: str
) -> None:
    server.answers = [answer]
    with pytest.raises(DocumentFault, match=message):
        make_asker(fetch_limit=1000).ask(make_address(server))


def test_bound_of_the_contract_goes_before_that_of_the_settings(server: LocalServer) -> None:
    server.answers = [Answer(body=b"x" * 2000)]
    asked = make_asker(fetch_limit=1000).ask(make_address(server, max_bytes=3000))
    assert len(asked.content) == 2000


def test_cut_answer_is_no_document(server: LocalServer) -> None:
    server.answers = [Answer(body=BODY, announces=len(BODY) + 10)]
    with pytest.raises(DocumentFault, match="RemoteProtocolError"):
        make_asker().ask(make_address(server))
    assert len(server.asked) == 3


def test_cut_answer_goes_on_where_the_server_can(server: LocalServer) -> None:
    ranges = {"Accept-Ranges": "bytes"}
    rest = {"Content-Range": f"bytes 5-{len(BODY) - 1}/{len(BODY)}"}
    server.answers = [
        Answer(body=BODY[:5], announces=len(BODY), etag='"v1"', headers=ranges),
        Answer(status=206, body=BODY[5:], etag='"v1"', headers=rest),
    ]
    assert make_asker().ask(make_address(server)).content == BODY
    assert (server.asked[1]["range"], server.asked[1]["if-range"]) == ("bytes=5-", '"v1"')


def test_changed_document_is_read_from_its_start(server: LocalServer) -> None:
    server.answers = [
        Answer(body=b"old,o", announces=99, etag='"v1"', headers={"Accept-Ranges": "bytes"}),
        Answer(body=BODY, etag='"v2"'),
    ]
    assert make_asker().ask(make_address(server)).content == BODY


@pytest.mark.parametrize("name", ["Content-MD5", "Content-Digest"])
def test_body_is_held_to_its_checksum(server: LocalServer, name: str) -> None:
    right = {
        "Content-MD5": base64.b64encode(hashlib.md5(BODY).digest()).decode(),
        "Content-Digest": f"sha-256=:{base64.b64encode(hashlib.sha256(BODY).digest()).decode()}:",
    }[name]
    server.answers = [Answer(body=BODY + b"b,2\n", headers={name: right})]
    with pytest.raises(DocumentFault, match="does not match"):
        make_asker().ask(make_address(server))
    server.answers = [Answer(body=BODY, headers={name: right})]
    assert make_asker().ask(make_address(server)).content == BODY


def test_server_says_how_long_to_wait(server: LocalServer) -> None:
    server.answers = [Answer(status=429, headers={"Retry-After": "1"}), Answer(body=BODY)]
    with stamina.set_testing(False):
        begun = time.monotonic()
        assert make_asker().ask(make_address(server)).content == BODY
        assert time.monotonic() - begun >= 1


def test_wait_beyond_the_bound_is_told(server: LocalServer) -> None:
    server.answers = [Answer(status=503, headers={"Retry-After": "7200"})]
    with pytest.raises(DocumentFault, match="status 503, asks to wait 7200 seconds"):
        make_asker(fetch_wait_s=60).ask(make_address(server))
    assert len(server.asked) == 1


def test_redirect_within_the_host_is_followed(server: LocalServer) -> None:
    server.answers = [Answer(status=302, headers={"Location": "/new.csv"})]
    server.by_path["/new.csv"] = Answer(body=BODY)
    answer = make_asker().ask(make_address(server))
    assert (answer.content, answer.address) == (BODY, f"{server.host}/new.csv")


def test_redirect_to_another_host_needs_the_contract(server: LocalServer) -> None:
    with serve("/other.csv") as other:
        other.answers = [Answer(body=BODY)]
        server.answers = [Answer(status=302, headers={"Location": other.url})]
        with pytest.raises(DocumentFault, match=r"found a redirect to 127\.0\.0\.1:.*redirects_to"):
            make_asker().ask(make_address(server))
        assert other.asked == []
        allowed = make_address(server, redirects_to=[other.host.removeprefix("http://")])
        answer = make_asker().ask(allowed)
    assert (answer.content, answer.address) == (BODY, other.url)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x/y"])
def test_redirect_elsewhere_than_the_web_is_refused(server: LocalServer, target: str) -> None:
    server.answers = [Answer(status=302, headers={"Location": target})]
    with pytest.raises(DocumentFault, match="found a redirect to"):
        make_asker().ask(make_address(server))


def test_redirects_in_a_circle_end(server: LocalServer) -> None:
    server.answers = [Answer(status=302, headers={"Location": server.url})]
    with pytest.raises(DocumentFault, match="more than 5 redirects"):
        make_asker().ask(make_address(server))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "//example.org/a"])
def test_contract_names_web_addresses_only(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Address(document="quotes", url=url)


def test_web_page_in_the_place_of_data_is_refused(server: LocalServer) -> None:
    server.answers = [Answer(body=b"<html>", headers={"Content-Type": "text/html; charset=utf-8"})]
    with pytest.raises(DocumentFault, match=r"found a web page or medium \(text/html"):
        make_asker().ask(make_address(server))


def test_etag_with_other_bytes_is_not_sent_back(server: LocalServer, tmp_path: Path) -> None:
    server.answers = [Answer(body=BODY, headers={"ETag": '"caf\xe9"'})]
    assert fetch(make_address(server), tmp_path).outcome == "new"
    assert fetch(make_address(server), tmp_path).outcome == "unchanged"
    assert "if-none-match" not in server.asked[1]


def test_day_of_the_upstream_makes_the_next_request_conditional(
    server: LocalServer, tmp_path: Path
) -> None:
    day = "Mon, 02 Nov 2026 10:00:00 GMT"
    server.answers = [Answer(body=BODY, headers={"Last-Modified": day}), Answer(status=304)]
    assert fetch(make_address(server), tmp_path).outcome == "new"
    again = fetch(make_address(server), tmp_path)
    assert server.asked[1]["if-modified-since"] == day
    assert (again.outcome, again.message) == ("unchanged", "the server says not modified")


def serve_pages(server: LocalServer, counts: list[int], total: int) -> Address:
    """Let the server answer pages with so many items each; return their address."""
    first = 0
    for number, count in enumerate(counts):
        page = {"count": total, "results": [{"n": first + n} for n in range(count)]}
        if number + 1 < len(counts):
            page["next"] = f"{server.host}/page/{number + 1}"
        first += count
        server.by_path[f"/page/{number}"] = Answer(body=json.dumps(page).encode())
    return Address(
        document="quotes",
        url=f"{server.host}/page/0",
        media="json",
        next_page="next",
        items="results",
        total="count",
    )


def test_pages_are_followed_to_the_end(server: LocalServer, tmp_path: Path) -> None:
    address = serve_pages(server, [200, 200, 112], 512)
    assert fetch(address, tmp_path).outcome == "new"
    items = json.loads(read_only_document(tmp_path))["results"]
    assert [item["n"] for item in items] == list(range(512))
    assert fetch(address, tmp_path).outcome == "unchanged"


def test_single_page_is_kept_as_it_was_sent(server: LocalServer, tmp_path: Path) -> None:
    address = serve_pages(server, [3], 3)
    fetch(address, tmp_path)
    assert read_only_document(tmp_path) == server.by_path["/page/0"].body


def test_answer_with_fewer_items_than_it_counts_is_incomplete(
    server: LocalServer, tmp_path: Path
) -> None:
    result = fetch(serve_pages(server, [200, 200], 457), tmp_path)
    assert result.outcome == "failed"
    assert "found 400 of 457 items on 2 pages; expected all" in result.message


def test_next_page_on_another_host_is_refused(server: LocalServer, tmp_path: Path) -> None:
    page = {"count": 2, "results": [1], "next": "https://elsewhere.example/page/2"}
    address = serve_pages(server, [1], 2)
    server.by_path["/page/0"] = Answer(body=json.dumps(page).encode())
    assert "found a next page at https://elsewhere.example" in fetch(address, tmp_path).message


def test_key_is_sent_and_stands_nowhere_else(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTES_KEY", "s3cret")
    address = make_address(
        server, url=f"{server.url}?key={{env:QUOTES_KEY}}", headers={"X-Key": "{env:QUOTES_KEY}"}
    )
    server.answers = [Answer(body=BODY), Answer(status=404)]
    results = [fetch(address, tmp_path), fetch(address, tmp_path)]
    assert server.asked[0]["x-key"] == "s3cret"
    assert server.paths[0].endswith("?key=s3cret")
    assert [r.outcome for r in results] == ["new", "failed"]
    assert "s3cret" not in str(results)
    kept = [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()]
    assert kept
    assert not any(b"s3cret" in content for content in kept)


def test_missing_key_is_named_and_the_address_not_asked(
    server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUOTES_KEY", raising=False)
    result = fetch(make_address(server, url=f"{server.url}?key={{env:QUOTES_KEY}}"), tmp_path)
    assert "needs QUOTES_KEY in the environment" in result.message
    assert server.asked == []


def test_query_is_sent_as_the_contract_says(server: LocalServer) -> None:
    server.answers = [Answer(body=b"{}")]
    address = make_address(server, media="json", method="POST", body={"chip": "h100"})
    assert make_asker().ask(address).content == b"{}"
    assert json.loads(server.bodies[0]) == {"chip": "h100"}


def test_entry_for_each_value_is_an_address_each() -> None:
    entry = Address(
        document="facts-{cik}",
        url="https://example.org/CIK{cik}.json",
        media="json",
        for_each={"cik": ["01", "02"]},
    )
    assert [(one.document, one.url) for one in entry.expand()] == [
        ("facts-01", "https://example.org/CIK01.json"),
        ("facts-02", "https://example.org/CIK02.json"),
    ]


def test_host_out_of_reach_is_asked_once(tmp_path: Path) -> None:
    asker = make_asker()
    with pytest.raises(DocumentFault, match="ConnectError"):
        asker.ask(Address(document="a", url="http://127.0.0.1:9/a"))
    with pytest.raises(DocumentFault, match="was out of reach a moment ago"):
        asker.ask(Address(document="b", url="http://127.0.0.1:9/b"))


def test_no_network_is_told_at_once(server: LocalServer) -> None:
    asker = make_asker()
    for port in (1, 2, 3):
        with pytest.raises(DocumentFault, match="ConnectError"):
            asker.ask(Address(document="a", url=f"http://127.0.0.1:{port}/a"))
    with pytest.raises(DocumentFault, match="no network: 3 hosts are out of reach"):
        asker.ask(make_address(server))
    assert server.asked == []


def test_publisher_is_told_whom_to_write_to(server: LocalServer) -> None:
    server.answers = [Answer(body=BODY)]
    make_asker(contact="data@example.org").ask(make_address(server))
    assert server.asked[0]["user-agent"] == "compute-balance/0.1 (data@example.org)"


def test_requests_to_one_host_keep_a_pace(server: LocalServer) -> None:
    server.answers = [Answer(body=BODY)]
    asker = make_asker(fetch_pause_s=0.2)
    begun = time.monotonic()
    for _ in range(3):
        asker.ask(make_address(server))
    assert time.monotonic() - begun >= 0.4
