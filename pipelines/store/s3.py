"""Object storage over the S3 protocol: the few requests that a warehouse needs, and conditions.

Where and as whom is said by the usual variables: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (any
server of the protocol), AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
They are read when a bucket is opened and written nowhere. A write can be made to depend on what
stands there (If-None-Match, If-Match), which decides between two machines.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar
from urllib.parse import urlsplit

from lxml import etree

from pipelines.base.errors import StoreFault
from pipelines.base.files import hash_bytes
from pipelines.base.texts import shorten
from pipelines.store.signing import (
    EMPTY_SHA256,
    Keys,
    encode_path,
    encode_query,
    read_store_keys,
    sign,
)

if TYPE_CHECKING:
    import httpx

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
DEFAULT_REGION = "us-east-1"
CONNECT_S, SILENCE_S = 10.0, 60.0
# seconds before the second and the third attempt of a request that may succeed then
PAUSES_S = (0.5, 2.0)
PASSING_STATUS = frozenset({408, 429, 500, 502, 503, 504})
PIECE = 1 << 20
# keys of one answer to a question for keys, the most that the protocol gives
PAGE_KEYS = 1000
# one request may carry 5 GiB; larger files go in parts, of which there may be 10,000
PART_BYTES = 256 << 20
Found = TypeVar("Found")
_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")


class Taken(Exception):
    """A conditional write was refused: something else stands there by now."""


@dataclass(frozen=True)
class Tagged:
    """A small content with the tag that a condition names, and its age by the server's clock."""

    content: bytes
    etag: str
    age_s: float


