"""Signing requests to object storage with the keys of the environment (Signature Version 4).

Source: Amazon Web Services, *Signature Version 4 for API requests* and *Authenticating requests
(Amazon S3)*: the path is encoded once, the digest of the body stands in a header.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from pipelines.base.errors import StoreFault

ALGORITHM = "AWS4-HMAC-SHA256"
ACCESS_KEY, SECRET_KEY = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
SESSION_TOKEN = "AWS_SESSION_TOKEN"  # the name of a variable, no token
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Keys:
    """What proves who asks; never printed, logged or written."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


def read_store_keys(environment: Mapping[str, str]) -> Keys:
    """Return the keys of the environment.

    Raises:
        StoreFault: one is not set; names it.
    """
    missing = [name for name in (ACCESS_KEY, SECRET_KEY) if not environment.get(name)]
    if missing:
        raise StoreFault(
            f"object storage needs {' and '.join(missing)} in the environment; not set, so the "
            "store was not asked"
        )
    return Keys(
        environment[ACCESS_KEY], environment[SECRET_KEY], environment.get(SESSION_TOKEN, "")
    )


def encode_path(path: str) -> str:
    """Return a path as it is signed and sent: every byte but unreserved ones and slashes coded."""
    return quote(path, safe="/-._~")


def encode_query(query: Mapping[str, str]) -> str:
    """Return a query as it is signed and sent: sorted, each name with its value."""
    pairs = sorted((quote(k, safe="-._~"), quote(v, safe="-._~")) for k, v in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def sign(
    method: str,
    host: str,
    path: str,
    query: Mapping[str, str],
    payload_sha256: str,
    keys: Keys,
    region: str,
    moment: datetime,
) -> dict[str, str]:
    """Return the headers that sign one request.

    Args:
        method: GET, PUT and so on.
        host: host with its port, as the header Host says it.
        path: absolute path, not encoded yet.
        query: parameters, not encoded yet.
        payload_sha256: digest of the body, to which the server holds what it gets.
        keys: who asks.
        region: region of the bucket.
        moment: now in UTC; a server refuses one that is far from its own clock.
    """
    stamp = f"{moment:%Y%m%dT%H%M%SZ}"
    headers = {"host": host, "x-amz-content-sha256": payload_sha256, "x-amz-date": stamp}
    if keys.session_token:
        headers["x-amz-security-token"] = keys.session_token
    names = ";".join(sorted(headers))
    lines = [
        method,
        encode_path(path),
        encode_query(query),
        *(f"{name}:{headers[name]}" for name in sorted(headers)),
        "",
        names,
        payload_sha256,
    ]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    text = "\n".join([ALGORITHM, stamp, scope, digest])
    key = f"AWS4{keys.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={keys.access_key}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return headers
