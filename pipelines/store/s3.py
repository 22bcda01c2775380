"""Object storage over the S3 protocol: what a warehouse needs of it, through the library obstore.

Where and as whom is said by the usual variables: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL (any
server of the protocol), AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
They are read when a bucket is opened and written nowhere. A write can be made to depend on what
stands there (If-None-Match, If-Match), which decides between two machines. The library signs, asks
again, pages and puts in parts; it is imported when the first bucket is opened.
"""

from __future__ import annotations

import hashlib
import html
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.base.errors import StoreFault
from pipelines.base.files import hash_bytes
from pipelines.base.texts import shorten

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import S3Config, S3Store

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
DEFAULT_REGION = "us-east-1"
ACCESS_KEY, SECRET_KEY = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
SESSION_TOKEN = "AWS_SESSION_TOKEN"  # the name of a variable, no token
CONNECT = timedelta(seconds=10)
# until an answer begins, the sending of a part included, and between two pieces of it
SILENCE = timedelta(seconds=120)
# what goes on without a silence may take its time
WHOLE = timedelta(days=1)
# a request that may succeed then is sent again, after about the first pause and twice that; never
# so late that its signature is too old
RETRIES, FIRST_PAUSE, LATEST_RETRY = 2, timedelta(seconds=0.5), timedelta(minutes=10)
PASSING_STATUS = frozenset({408, 429, 500, 502, 503, 504})
PIECE = 1 << 20
# what is larger goes in parts, two at a time; an object may have 10,000 of them
PART_BYTES, MOST_PARTS, PARTS_AT_ONCE = 8 << 20, 10_000, 2
# an empty object that is put anew to learn the server's time
CLOCK = "clock"
# what the library says where a server names another region, and no address there
REDIRECT = "Received redirect without LOCATION"
_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?")


class Taken(Exception):
    """A conditional write was refused: something else stands there by now."""


@dataclass(frozen=True)
class Tagged:
    """A small content with the tag that a condition names, and when it was put there."""

    content: bytes
    etag: str
    put_at: datetime  # by the server's clock


