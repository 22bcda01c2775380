"""What the bytes of a text file tell, however its parts are cut."""

from itertools import product
from pathlib import Path

import pytest

from pipelines.base.errors import DocumentFault
from pipelines.ingest import document_checks
from pipelines.ingest.document_checks import TextStats, check_file

TEXTS = [
    b"a,b\n1,2\n",
    b"a\r\n1\r\n",
    b"a\r1\r\n2\n",
    b"a\n\0",
    b"a\tb\n\x7f",
    "a\nü€😀\n1".encode(),
]


@pytest.mark.parametrize(("text", "size"), product(TEXTS, (1, 2, 3, 100)))
def test_stats_are_those_of_the_whole_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, size: int
) -> None:
    monkeypatch.setattr(document_checks, "_PART_BYTES", size)
    (tmp_path / "text").write_bytes(text)
    feeds = text.count(b"\n")
    assert check_file(tmp_path / "text", "text") == TextStats(
        lines=feeds + (not text.endswith(b"\n")),
        line_feeds=feeds,
        returns=text.count(b"\r"),
        return_feeds=text.count(b"\r\n"),
        has_nul=b"\0" in text,
        is_plain=all(0x20 <= byte < 0x7F or byte in b"\r\n" for byte in text),
    )


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_half_a_character_is_found_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(document_checks, "_PART_BYTES", size)
    (tmp_path / "text").write_bytes("a\n€".encode()[:-1] + b"bc\n")
    with pytest.raises(DocumentFault, match=r"byte 2 \(0xe2\) is no UTF-8"):
        check_file(tmp_path / "text", "text")
