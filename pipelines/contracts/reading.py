"""How rows lie in an upstream's document: the `read` and `embedded` parts of a contract.

A source whose documents one of the kept readers understands needs no parser: its contract says the
format, where the records are, and which header or path each column comes `from`. What a column may
hold belongs in `model.py`.
"""

from __future__ import annotations

import codecs
import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Format = Literal["csv", "json", "lines", "yaml", "parquet", "excel", "html"]
Packing = Literal["none", "gzip", "zip"]
# Media of a document: a format, packed or not; `text` and `binary` are for a parser of any kind.
Media = Literal[
    "csv", "json", "lines", "yaml", "parquet", "excel", "html", "zip", "gzip", "text", "binary"
]
TEXT_MEDIA = ("csv", "json", "lines", "yaml", "html", "text")
SUFFIXES: dict[str, str] = {
    "csv": ".csv",
    "json": ".json",
    "lines": ".jsonl",
    "yaml": ".yml",
    "parquet": ".parquet",
    "excel": ".xlsx",
    "html": ".html",
}
PACKED_SUFFIXES: dict[str, str] = {"none": "", "gzip": ".gz", "zip": ".zip"}
# a document's own attributes, to be read like a column of every record
ATTRIBUTES = ("@document", "@day", "@address", "@member", "@sheet", "@key", "@value")
DAY_MARK = "{day}"
_DOCUMENT = re.compile(r"^[a-z0-9][a-z0-9_.-]*$")
_ONLY_FOR: dict[str, tuple[str, ...]] = {
    "delimiter": ("csv",),
    "skip_lines": ("csv", "excel"),
    "records": ("json", "lines", "yaml"),
    "sheet": ("excel",),
    "table": ("html",),
    "encoding": ("csv", "json", "lines", "yaml", "html"),
}


def check_document_name(value: str) -> str:
    """Return a document's name if it can be that of a file.

    Raises:
        ValueError: it holds anything but lower-case letters, digits, dot, dash and underline.
    """
    if not _DOCUMENT.match(value) or ".." in value:
        raise ValueError("a document's name has lower-case letters, digits, '.', '-' and '_' only")
    return value


def check_inner_path(value: str) -> str:
    """Return a path if it stays inside the folder of its source.

    Raises:
        ValueError: it is absolute or climbs up.
    """
    parts = value.replace("\\", "/").split("/")
    if not value or value.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", value):
        raise ValueError("expected a path inside the folder of the source, without '..'")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reader(_Strict):
    """How the rows of one table lie in a document.

    `records` is the path to the list of records in JSON or YAML: names joined by dots, `[]` after
    a name for each item of a list, `{}` for each value of a mapping, as in `regions{}.offers[]`.
    `member` names the one file of a ZIP archive that holds the table, `members` all of several
    files that each hold a part; both are patterns with `*`. `missing` lists the spellings of an
    empty cell.
    """

    format: Format = "csv"
    packed: Packing = "none"
    member: str | None = None
    members: str | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    skip_lines: int = Field(default=0, ge=0)
    records: str | None = None
    sheet: str | None = None
    table: int | None = Field(default=None, ge=1)
    missing: list[str] = Field(default_factory=list)

    @field_validator("encoding")
    @classmethod
    def _is_encoding(cls, value: str) -> str:
        try:
            found = codecs.lookup(value)
        except LookupError as error:
            raise ValueError("is no encoding; expected utf-8, gbk, utf-16, latin-1 ...") from error
        if not getattr(found, "_is_text_encoding", True):
            raise ValueError("is no encoding of texts; expected utf-8, gbk, utf-16, latin-1 ...")
        return found.name

    @field_validator("records")
    @classmethod
    def _is_path(cls, value: str | None) -> str | None:
        if value is not None:
            split_path(value)
        return value

    @model_validator(mode="after")
    def _is_coherent(self) -> Reader:
        for name, formats in _ONLY_FOR.items():
            default = type(self).model_fields[name].get_default()
            if getattr(self, name) != default and self.format not in formats:
                raise ValueError(f"{name} is for {', '.join(formats)}, not for {self.format}")
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise ValueError("delimiter must be one character other than a quote or a line end")
        if (self.member or self.members) and self.packed != "zip":
            raise ValueError("member and members are for packed: zip")
        if self.member and self.members:
            raise ValueError("give one of member and members")
        return self

    @property
    def is_plain(self) -> bool:
        """Whether a document is a UTF-8 CSV file as it lies there."""
        return (self.format, self.packed, self.encoding) == ("csv", "none", "utf-8")

    @property
    def suffix(self) -> str:
        """Ending of a file's name in this format."""
        return SUFFIXES[self.format] + PACKED_SUFFIXES[self.packed]


def split_path(path: str) -> list[tuple[str, str]]:
    """Return the steps of a path to records: name and what to go through, "", "[]" or "{}".

    Raises:
        ValueError: the path is malformed.
    """
    steps = []
    for part in path.split(".") if path else []:
        found = re.fullmatch(r"([^\[\]{}]*)((?:\[\]|\{\})*)", part)
        if not found or not (found[1] or found[2]):
            raise ValueError("expected names joined by dots, each with [] or {} behind it or not")
        marks = re.findall(r"\[\]|\{\}", found[2])
        steps.append((found[1], marks[0] if marks else ""))
        steps += [("", mark) for mark in marks[1:]]
    return steps


class Embedded(_Strict):
    """A document in the upstream's own format that is kept in the source's folder.

    `{day}` in `file` stands for the day that each of several files shows the state of; a single
    file says it in `known_from`.
    """

    document: str
    file: str
    media: Media = "csv"
    known_from: date | None = None

    _name = field_validator("document")(check_document_name)
    _file = field_validator("file")(check_inner_path)

    @model_validator(mode="after")
    def _has_a_day(self) -> Embedded:
        if (DAY_MARK in self.file) == (self.known_from is not None):
            raise ValueError(
                "say the day of the document, by known_from or by {day} in the name of the file"
            )
        return self


class Labels(_Strict):
    """An id that is read from a column of labels through a table beside the contract.

    `of` is the column of labels, `table` the name of `labels/TABLE.csv`; its column `label` is
    matched without regard to case and blanks, and its column of this column's own name is taken. A
    row of the table with an empty id says that what the label means is not followed here.
    """

    of: str
    table: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
