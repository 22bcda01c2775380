"""Asking one address over HTTP: limits, retries, redirects and what counts as an answer.

A failure that may pass (a broken connection, status 429 or 5xx, a cut body) is tried again, with
growing pauses or after the time that the server asks for; anything else is told at once. What is
done with an answer belongs in `fetch.py`.
"""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from pipelines.base.errors import DocumentFault
from pipelines.base.settings import Settings
from pipelines.base.texts import shorten
from pipelines.contracts.addresses import Address, fill_keys

if TYPE_CHECKING:
    import httpx

RETRY_STATUS = frozenset({429, 500, 502, 503, 504})
REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 5
# so many hosts in a row out of reach, and none within: this machine has no network
HOSTS_WITHOUT_NETWORK = 3
# what no data file is served as, whatever else a server calls it
WRONG_TYPES = ("text/html", "application/xhtml", "image/", "audio/", "video/")


class PassingFault(DocumentFault):
    """A failure that may be over at the next attempt; `wait_s` is what the server asks to wait."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True)
class Answer:
    """A finished answer of status 200 or 304; `address` is where it came from in the end."""

    status: int
    content: bytes
    address: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass
class _Part:
    """Bytes of an answer that was cut, to go on from where the server allows that."""

    content: bytes = b""
    etag: str | None = None


@dataclass
class Asker:
    """Asks addresses one after the other and remembers which hosts are out of reach.

    Raises (from `ask`):
        DocumentFault: no answer that can be used; the message says what was found.
    """

    settings: Settings
    _asked_at: dict[str, float] = field(default_factory=dict)
    _out_of_reach: dict[str, str] = field(default_factory=dict)
    _within_reach: set[str] = field(default_factory=set)
    _certificates: ssl.SSLContext | None = None

    def ask(self, address: Address, conditions: dict[str, str] | None = None) -> Answer:
        """Return the answer of an address.

        Args:
            address: the address, with its bounds and hosts.
            conditions: headers that make the request conditional (If-None-Match and its like).
        """
        import stamina
        from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

        # by default it would print to standard output, where a program expects JSON
        set_on_retry_hooks([LoggingOnRetryHook])
        keys = read_keys(address)
        if address.needs_contact and not self.settings.contact:
            raise DocumentFault(
                f"{address.url}: answers only to whom it can write to; set "
                "COMPUTE_BALANCE_CONTACT to an e-mail address, so the address was not asked"
            )
        part = _Part()
        try:
            self._require_network(urlsplit(address.url).netloc)
            for attempt in stamina.retry_context(
                on=self._judge,
                attempts=self.settings.fetch_retries,
                timeout=None,
                wait_initial=1.0,
                wait_max=30.0,
            ):
                with attempt:
                    return self._follow(address, keys, conditions or {}, part)
        except DocumentFault as fault:
            told = shorten(_hide(str(fault), keys))
            raise DocumentFault(f"{address.url}: {told}; the last good data stays in use") from None
        raise AssertionError("an attempt returns or raises")

    def _judge(self, error: Exception) -> bool | float:
        """Say whether to try again, and after how many seconds where the server said it."""
        if not isinstance(error, PassingFault):
            return False
        if error.wait_s is None:
            return True
        return error.wait_s if error.wait_s <= self.settings.fetch_wait_s else False

    def _require_network(self, host: str) -> None:
        if host in self._out_of_reach:
            raise DocumentFault(f"{host} was out of reach a moment ago: {self._out_of_reach[host]}")
        if not self._within_reach and len(self._out_of_reach) >= HOSTS_WITHOUT_NETWORK:
            raise DocumentFault(
                f"no network: {len(self._out_of_reach)} hosts are out of reach "
                f"({', '.join(sorted(self._out_of_reach))})"
            )

    def _follow(
        self, address: Address, keys: dict[str, str], conditions: dict[str, str], part: _Part
    ) -> Answer:
        """Ask once, and where the address sends on to, as far as that is allowed."""
        url = fill_keys(address.url, keys)
        home = urlsplit(url)
        for _ in range(MAX_REDIRECTS + 1):
            here = urlsplit(url)
            headers = self._make_headers(conditions)
            if here.netloc == home.netloc:
                headers |= {name: fill_keys(v, keys) for name, v in address.headers.items()}
            answer = self._send(address, url, headers, part)
            if isinstance(answer, Answer):
                return answer
            url = urljoin(url, answer)
            target = urlsplit(url)
            if target.scheme not in ("http", "https") or (
                here.scheme == "https" and target.scheme != "https"
            ):
                raise DocumentFault(f"found a redirect to {url}; expected one to https")
            if target.netloc not in (home.netloc, *address.redirects_to):
                raise DocumentFault(
                    f"found a redirect to {target.netloc}; expected one to {home.netloc} or a host "
                    "that the contract names in redirects_to"
                )
        raise DocumentFault(f"found more than {MAX_REDIRECTS} redirects")

    def _make_headers(self, conditions: dict[str, str]) -> dict[str, str]:
        contact = self.settings.contact or "open data pipeline"
        return {"User-Agent": f"compute-balance/0.1 ({contact})"} | {
            name: value for name, value in conditions.items() if value.isascii()
        }

    def _send(
        self, address: Address, url: str, headers: dict[str, str], part: _Part
    ) -> Answer | str:
        """Return the answer to one request, or where it sends on to."""
        import httpx

        host = urlsplit(url).netloc
        self._keep_pace(host)
        limit_s = address.max_seconds or self.settings.fetch_total_s
        if part.content and part.etag:
            headers = headers | {"Range": f"bytes={len(part.content)}-", "If-Range": part.etag}
        if self._certificates is None:
            # reading them takes longer than many a request
            self._certificates = httpx.create_ssl_context()
        timeout = min(self.settings.fetch_timeout_s, limit_s)
        client = httpx.Client(timeout=timeout, verify=self._certificates)
        ends_at = time.monotonic() + limit_s
        # a server that drips headers never lets httpx return: the connection is closed under it
        watch = threading.Timer(limit_s, client.close)
        watch.daemon = True
        watch.start()
        try:
            with client.stream(address.method, url, headers=headers, json=address.body) as response:
                self._within_reach.add(host)
                return self._receive(address, response, part, ends_at)
        except httpx.ConnectError as error:
            self._out_of_reach[host] = f"ConnectError: {error}"
            raise PassingFault(f"ConnectError: {error}") from None
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            httpx.StreamError,
            OSError,
            RuntimeError,
        ) as error:
            if time.monotonic() >= ends_at:
                raise _too_slow(limit_s) from None
            raise PassingFault(f"{type(error).__name__}: {error}") from None
        finally:
            watch.cancel()
            client.close()
            if host in self._within_reach:
                self._out_of_reach.pop(host, None)

    def _keep_pace(self, host: str) -> None:
        wait = self._asked_at.get(host, -1e9) + self.settings.fetch_pause_s - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._asked_at[host] = time.monotonic()

    def _receive(
        self, address: Address, response: httpx.Response, part: _Part, ends_at: float
    ) -> Answer | str:
        status, headers = response.status_code, response.headers
        if status in REDIRECT_STATUS and "location" in headers:
            return headers["location"]
        if status in RETRY_STATUS:
            wait_s = _read_wait(headers.get("retry-after"))
            asks = "" if wait_s is None else f", asks to wait {wait_s:.0f} seconds"
            raise PassingFault(f"status {status}{asks}; expected status 200", wait_s)
        if status not in (200, 206, 304):
            raise DocumentFault(f"status {status}; expected status 200")
        etag = _keep_ascii(headers.get("etag"))
        if status == 304:
            return Answer(304, b"", str(response.url), etag)
        kind = headers.get("content-type", "").lower()
        if address.media != "html" and kind.startswith(WRONG_TYPES):
            raise DocumentFault(f"found a web page or medium ({kind}) instead of {address.media}")
        if status == 206:
            _require_same_start(headers.get("content-range", ""), len(part.content))
        else:
            part.content = b""
        part.etag = etag if headers.get("accept-ranges") == "bytes" else None
        self._read_body(address, response, part, ends_at)
        _require_checksum(response, part.content)
        return Answer(
            200,
            part.content,
            str(response.url),
            etag,
            _keep_ascii(headers.get("last-modified")),
        )

    def _read_body(
        self, address: Address, response: httpx.Response, part: _Part, ends_at: float
    ) -> None:
        most = address.max_bytes or self.settings.fetch_limit
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) + len(part.content) > most:
            raise DocumentFault(
                f"found {int(declared):,} bytes announced; expected at most {most:,}"
            )
        pieces, size = [part.content], len(part.content)
        try:
            for piece in response.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > most:
                    raise DocumentFault(f"found more than {most:,} bytes, which is the bound")
                if time.monotonic() >= ends_at:
                    raise _too_slow(address.max_seconds or self.settings.fetch_total_s)
        finally:
            # what came stays, so that the next attempt can go on from here
            part.content = b"".join(pieces) if "content-encoding" not in response.headers else b""
        if "content-encoding" in response.headers:
            part.content = b"".join(pieces)


def read_keys(address: Address) -> dict[str, str]:
    """Return the keys of the environment that an address needs.

    Raises:
        DocumentFault: a key is not set; names it.
    """
    missing = [name for name in address.list_keys() if not os.environ.get(name)]
    if missing:
        raise DocumentFault(
            f"{address.url}: needs {', '.join(missing)} in the environment; it is not set, so the "
            "address was not asked"
        )
    return {name: os.environ[name] for name in address.list_keys()}


def _hide(text: str, keys: dict[str, str]) -> str:
    for name, value in keys.items():
        text = text.replace(value, f"{{env:{name}}}")
    return text


def _too_slow(limit_s: float) -> DocumentFault:
    return DocumentFault(f"the answer was not complete after {limit_s:g} seconds")


def _keep_ascii(value: str | None) -> str | None:
    """Return a header that can be sent back; None for one with other bytes."""
    return value if value and value.isascii() else None


def _read_wait(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, which gives seconds or a moment."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _require_same_start(content_range: str, start: int) -> None:
    if not content_range.startswith(f"bytes {start}-"):
        raise DocumentFault(f"found the range {content_range!r}; expected it to begin at {start}")


def _require_checksum(response: httpx.Response, content: bytes) -> None:
    """Hold a body to the checksum that its server sends along.

    Raises:
        PassingFault: they differ.
    """
    if "content-encoding" in response.headers or response.status_code != 200:
        return
    expected = response.headers.get("content-md5")
    if expected and base64.b64encode(hashlib.md5(content).digest()).decode() != expected:
        raise PassingFault("the body does not match its Content-MD5")
    digest = response.headers.get("content-digest") or response.headers.get("repr-digest") or ""
    if digest.startswith("sha-256=:"):
        found = base64.b64encode(hashlib.sha256(content).digest()).decode()
        if digest[9:].split(":")[0] != found:
            raise PassingFault("the body does not match its digest")
