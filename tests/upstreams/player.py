"""Playing the upstreams: each address of a contract answers with the source's own sample.

Requests go through the real client, with the real addresses; only here, below the client, they are
sent to the server of this machine, and a connection anywhere else is an error. What an upstream
does wrong is set by address or by source: one of `local_server.Answer`, or a list of them.
"""

import fnmatch
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import httpx

from pipelines.contracts.addresses import Address, LookUp
from pipelines.contracts.model import Contract
from tests.small_project.local_server import Answer, LocalServer, serve

# the keys that some upstreams ask for, as the environment of a test has them
KEYS = {
    name: f"key-of-{name.lower()}"
    for name in ("EIA_API_KEY", "CENSUS_API_KEY", "COMTRADE_API_KEY", "GOOGLE_API_KEY")
}
# by source and pattern of documents the sample that answers, where none has the document's name
STAND_INS = {
    "acme_trace": {"*": "data/cluster_summary.csv"},
    "azure_retail_prices": {"*": "samples/nd.json"},
    "ecfr_sections": {"versions-*": "samples/versions-740.json", "text-*": "samples/text-740.xml"},
    "federal_register": {"*": "samples/documents.json"},
    "mlperf_inference": {"*": "samples/v6.0.json"},
    "mlperf_training_logs": {"*": "samples/v5.1.zip"},
    "rental_marketplaces": {"gpuhunt-*": "samples/gpuhunt-lambdalabs.zip"},
    "sec_company_facts": {"*": "samples/nvidia.json"},
    "skypilot_catalog": {"*": "samples/lambda.csv"},
    "un_comtrade": {"*": "samples/circuits.json"},
    "us_census_imports": {"*": "samples/circuits.json"},
}
# what the index of an upstream says, by the name of the mark that it fills
LOOK_UPS = {
    "version": "20261124201110",
    "day": "2026-11-24",
    "commit": "0123456789abcdef0123456789abcdef01234567",
}
CATALOGUE_VERSION = "20261127-4711"
MEDIA_TYPES = {"json": "application/json", "csv": "text/csv", "zip": "application/zip"}


def read_sample(contract: Contract, document: str) -> bytes:
    """Return what an upstream serves as one of its documents.

    Raises:
        FileNotFoundError: the source has no sample for it.
    """
    own = sorted((contract.folder / "samples").glob(f"{document}.*"))
    if own:
        content = own[0].read_bytes()
    else:
        stand_ins = STAND_INS.get(contract.source_id, {})
        name = next((file for p, file in stand_ins.items() if fnmatch.fnmatch(document, p)), None)
        if name is None:
            raise FileNotFoundError(f"{contract.source_id}: no sample answers for {document}")
        content = (contract.folder / name).read_bytes()
    if contract.source_id == "federal_register":
        # the sample is dated ahead, so that it is nobody's rule
        content = content.replace(b"2031-0", b"2026-0")
    return content


def write_index(wanted: LookUp, address: Address) -> bytes:
    """Return an index in which a look-up finds what it looks for."""
    if wanted.path is None:
        return f"{CATALOGUE_VERSION}\n".encode()
    value: object = LOOK_UPS[wanted.name]
    if wanted.match and "/" in wanted.match:
        value = f"/offers/v1.0/{value}/index.json"
    if wanted.where:
        numbers = {name: int(text) for name, text in wanted.where.items()}
        others = {name: number - 1 for name, number in numbers.items()}
        value = [others | {str(wanted.take): "2026-01-02"}, numbers | {str(wanted.take): value}]
    for name in reversed(wanted.path.split(".")):
        value = [value] if name.isdigit() else {name: value}
    return json.dumps(value).encode()


def get_looked_up(wanted: LookUp) -> str:
    """Return what the index of `write_index` says."""
    return LOOK_UPS[wanted.name] if wanted.path else CATALOGUE_VERSION


@dataclass
class Upstreams:
    """All upstreams as one server; `answers` are by address, and may be changed while it runs."""

    server: LocalServer
    by_url: dict[str, list[Answer]] = field(default_factory=dict)
    hosts: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def play(self, contract: Contract, *documents: str) -> None:
        """Serve a source's samples at its addresses (all, or those of some documents)."""
        for address in contract.addresses:
            if documents and address.document not in documents:
                continue
            content = read_sample(contract, address.document)
            answer = Answer(
                body=content,
                etag=f'"{hash(content) & 0xFFFFFFFF:x}"',
                headers={"Content-Type": MEDIA_TYPES.get(address.media, "text/plain")},
            )
            self.answer(address, answer)

    def answer(self, address: Address, *answers: Answer) -> None:
        """Let an address answer so, one after the other; the last one is repeated."""
        wanted = address.looked_up
        if wanted is not None:
            self.by_url[_normalise(wanted.url)] = [Answer(body=write_index(wanted, address))]
            address = address.fill_looked_up(get_looked_up(wanted))
        self.by_url[_normalise(address.url)] = list(answers)

    def take(self, url: str) -> Answer:
        """Return the answer to a request for an address of the web."""
        answers = self.by_url.get(_normalise(url))
        if answers is None:
            return Answer(status=404)
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _normalise(url: str) -> str:
    """Return host, path and query of an address, however its signs are written, without keys."""
    for name, value in KEYS.items():
        url = url.replace(value, f"{{env:{name}}}")
    parts = urlsplit(unquote(unquote(url)))
    return f"{parts.hostname}{parts.path}?{parts.query}"


@contextmanager
def play_upstreams() -> Iterator[Upstreams]:
    """Send every request of the real client to a server of this machine while the block runs."""
    send = httpx.HTTPTransport.handle_request
    connect = socket.socket.connect

    with serve("/") as server:
        upstreams = Upstreams(server)
        home = urlsplit(server.url)

        def redirect(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            url = str(request.url)
            upstreams.hosts.add(request.url.host)
            upstreams.asked.append(url)
            server.answers = [upstreams.take(url)]
            local = httpx.Request(
                request.method,
                request.url.copy_with(scheme="http", host="127.0.0.1", port=home.port),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
            return send(transport, local)

        def connect_here(self: socket.socket, address: object) -> None:
            if isinstance(address, tuple) and address[0] != "127.0.0.1":
                raise AssertionError(f"a request would leave the machine: {address}")
            connect(self, address)

        with (
            patch.object(httpx.HTTPTransport, "handle_request", redirect),
            patch.object(socket.socket, "connect", connect_here),
        ):
            yield upstreams


def list_missing_samples(contracts: list[Contract]) -> list[str]:
    """Return the addresses that no sample answers for."""
    missing = []
    for contract in contracts:
        for address in contract.addresses:
            try:
                read_sample(contract, address.document)
            except FileNotFoundError as error:
                missing.append(str(error))
    return missing
