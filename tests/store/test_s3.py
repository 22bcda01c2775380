"""What a warehouse needs of object storage, against a real server of the S3 protocol."""

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from pipelines.base.errors import StoreFault
from pipelines.store import s3
from pipelines.store.lease import LEASE, is_over
from pipelines.store.s3 import Taken, open_bucket
from tests.small_project.local_server import Answer, serve
from tests.store.conftest import Bucket


def test_contents_come_back_as_they_were_put(bucket: Bucket, tmp_path: Path) -> None:
    place, file, back = bucket.open(), tmp_path / "file", tmp_path / "back"
    file.write_bytes(os.urandom(100_000))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    key = "a b/ü+&=%20.bin~"
    place.put_file(key, file, sha256)
    assert place.get_file(key, back) == sha256
    assert back.read_bytes() == file.read_bytes()
    assert place.list_keys("a b/") == place.list_keys("a b/ü") == {key: 100_000}
    assert (place.has(key), place.has("other"), place.read("other")) == (True, False, None)
    # the server's own list has the name as it is
    listed = httpx.get(f"{bucket.endpoint}/{bucket.name}?list-type=2").text
    assert "<Key>compute balance/a b/ü+&amp;=%20.bin~</Key>" in listed
    place.delete(key)
    place.delete(key)
    assert place.list_keys("") == {}
    with pytest.raises(FileNotFoundError):
        place.get_file(key, back)


def test_large_file_goes_in_parts_and_appears_in_one_step(bucket: Bucket, tmp_path: Path) -> None:
    whole = bucket.open()
    # the least that the protocol allows for a part
    place = open_bucket(bucket.address, part_bytes=5 << 20)
    file = tmp_path / "file"
    file.write_bytes(os.urandom((11 << 20) + 7))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(StoreFault, match="changed while it was put"):
        place.put_file("large", file, "0" * 64)
    assert not whole.has("large")
    # and none of its parts stays behind
    assert "<Upload>" not in httpx.get(f"{bucket.endpoint}/{bucket.name}?uploads").text
    place.put_file("large", file, sha256)
    assert whole.list_keys("") == {"large": (11 << 20) + 7}
    assert whole.get_file("large", tmp_path / "back") == sha256
    # the tag of an object that was put in parts ends with their number
    assert (tagged := whole.read_tagged("large")) and tagged.etag.endswith('-3"')


def test_file_that_is_another_than_its_digest_is_not_kept(bucket: Bucket, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"changed since")
    with pytest.raises(StoreFault, match="changed while it was put"):
        bucket.open().put_file("file", tmp_path / "file", hashlib.sha256(b"before").hexdigest())
    assert bucket.open().list_keys("") == {}


