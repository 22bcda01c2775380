"""Read a release's folder over HTTP with DuckDB, while another release is published.

    python scripts/check_http.py [FOLDER] [--version 1.5.5]

The folder (by default `warehouse/latest`) is served by a server on this machine that answers with
parts of files, as object stores do. A DuckDB client in a throw-away environment, with the extension
httpfs of the same version from the package registry, attaches the database behind its address,
reads Parquet files, and tells how many bytes that took. What it finds is compared with the local
file. Exit code 1 if anything differs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb

from pipelines.base.settings import Settings

# the newest for which the registry has client and extension alike
VERSION = "1.5.5"
QUESTIONS = {
    "attached": "select count(*), sum(coverage_p50) from remote.bi.balance",
    "parquet": "select count(*), sum(h100e_p50) "
    "from '{address}/marts/fct_compute_supply.parquet' where scenario_id = 'baseline'",
}
READER = """
import json, sys
import duckdb
from duckdb_extensions import import_extension

address, questions = sys.argv[1], json.loads(sys.argv[2])
import_extension("httpfs")
with duckdb.connect() as connection:
    connection.execute("load httpfs")
    connection.execute(f"attach '{address}/compute_balance.duckdb' as remote (read_only)")
    found = {n: connection.execute(q).fetchall()[0] for n, q in questions.items()}
print("RESULT " + json.dumps(found))
"""


@dataclass
class Served:
    """A folder behind an address, with the number of bytes that were sent so far."""

    address: str
    bytes_sent: int = 0


@contextmanager
def serve_folder(folder: Path) -> Iterator[Served]:
    """Serve a folder on a free port of this machine; parts of files are sent on request."""
    served = Served("")

    class Handler(BaseHTTPRequestHandler):
        """Answers HEAD and GET, with `Range` or without."""

        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            """Send the size of a file."""
            self._answer(has_body=False)

        def do_GET(self) -> None:
            """Send a file, or the part that is asked for."""
            self._answer(has_body=True)

        def _answer(self, has_body: bool) -> None:
            path = folder / self.path.lstrip("/")
            if not path.is_file():
                self.send_error(404)
                return
            content, asked = path.read_bytes(), self.headers.get("Range")
            part = content
            if asked:
                first, last = asked.removeprefix("bytes=").split("-")
                part = content[int(first) : int(last) + 1 if last else None]
            self.send_response(206 if asked else 200)
            if asked:
                start = int(first)
                span = f"bytes {start}-{start + len(part) - 1}/{len(content)}"
                self.send_header("Content-Range", span)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            if has_body:
                self.wfile.write(part)
                served.bytes_sent += len(part)

        def log_message(self, format: str, *arguments: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def read_remote(address: str, version: str) -> dict[str, list]:
    """Ask the questions over HTTP with a client in an environment of its own.

    Raises:
        SystemExit: the client cannot be installed or cannot read.
    """
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        wanted = [f"duckdb=={version}", f"duckdb-extension-httpfs=={version}", "duckdb-extensions"]
        for command in (
            [str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *wanted],
            [str(python), "-c", READER, address, json.dumps(_address(address))],
        ):
            finished = subprocess.run(command, capture_output=True, text=True)
            if finished.returncode != 0:
                last = finished.stderr.strip().splitlines()[-1:]
                sys.exit(f"DuckDB {version} with httpfs: {' '.join(last) or 'no message'}")
    (line,) = [line for line in finished.stdout.splitlines() if line.startswith("RESULT ")]
    return json.loads(line.removeprefix("RESULT "))


def _address(address: str) -> dict[str, str]:
    return {name: query.format(address=address) for name, query in QUESTIONS.items()}


def read_local(folder: Path) -> dict[str, list]:
    """Ask the same questions of the folder itself."""
    with duckdb.connect() as connection:
        path = (folder / "compute_balance.duckdb").resolve()
        connection.execute(f"attach '{path}' as remote (read_only)")
        return {
            name: list(connection.execute(query.format(address=folder)).fetchall()[0])
            for name, query in QUESTIONS.items()
        }


def main() -> None:
    """Serve, read from outside and from inside, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    latest = Settings().warehouse_dir / "latest"
    parser.add_argument("folder", nargs="?", type=Path, default=latest)
    parser.add_argument("--version", default=VERSION)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    if not (folder / "compute_balance.duckdb").exists():
        sys.exit(f"{arguments.folder}: holds no release; run: make warehouse")
    with serve_folder(folder) as served:
        remote = read_remote(served.address, arguments.version)
        size = (folder / "compute_balance.duckdb").stat().st_size
        print(f"{served.bytes_sent / 1e6:.1f} MB came over HTTP, the database has {size / 1e6:.1f}")
    local = read_local(folder)
    for name in QUESTIONS:
        print(
            f"{name:<9} {remote[name]}  {'equal' if remote[name] == local[name] else local[name]}"
        )
    sys.exit(0 if remote == local else 1)


if __name__ == "__main__":
    main()