def open_bucket(address: str, part_bytes: int = PART_BYTES) -> S3Place:
    """Return the place that `s3://bucket/prefix` names, as the environment says how to reach it.

    Args:
        address: bucket and prefix.
        part_bytes: a larger file goes in parts of this size.

    Raises:
        StoreFault: the address names no bucket, or keys are not set.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise StoreFault(f"{address}: names no bucket; expected s3://bucket or s3://bucket/prefix")
    bucket, prefix = match[1], (match[2] or "").strip("/")
    if "//" in prefix or {".", ".."} & set(prefix.split("/")):
        raise StoreFault(f"{address}: the prefix has an empty part or one of dots; name another")
    config = _read_config(bucket)

    from obstore.store import S3Store

    store = S3Store(
        bucket,
        prefix=prefix or None,
        config=config,
        client_options={
            "allow_http": config["aws_endpoint_url_s3"].startswith("http:"),
            "connect_timeout": CONNECT,
            "read_timeout": SILENCE,
            "timeout": WHOLE,
        },
        retry_config={
            "max_retries": RETRIES,
            "retry_timeout": LATEST_RETRY,
            "backoff": {"init_backoff": FIRST_PAUSE, "max_backoff": 4 * FIRST_PAUSE, "base": 2},
        },
    )
    return S3Place(f"s3://{bucket}/{prefix}".rstrip("/"), store, config["region"], part_bytes)


def _read_config(bucket: str) -> S3Config:
    """Return how a bucket is reached; what is said here goes before what the library reads.

    Raises:
        StoreFault: a key is not set, or the endpoint is no address; names it.
    """
    missing = [name for name in (ACCESS_KEY, SECRET_KEY) if not os.environ.get(name)]
    if missing:
        raise StoreFault(
            f"object storage needs {' and '.join(missing)} in the environment; not set, so the "
            "store was not asked"
        )
    region = next((os.environ[n] for n in REGIONS if os.environ.get(n)), DEFAULT_REGION)
    endpoint = next((os.environ[n] for n in ENDPOINTS if os.environ.get(n)), "")
    if endpoint and not re.match(r"https?://[^/]+", endpoint):
        raise StoreFault(
            f"{ENDPOINTS[0]}: found {endpoint!r}; expected http://HOST or https://HOST"
        )
    # a certificate of the vendor covers no bucket with a dot in its name
    has_own_host = not endpoint and "." not in bucket
    host = f"{bucket}.s3" if has_own_host else "s3"
    config: S3Config = {
        "aws_endpoint_url_s3": endpoint.rstrip("/") or f"https://{host}.{region}.amazonaws.com",
        "virtual_hosted_style_request": has_own_host,
        "region": region,
        "access_key_id": os.environ[ACCESS_KEY],
        "secret_access_key": os.environ[SECRET_KEY],
        "skip_signature": False,
        # the server holds every body to its digest
        "unsigned_payload": False,
        "checksum_algorithm": "SHA256",
        "conditional_put": "etag",
        # not every server of the protocol knows how to delete many at once
        "disable_bulk_delete": True,
    }
    if os.environ.get(SESSION_TOKEN):
        config["session_token"] = os.environ[SESSION_TOKEN]
    return config


class S3Place:
    """A bucket, or what lies below a prefix in it."""

    workers = 8
    fault = StoreFault

    def __init__(self, address: str, store: S3Store, region: str, part_bytes: int) -> None:
        self.address = address
        self._store, self._region, self._part_bytes = store, region, part_bytes

    def list_keys(self, prefix: str) -> dict[str, int]:
        """Return the keys that begin with a prefix, with the bytes of each."""
        # the library lists whole folders
        folder = prefix.rpartition("/")[0]
        with self._ask("the list of keys"):
            found = [item for page in self._store.list(folder or None) for item in page]
        return {i["path"]: i["size"] for i in found if i["path"].startswith(prefix)}

    def has(self, key: str) -> bool:
        """Tell whether there is an object under a key."""
        try:
            with self._ask(f"HEAD {key}"):
                self._store.head(key)
        except FileNotFoundError:
            return False
        return True

    def put_file(self, key: str, path: Path, sha256: str) -> None:
        """Put a file; what is not as its digest says is not put, or not completed.

        Raises:
            StoreFault: the file is another one than its digest says.
        """
        size = path.stat().st_size
        if size <= self._part_bytes:
            content = path.read_bytes()
            self._hold(path, hash_bytes(content), sha256)
            self.write(key, content)
            return
        # its parts become an object in one step when all are there; an error removes them
        with self._ask(f"PUT {key}"):
            self._store.put(
                key,
                self._read_pieces(path, sha256),
                use_multipart=True,
                chunk_size=max(self._part_bytes, -(-size // MOST_PARTS)),
                max_concurrency=PARTS_AT_ONCE,
            )

    def _read_pieces(self, path: Path, sha256: str) -> Iterator[bytes]:
        """Yield a file piece by piece, and end with an error if it is not as its digest says."""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                yield piece
        self._hold(path, digest.hexdigest(), sha256)

    def _hold(self, path: Path, found: str, sha256: str) -> None:
        if found != sha256:
            raise StoreFault(f"{path}: changed while it was put into {self.address}; run again")

    def get_file(self, key: str, path: Path) -> str:
        """Write an object to a file and return its SHA-256.

        Raises:
            FileNotFoundError: there is none.
        """
        digest = hashlib.sha256()
        with self._ask(f"GET {key}"):
            pieces = self._store.get(key).stream(min_chunk_size=PIECE)
            with path.open("wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
        return digest.hexdigest()

    def read(self, key: str) -> bytes | None:
        """Return a small object; None where there is none."""
        tagged = self.read_tagged(key)
        return tagged.content if tagged else None

    def read_tagged(self, key: str) -> Tagged | None:
        """Return a small object with its tag and when it was put; None where there is none."""
        try:
            with self._ask(f"GET {key}"):
                answer = self._store.get(key)
                meta = answer.meta
                return Tagged(bytes(answer.bytes()), meta["e_tag"] or "", meta["last_modified"])
        except FileNotFoundError:
            return None

    def read_clock(self) -> datetime:
        """Return the server's time, to the second: when it has got what is put there now."""
        self.write(CLOCK, b"")
        with self._ask(f"HEAD {CLOCK}"):
            return self._store.head(CLOCK)["last_modified"]

    def write(self, key: str, content: bytes) -> None:
        """Put a small object, in the place of what was there."""
        self._put(key, content, "overwrite")

    def write_if(self, key: str, content: bytes, etag: str | None) -> str:
        """Put a small object only if what stands there has the tag (None: if nothing does).

        Returns:
            The tag of what stands there now.

        Raises:
            Taken: something else stands there.
        """
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        try:
            return self._put(key, content, {"e_tag": etag} if etag else "create")
        except (AlreadyExistsError, PreconditionError):
            # an attempt whose answer was lost has written what the next one finds
            found = self.read_tagged(key)
            if found and found.content == content:
                return found.etag
            raise Taken(key) from None

    def _put(self, key: str, content: bytes, mode: PutMode) -> str:
        with self._ask(f"PUT {key}"):
            return self._store.put(key, content, mode=mode, use_multipart=False)["e_tag"] or ""

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""
        try:
            with self._ask(f"DELETE {key}"):
                self._store.delete(key)
        except FileNotFoundError:
            return

    @contextmanager
    def _ask(self, what: str) -> Iterator[None]:
        """Say in a sentence why the server did not do what was asked of it.

        Raises:
            FileNotFoundError: there is no such object.
            AlreadyExistsError, PreconditionError: a condition did not hold.
            StoreFault: anything else.
        """
        from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

        try:
            yield
        except (AlreadyExistsError, PreconditionError):
            raise
        except FileNotFoundError as error:
            if "<Code>NoSuchBucket</Code>" not in str(error):
                raise
            raise StoreFault(self._describe(what, str(error))) from None
        except BaseError as error:
            raise StoreFault(self._describe(what, str(error))) from None

    def _describe(self, what: str, text: str) -> str:
        """Return what the library's error means; of an answer its code and message are shown."""
        text, _, source = text.partition("\n\nDebug source:")
        found = re.search(r"status code: (\d{3})", text)
        status = int(found[1]) if found else None
        parts = re.findall(r"<(?:Code|Message)>(.*?)</", text, re.DOTALL)
        said = shorten(html.unescape(" ".join(parts))) or f"status {status}"
        _, is_broken, why = text.rpartition("HTTP error: ")
        if is_broken:
            # deepest in the library's account stands what the system said
            said = shorten(": ".join([why, *re.findall(r'(?:message|error): "(.*?)"', source)]))
        if is_broken or status in PASSING_STATUS:
            return f"{self.address}: out of reach ({what}: {said})"
        if status is None and REDIRECT not in text:
            said = shorten(" ".join(parts) or text.removeprefix("Generic S3 error: "))
            return (
                f"{self.address}: the answer is not as expected ({what}: {said}); is this the "
                "address of a server of the S3 protocol?"
            )
        if status is None:
            said = "it is redirected to nowhere"
        if status in (None, 400):
            said += f"; is the bucket in the region that {REGIONS[0]} says ({self._region})?"
        if status in (401, 403):
            said += "; do the keys of the environment allow to list, read, write and delete there?"
        return f"{self.address}: refused ({said}), asked for {what}"
