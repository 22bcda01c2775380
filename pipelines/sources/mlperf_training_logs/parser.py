"""From an archive of MLPerf Training result logs to one row per run.

A round's repository keeps `SUBMITTER/results/SYSTEM/BENCHMARK/result_N.txt`; copies of it may name
the file `BENCHMARK_result_N.txt`. Of a log the lines with `:::MLLOG` count, whose rest is JSON. The
time of a run goes from `run_start` to `run_stop`, whose `status` says how it ended.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator

from pipelines.archive.documents import Document
from pipelines.base.errors import DocumentFault
from pipelines.ingest.parsed import ParsedRows, Record, RowFault, collect_rows

LOG = re.compile(
    r"(?:^|/)(?P<submitter>[^/]+)/(?:results/)?(?P<system>[^/]+)/"
    r"(?:(?P<benchmark>[^/]+)/result_|(?P<named>\w+)_result_)(?P<run>\d+)\.txt$"
)
MARK = ":::MLLOG"
COLUMNS = (
    *("submitter_folder", "system_folder", "run_number", "submission_org", "submission_platform"),
    *("submission_division", "submission_benchmark", "global_batch_size", "status"),
    *("run_start_ms", "run_stop_ms", "stated_on"),
)
# a log of a large run has some megabytes
MAX_LOG_BYTES = 268_435_456


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Read all logs of an archive.

    Args:
        document: what was fetched.
        content: a ZIP archive of a round's repository, or of a part of it.

    Returns:
        `runs`: one row per log; a log that has no end or is no log of a run is a broken row.

    Raises:
        DocumentFault: it is no ZIP archive, or holds no log.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise DocumentFault(f"{document.address}: no ZIP archive: {error}") from error
    members = [info for info in archive.infolist() if LOG.search(info.filename)]
    if not members:
        raise DocumentFault(
            f"{document.address}: found no result log; expected SUBMITTER/results/SYSTEM/BENCHMARK/"
            "result_0.txt or the like"
        )

    def read(record: object) -> Record:
        assert isinstance(record, zipfile.ZipInfo)
        if record.file_size > MAX_LOG_BYTES:
            raise RowFault(f"unpacks to {record.file_size} bytes; expected a log", None)
        row = _read_log(record.filename, archive.read(record).decode("utf-8", "replace"))
        return row | {"stated_on": document.document_on.isoformat()}

    return {"runs": collect_rows(members, read, COLUMNS)}


def _read_log(path: str, text: str) -> dict[str, str | None]:
    place = LOG.search(path)
    assert place is not None
    row: dict[str, str | None] = {
        "submitter_folder": place["submitter"],
        "system_folder": place["system"],
        "run_number": place["run"],
    }
    for event in _list_events(path, text):
        key, value = event["key"], event["value"]
        if key in COLUMNS and value is not None:
            row.setdefault(key, str(value))
        elif key == "run_start":
            row.setdefault("run_start_ms", str(event["time_ms"]))
        elif key == "run_stop":
            row["run_stop_ms"] = str(event["time_ms"])
            row["status"] = event["metadata"].get("status")
    return row


def _list_events(path: str, text: str) -> Iterator[dict]:
    for number, line in enumerate(text.splitlines(), 1):
        _, found, event = line.partition(MARK)
        if not found:
            continue
        try:
            yield json.loads(event)
        except ValueError as error:
            raise RowFault(f"{path}: line {number} is no JSON: {error}", None, event) from error
