"""Signatures are those of the vendor's own library; keys show nowhere."""

from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pipelines.base.errors import StoreFault
from pipelines.base.files import hash_bytes
from pipelines.store.signing import (
    EMPTY_SHA256,
    Keys,
    encode_path,
    encode_query,
    read_store_keys,
    sign,
)

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("token", ["", "a/session+token="])
@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/bucket/", {"list-type": "2", "prefix": "a b/ü~+"}, b""),
        ("PUT", "/bucket/a b/ü/x=1&y.parquet", {}, b"content"),
        ("POST", "/key", {"uploads": ""}, b""),
        ("DELETE", "/key~", {"uploadId": "a/b+c=", "partNumber": "1"}, b""),
    ],
)
def test_signature_is_that_of_the_vendors_library(
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    query: dict[str, str],
    body: bytes,
    token: str,
) -> None:
    sha256 = hash_bytes(body) if body else EMPTY_SHA256
    host = "bucket.example.com:9000"
    ours = sign(
        method, host, path, query, sha256, Keys("AKID", "secret", token), "eu-west-1", MOMENT
    )
    url = f"https://{host}{encode_path(path)}" + (f"?{encode_query(query)}" if query else "")
    request = AWSRequest(method, url, headers={"X-Amz-Content-SHA256": sha256}, data=body)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: MOMENT.replace(tzinfo=None))
    signer = botocore.auth.S3SigV4Auth(
        Credentials("AKID", "secret", token or None), "s3", "eu-west-1"
    )
    signer.add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]


def test_keys_are_required_and_never_shown() -> None:
    with pytest.raises(StoreFault, match="needs AWS_SECRET_ACCESS_KEY in the environment"):
        read_store_keys({"AWS_ACCESS_KEY_ID": "AKID"})
    keys = read_store_keys({"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hush"})
    assert "hush" not in f"{keys} {keys!r}"