def test_long_lists_come_in_pages(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    place = bucket.open()
    for number in range(5):
        place.write(f"many/{number}", b"")
    page = httpx.get(f"{bucket.endpoint}/{bucket.name}?list-type=2").text
    assert page.count("<Key>") == 2
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
    place.delete("note")
    with pytest.raises(Taken):
        place.write_if("note", b"five", second)
    assert place.read("note") is None


def test_age_of_a_lease_is_by_the_clock_of_the_server(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the server's year is not this machine's
    put_at, now = "Sat, 01 Jan 2000 10:00:00 GMT", "Sat, 01 Jan 2000 10:05:00 GMT"
    with serve() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.host)
        place = bucket.open()
        server.answers = [Answer(200, b"{}", etag='"a"', headers={"Last-Modified": put_at})]
        found = place.read_tagged(LEASE)
        server.answers = [Answer(200, etag='"b"', headers={"Last-Modified": now})]
        assert found and [is_over(place, found, lease_s) for lease_s in (299, 301)] == [True, False]


def test_requests_are_signed_with_the_keys_and_bodies_sent_with_their_digest(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session")
    # what the library would read of the environment, and nobody may turn off there
    for name in ("AWS_SKIP_SIGNATURE", "AWS_UNSIGNED_PAYLOAD"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    with serve() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.host)
        server.answers = [Answer(200, etag='"tag"')]
        bucket.open().write("note", b"one")
        headers = server.asked[0]
    assert "/eu-west-1/s3/aws4_request" in headers["authorization"]
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=a-key/")
    assert headers["x-amz-security-token"] == "a-session"
    assert headers["x-amz-content-sha256"] == hashlib.sha256(b"one").hexdigest()
    assert "x-amz-checksum-sha256" in headers
    assert "a-secret" not in str(headers)


def test_library_is_loaded_only_where_a_bucket_is_opened() -> None:
    loaded = (
        "import sys, pipelines.cli, pipelines.run.shared, pipelines.store.sync;"
        "print('obstore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_addresses_and_keys_that_are_wrong_are_said_before_anything_is_asked(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StoreFault, match="names no bucket"):
        open_bucket("s3://")
    with pytest.raises(StoreFault, match="the prefix has an empty part"):
        open_bucket("s3://bucket/a//b")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "localhost")
    with pytest.raises(StoreFault, match="expected http://HOST"):
        bucket.open()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    with pytest.raises(StoreFault, match="needs AWS_SECRET_ACCESS_KEY in the environment; not set"):
        bucket.open()


def test_bucket_that_is_not_there_is_said_by_every_request(bucket: Bucket, tmp_path: Path) -> None:
    place = open_bucket("s3://no-such-bucket")
    (tmp_path / "file").write_bytes(b"")
    for ask in (
        lambda: place.list_keys(""),
        lambda: place.read("note"),
        lambda: place.write("note", b""),
        lambda: place.write_if("note", b"", None),
        lambda: place.write_if("note", b"", "tag"),
        lambda: place.get_file("note", tmp_path / "file"),
        lambda: place.put_file("note", tmp_path / "file", hashlib.sha256(b"").hexdigest()),
    ):
        with pytest.raises(StoreFault, match=r"refused \(NoSuchBucket The specified bucket does"):
            ask()


def test_answers_that_refuse_or_break_are_said_in_a_sentence_without_keys(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[str] = []

    def refuse(answer: Answer, expected: str) -> None:
        server.answers, place = [answer], bucket.open()
        for ask in (lambda: place.list_keys(""), lambda: place.read("note")):
            with pytest.raises(StoreFault, match=expected) as refused:
                ask()
            said.append(str(refused.value))

    with serve() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", server.host)
        for status in (408, 429, 503):
            server.answers = [
                Answer(status, b"<Error><Code>SlowDown</Code></Error>"),
                Answer(200, b"ok", etag='"tag"'),
            ]
            assert bucket.open().read("note") == b"ok"
        asked = len(server.asked)
        refuse(Answer(503, b"<Error><Code>SlowDown</Code></Error>"), "out of reach .*: SlowDown")
        assert len(server.asked) == asked + 6
        denied = b"<Error><Code>AccessDenied</Code><Message>no &amp; no</Message></Error>"
        refuse(Answer(403, denied), r"refused \(AccessDenied no & no; do the keys .* allow")
        refuse(Answer(405), r"refused \(status 405\), asked for ")
        refuse(
            Answer(301), r"refused \(it is redirected .*; is the bucket in the region that AWS_R"
        )
        malformed = b"<Error><Code>AuthorizationHeaderMalformed</Code></Error>"
        refuse(Answer(400, malformed), r"Malformed; is the bucket in the region .* \(us-east-1\)\?")
        server.answers = [Answer(200, b"<html>hello")]
        with pytest.raises(StoreFault, match="is this the address of a server of the S3 protocol"):
            bucket.open().list_keys("")
        server.answers = [Answer(200, b"cut", etag='"tag"', announces=10)]
        with pytest.raises(StoreFault, match=r"GET note"):
            bucket.open().get_file("note", tmp_path / "cut")
        monkeypatch.setattr(s3, "SILENCE", timedelta(milliseconds=100))
        server.answers = [Answer(hangs=True)]
        with pytest.raises(StoreFault, match=r"out of reach \(GET note: error sending request"):
            bucket.open().read("note")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(StoreFault, match=r"out of reach \(PUT note: .*: Connection refused\)"):
        bucket.open().write("note", b"")
    with pytest.raises(StoreFault, match=r"out of reach \(the list of keys: .*: Connection refus"):
        bucket.open().list_keys("")
    assert not [line for line in said if "a-secret" in line or "a-key" in line or "\n" in line]
