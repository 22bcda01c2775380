"""The few requests of the S3 protocol, against a real server."""

import hashlib
import os
from pathlib import Path

import pytest

from pipelines.base.errors import StoreFault
from pipelines.store import s3
from pipelines.store.s3 import S3Place, Taken, open_bucket
from tests.small_project.local_server import Answer, serve
from tests.store.conftest import Bucket


def test_contents_come_back_as_they_were_put(bucket: Bucket, tmp_path: Path) -> None:
    place, file, back = bucket.open(), tmp_path / "file", tmp_path / "back"
    file.write_bytes(os.urandom(100_000))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    place.put_file("a b/ü+&=.bin", file, sha256)
    assert place.get_file("a b/ü+&=.bin", back) == sha256
    assert back.read_bytes() == file.read_bytes()
    assert place.list_keys("a b/") == {"a b/ü+&=.bin": 100_000}
    assert (place.has("a b/ü+&=.bin"), place.has("other"), place.read("other")) == (
        True, False, None,
    )  # fmt: skip
    place.delete("a b/ü+&=.bin")
    place.delete("a b/ü+&=.bin")
    assert place.list_keys("") == {}
    with pytest.raises(FileNotFoundError):
        place.get_file("a b/ü+&=.bin", back)


def test_large_file_goes_in_parts_and_appears_in_one_step(bucket: Bucket, tmp_path: Path) -> None:
    whole = bucket.open()
    # the least that the protocol allows for a part
    place = S3Place(
        bucket.name, "compute balance", bucket.endpoint, "us-east-1", whole._keys, 5 << 20
    )
    file = tmp_path / "file"
    file.write_bytes(os.urandom((11 << 20) + 7))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(StoreFault, match="changed while it was put"):
        place.put_file("large", file, "0" * 64)
    assert not whole.has("large")
    place.put_file("large", file, sha256)
    assert whole.list_keys("") == {"large": (11 << 20) + 7}
    assert whole.get_file("large", tmp_path / "back") == sha256


def test_file_that_is_another_than_its_digest_is_not_kept(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"changed since")
    with pytest.raises(StoreFault, match="changed while it was put"):
        bucket.open().put_file("file", tmp_path / "file", hashlib.sha256(b"before").hexdigest())
    assert bucket.open().list_keys("") == {}


def test_long_lists_come_in_pages(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAGE_KEYS", 2)
    place = bucket.open()
    for number in range(5):
        place.write(f"many/{number}", b"")
    assert place.list_keys("many/") == {f"many/{number}": 0 for number in range(5)}


def test_conditional_write_loses_to_whoever_came_first(bucket: Bucket) -> None:
    place = bucket.open()
    first = place.write_if("note", b"one", None)
    with pytest.raises(Taken):
        place.write_if("note", b"two", None)
    second = place.write_if("note", b"three", first)
    with pytest.raises(Taken):
        place.write_if("note", b"four", first)
    # an attempt whose answer was lost, sent once more
    assert place.write_if("note", b"three", first) == second
    assert place.read("note") == b"three"


def test_what_is_wrong_is_said_in_a_sentence_without_keys(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreFault, match="names no bucket"):
        open_bucket("s3://")
    with pytest.raises(StoreFault, match="NoSuchBucket"):
        open_bucket("s3://no-such-bucket").list_keys("")
    with serve() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.url.rpartition("/")[0])
        server.answers = [Answer(503, b"<Error><Code>SlowDown</Code></Error>"), Answer(200, b"ok")]
        assert bucket.open().read("note") == b"ok"
        server.answers = [
            Answer(403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
        ]
        with pytest.raises(StoreFault, match=r"AccessDenied no; do the keys .* allow") as refused:
            bucket.open().read("note")
        server.answers = [Answer(200, b"<html>hello")]
        with pytest.raises(StoreFault, match="is this the address of a server of the S3 protocol"):
            bucket.open().list_keys("")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(StoreFault, match=r"out of reach \(GET note: ConnectError") as unreachable:
        bucket.open().read("note")
    assert "a-secret" not in f"{refused.value} {unreachable.value}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "localhost")
    with pytest.raises(StoreFault, match="expected http://HOST"):
        bucket.open()
