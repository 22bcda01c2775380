"""What `source new` writes: the folder of a source with a draft that waits for a person."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import click

from pipelines.base.errors import ContractError
from pipelines.base.files import write_bytes
from pipelines.base.settings import Settings, today_utc
from pipelines.contracts.draft import Draft, check_new_source, draft_contract
from pipelines.contracts.load import CONTRACT_FILE, PLACEHOLDER
from pipelines.ingest.parsers import PARSER_FILE
from pipelines.ingest.sample import Sample, read_sample

PARSER = '''"""From the upstream's own format to rows of text: DESCRIBE how it is built."""

from pipelines.archive.documents import Document
from pipelines.ingest.parsed import ParsedRows, collect_rows

COLUMNS: tuple[str, ...] = ()


def parse(document: Document, content: bytes) -> dict[str, ParsedRows]:
    """Turn a document into rows, one per record of the upstream."""
    records = content.decode("utf-8").splitlines()
    return {"TABLE": collect_rows(records, _read_record, COLUMNS)}


def _read_record(record: object) -> dict[str, object]:
    """Read one record; a record that is none raises RowFault with what was expected."""
    return dict(zip(COLUMNS, str(record).split(), strict=True))
'''


def begin_source(
    settings: Settings, source_id: str, given: str, area: str, kind: str | None
) -> None:
    """Write the folder of a new source from a file or an address.

    Raises:
        ContractError: the name is taken or malformed, the area unknown, or there is no such file.
        DocumentFault: the file is broken, or the address does not answer.
    """
    check_new_source(source_id, area)
    folder = settings.sources_dir / source_id
    if folder.exists():
        raise ContractError(f"{folder}: exists already; expected a new source id")
    is_address = given.startswith(("http://", "https://"))
    with tempfile.TemporaryDirectory() as scratch:
        path = _fetch(given, Path(scratch), settings) if is_address else Path(given)
        if not path.is_file():
            raise ContractError(f"{given}: file not found; expected a file or an address")
        sample = read_sample(path)
        table = re.sub(r"[^a-z0-9]+", "_", path.name.split(".")[0].lower()).strip("_")
        table = table if re.match(r"[a-z]", table) else source_id
        draft = draft_contract(
            source_id,
            table,
            area,
            kind or ("connector" if is_address else "registry"),
            sample.columns or {"id": []},
            sample.reader,
            given if is_address else None,
        )
        written = _write_folder(folder, draft, sample, path)
    note = settings.docs_dir / "notes" / f"{source_id}.md"
    if not note.exists():
        write_bytes(note, _write_note(source_id, given, sample).encode())
        written.append(f"docs/notes/{source_id}.md")
    click.echo(f"wrote {folder}: {', '.join(written)}")
    click.echo(f"next: fill in what is marked {PLACEHOLDER}, then run")
    click.echo(f"  compute-balance source check {source_id}")
    click.echo("  compute-balance source generate")


def _fetch(address: str, folder: Path, settings: Settings) -> Path:
    from pipelines.archive.fetch import fetch_once

    name = Path(urlsplit(address).path).name or "document"
    path = folder / name
    path.write_bytes(fetch_once(address, settings))
    return path


def _write_folder(folder: Path, draft: Draft, sample: Sample, path: Path) -> list[str]:
    suffixes = "".join(path.suffixes[-2:]) if path.suffix in (".gz", ".zip") else path.suffix
    data = folder / "data" / f"{draft.table}{suffixes}"
    contract = draft.contract
    expected = _get_expected_name(draft.table, sample)
    if data.name != expected:
        contract = contract.replace(
            "    provenance: false\n", f"    file: {data.name}\n    provenance: false\n", 1
        )
    data.parent.mkdir(parents=True)
    shutil.copyfile(path, data)
    written = [CONTRACT_FILE, f"data/{data.name}"]
    write_bytes(folder / CONTRACT_FILE, contract.encode())
    for name, header in draft.label_tables.items():
        write_bytes(folder / "labels" / f"{name}.csv", header.encode())
        written.append(f"labels/{name}.csv")
    if sample.needs_parser:
        write_bytes(folder / PARSER_FILE, PARSER.replace("TABLE", draft.table).encode())
        written.append(PARSER_FILE)
    return written


def _get_expected_name(table: str, sample: Sample) -> str:
    from pipelines.contracts.reading import Reader

    fields = {k: v for k, v in sample.reader.items() if k in ("format", "packed")}
    return f"{table}{Reader(**fields).suffix}"


def _write_note(source_id: str, given: str, sample: Sample) -> str:
    lines = [
        f"# {source_id}",
        "",
        f"Drafted on {today_utc()} from `{given.rsplit('/', 1)[-1]}`: {sample.rows} rows with the "
        f"columns {', '.join(sample.columns) or '(none that a kept reader finds)'}.",
        "",
        f"{PLACEHOLDER}: what was checked, what is doubted, and how conflicts were read.",
    ]
    return "\n".join(lines) + "\n"
