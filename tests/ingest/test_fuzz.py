"""A short form of `scripts/fuzz_sources.py`: malformed documents through both doors of loading."""

from pathlib import Path

from scripts.fuzz_sources import FORMATS, fuzz

CASES = 120


def test_no_malformed_document_gets_through_wrongly(tmp_path: Path) -> None:
    ends, offenders = fuzz(CASES, seed=20260301, folder=tmp_path)
    assert offenders == []
    # both doors, all formats, and neither everything refused nor everything accepted
    assert sum(ends.values()) == 2 * CASES
    assert {name.split()[0] for name in ends} == set(FORMATS)
    assert {name.split()[1] for name in ends} == {"accepted", "refused"}