def open_bucket(address: str) -> S3Place:
    """Return the place that `s3://bucket/prefix` names, as the environment says how to reach it.

    Raises:
        StoreFault: the address names no bucket, or keys are not set.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise StoreFault(f"{address}: names no bucket; expected s3://bucket or s3://bucket/prefix")
    region = next((os.environ[n] for n in REGIONS if os.environ.get(n)), DEFAULT_REGION)
    endpoint = next((os.environ[n] for n in ENDPOINTS if os.environ.get(n)), "")
    if endpoint and not re.match(r"https?://[^/]+", endpoint):
        raise StoreFault(
            f"{ENDPOINTS[0]}: found {endpoint!r}; expected http://HOST or https://HOST"
        )
    return S3Place(
        match[1], (match[2] or "").strip("/"), endpoint, region, read_store_keys(os.environ)
    )


class S3Place:
    """A bucket, or what lies below a prefix in it."""

    workers = 8
    fault = StoreFault

    def __init__(
        self,
        bucket: str,
        prefix: str,
        endpoint: str,
        region: str,
        keys: Keys,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self.address = f"s3://{bucket}/{prefix}".rstrip("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._region, self._keys, self._part_bytes = region, keys, part_bytes
        self._client: httpx.Client | None = None
        self._opening = threading.Lock()
        # a certificate of the vendor covers no bucket with a dot in its name
        if endpoint or "." in bucket:
            endpoint = endpoint or f"https://s3.{region}.amazonaws.com"
            self._root = f"{urlsplit(endpoint).path.rstrip('/')}/{bucket}/"
        else:
            endpoint = f"https://{bucket}.s3.{region}.amazonaws.com"
            self._root = "/"
        self._scheme, self._host = urlsplit(endpoint).scheme, urlsplit(endpoint).netloc

    def list_keys(self, prefix: str) -> dict[str, int]:
        """Return the keys that begin with a prefix, with the bytes of each."""
        query = {"list-type": "2", "prefix": self._prefix + prefix, "max-keys": str(PAGE_KEYS)}
        found: dict[str, int] = {}
        while True:
            page = _parse(self._ask("GET", None, query)[1])
            for item in page.iterfind("Contents"):
                key = item.findtext("Key", "")
                found[key.removeprefix(self._prefix)] = int(item.findtext("Size", "0"))
            token = page.findtext("NextContinuationToken", "")
            if page.findtext("IsTruncated") != "true" or not token:
                return found
            query = query | {"continuation-token": token}

    def has(self, key: str) -> bool:
        """Tell whether there is an object under a key."""
        return self._ask("HEAD", key, allowed=(404,))[0].status_code == 200

    def put_file(self, key: str, path: Path, sha256: str) -> None:
        """Put a file; the server holds what it gets to the digest.

        Raises:
            StoreFault: the file is another one than its digest says.
        """
        size = path.stat().st_size
        if size > self._part_bytes:
            self._put_parts(key, path, sha256, size)
            return
        body = _Body(path, 0, size, sha256, [])
        self._ask("PUT", key, body=body)
        if body.sent[-1:] != [sha256]:
            self.delete(key)
            raise StoreFault(f"{path}: changed while it was put into {self.address}; run again")

    def _put_parts(self, key: str, path: Path, sha256: str, size: int) -> None:
        """Put a large file in parts, which become an object in one step when all are there."""
        begun = _parse(self._ask("POST", key, {"uploads": ""})[1])
        upload = {"uploadId": begun.findtext("UploadId", "")}
        whole, lines = hashlib.sha256(), []
        try:
            for number, start in enumerate(range(0, size, self._part_bytes), 1):
                length = min(self._part_bytes, size - start)
                part = hashlib.sha256()
                for piece in _Body(path, start, length, "", []):
                    part.update(piece)
                    whole.update(piece)
                body = _Body(path, start, length, part.hexdigest(), [])
                query = upload | {"partNumber": str(number)}
                answer, _ = self._ask("PUT", key, query, body=body)
                etag = answer.headers["etag"]
                lines.append(f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
            if whole.hexdigest() != sha256:
                raise StoreFault(f"{path}: changed while it was put into {self.address}; run again")
            text = f"<CompleteMultipartUpload>{''.join(lines)}</CompleteMultipartUpload>".encode()
            # a server may begin to answer with 200 before it knows how this ends
            if _parse(self._ask("POST", key, upload, content=text)[1]).tag == "Error":
                raise StoreFault(f"{self.address}/{key}: its parts did not become one; run again")
        except BaseException:
            self._ask("DELETE", key, upload, allowed=(404,))
            raise

    def get_file(self, key: str, path: Path) -> str:
        """Write an object to a file and return its SHA-256.

        Raises:
            FileNotFoundError: there is none.
        """

        def receive() -> str:
            digest = hashlib.sha256()
            with self._send("GET", key) as answer:
                if answer.status_code == 404:
                    raise FileNotFoundError(f"{self.address}/{key}")
                if answer.status_code != 200:
                    self._refuse(key, answer, answer.read())
                with path.open("wb") as file:
                    for piece in answer.iter_raw(PIECE):
                        digest.update(piece)
                        file.write(piece)
            return digest.hexdigest()

        return self._retry(f"GET {key}", receive)

    def read(self, key: str) -> bytes | None:
        """Return a small object; None where there is none."""
        tagged = self.read_tagged(key)
        return tagged.content if tagged else None

    def read_tagged(self, key: str) -> Tagged | None:
        """Return a small object with its tag and age; None where there is none."""
        answer, content = self._ask("GET", key, allowed=(404,))
        if answer.status_code == 404:
            return None
        moments = [answer.headers.get(name, "") for name in ("last-modified", "date")]
        put_at, now = (parsedate_to_datetime(m) if m else None for m in moments)
        age = (now - put_at).total_seconds() if now and put_at else 0.0
        return Tagged(content, answer.headers.get("etag", ""), age)

    def write(self, key: str, content: bytes) -> None:
        """Put a small object, in the place of what was there."""
        self._ask("PUT", key, content=content)

    def write_if(self, key: str, content: bytes, etag: str | None) -> str:
        """Put a small object only if what stands there has the tag (None: if nothing does).

        Returns:
            The tag of what stands there now.

        Raises:
            Taken: something else stands there.
        """
        condition = {"if-match": etag} if etag else {"if-none-match": "*"}
        answer, _ = self._ask("PUT", key, content=content, extra=condition, allowed=(404, 409, 412))
        if answer.status_code == 200:
            return answer.headers.get("etag", "")
        # an attempt whose answer was lost has written what the next one finds
        found = self.read_tagged(key)
        if found and found.content == content:
            return found.etag
        raise Taken(key)

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""
        self._ask("DELETE", key, allowed=(404,))

    def _ask(
        self,
        method: str,
        key: str | None,
        query: Mapping[str, str] | None = None,
        content: bytes = b"",
        allowed: tuple[int, ...] = (),
        extra: Mapping[str, str] | None = None,
        body: _Body | None = None,
    ) -> tuple[httpx.Response, bytes]:
        """Send a request until it is answered, and return the answer with its body.

        Raises:
            StoreFault: no answer, or one that is neither 2xx nor among those allowed.
        """
        headers = {"content-length": str(body.length if body else len(content)), **(extra or {})}
        sha256 = body.sha256 if body else hash_bytes(content)

        def send() -> tuple[httpx.Response, bytes]:
            with self._send(method, key, query, headers, sha256, body or content) as answer:
                found = answer.read()
                if answer.status_code // 100 != 2 and answer.status_code not in allowed:
                    self._refuse(key, answer, found)
                return answer, found

        return self._retry(f"{method} {key or ''}".strip(), send)

    def _retry(self, what: str, send: Callable[[], Found]) -> Found:
        """Call until there is an answer, or until the last attempt failed too."""
        import httpx

        for pause in (*PAUSES_S, None):
            try:
                return send()
            except (httpx.TransportError, _Passing) as error:
                if pause is None:
                    said = shorten(f"{type(error).__name__}: {error}")
                    raise StoreFault(f"{self.address}: out of reach ({what}: {said})") from None
                time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _send(
        self,
        method: str,
        key: str | None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        sha256: str = EMPTY_SHA256,
        content: bytes | _Body = b"",
    ) -> Iterator[httpx.Response]:
        """Sign and send one request; yields its answer, of which the body is still to be read."""
        path = self._root + ("" if key is None else self._prefix + key)
        signed = sign(
            method, self._host, path, query or {}, sha256, self._keys, self._region,
            datetime.now(UTC),
        )  # fmt: skip
        url = f"{self._scheme}://{self._host}{encode_path(path)}"
        if query:
            url += f"?{encode_query(query)}"
        client = self._open_client()
        with client.stream(
            method, url, headers={**(headers or {}), **signed}, content=content
        ) as a:
            yield a

    def _open_client(self) -> httpx.Client:
        import httpx

        with self._opening:
            if self._client is None:
                limits = httpx.Limits(max_connections=2 * self.workers)
                timeout = httpx.Timeout(SILENCE_S, connect=CONNECT_S)
                # bytes as they are stored: a server that packs them would break their digest
                plain = {"accept-encoding": "identity"}
                self._client = httpx.Client(limits=limits, timeout=timeout, headers=plain)
            return self._client

    def _refuse(self, key: str | None, answer: httpx.Response, body: bytes) -> NoReturn:
        """Say what a refusing answer means.

        Raises:
            _Passing: it may be another one soon.
            StoreFault: it will not.
        """
        status = answer.status_code
        error = _parse(body) if body.lstrip().startswith(b"<") else etree.Element("none")
        code = error.findtext("Code") or f"status {status}"
        said = shorten(" ".join(part for part in (code, error.findtext("Message")) if part))
        if status in PASSING_STATUS:
            raise _Passing(said)
        if status in (301, 307, 400) and (region := answer.headers.get("x-amz-bucket-region")):
            said += f"; the bucket is in {region}, and {REGIONS[0]} says {self._region}"
        if status == 403:
            said += "; do the keys of the environment allow to list, read, write and delete there?"
        raise StoreFault(f"{self.address}: refused ({said}), asked for {key or 'the list of keys'}")


class _Passing(Exception):
    """An answer that may be another one soon."""


@dataclass(frozen=True)
class _Body:
    """A part of a file that is sent piece by piece, from its beginning at every attempt."""

    path: Path
    start: int
    length: int
    sha256: str
    sent: list[str]  # the digest of what was read, once it was read to its end

    def __iter__(self) -> Iterator[bytes]:
        digest, left = hashlib.sha256(), self.length
        with self.path.open("rb") as file:
            file.seek(self.start)
            while left and (piece := file.read(min(PIECE, left))):
                digest.update(piece)
                left -= len(piece)
                yield piece
        self.sent.append(digest.hexdigest())


def _parse(text: bytes) -> etree._Element:
    """Return an answer's XML without its namespace; entities are not followed.

    Raises:
        StoreFault: it is none, so no server of the protocol answers there.
    """
    try:
        root = etree.fromstring(text, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise StoreFault(
            f"the answer is no XML ({shorten(text[:80].decode(errors='replace'))!r}); is this the "
            "address of a server of the S3 protocol?"
        ) from None
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return root
