"""A real server of the S3 protocol on this machine, with an empty bucket for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from pipelines.store import s3
from pipelines.store.s3 import S3Place, open_bucket
from tests.cli.conftest import call as call
from tests.small_project.builder import SmallProject


@dataclass(frozen=True)
class Bucket:
    """A bucket by its address, and the server's."""

    name: str
    endpoint: str

    @property
    def address(self) -> str:
        """What COMPUTE_BALANCE_STORE says."""
        return f"s3://{self.name}/compute balance"

    def open(self) -> S3Place:
        """Return the place that a run would open."""
        return open_bucket(self.address)


@pytest.fixture(scope="session")
def storage_server() -> Iterator[str]:
    """Start the server once."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(storage_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """Make an empty bucket, and say in the environment how it is reached."""
    name = f"bucket-{abs(hash(str(tmp_path)))}"
    assert httpx.put(f"{storage_server}/{name}").status_code == 200
    for variable, value in (
        ("AWS_ENDPOINT_URL_S3", storage_server),
        ("AWS_ACCESS_KEY_ID", "a-key"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret-that-nobody-may-see"),
        ("AWS_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(variable, value)
    # a store that is out of reach is asked again without waiting
    monkeypatch.setattr(s3, "FIRST_PAUSE", timedelta(milliseconds=1))
    return Bucket(name, storage_server)


def share(project: SmallProject, bucket: Bucket) -> SmallProject:
    """Let a project share its warehouse with a bucket."""
    project.settings = project.settings.model_copy(update={"store": bucket.address})
    return project
