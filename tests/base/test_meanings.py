"""What Python files say is kept by their bytes, and not believed once somebody has altered it."""

import json
from pathlib import Path

import pytest

from pipelines.base import code

SOURCE = '"""Words."""\nx = 1  # a remark\n'


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(code, "_known", {})
    monkeypatch.setattr(code, "_used", {})
    path = tmp_path / "module.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_meanings_are_kept_for_the_next_process(module: Path, tmp_path: Path) -> None:
    meaning = code.read_meaning(module)
    code.keep_meanings(tmp_path / "build" / "meanings.json")
    code._known.clear()
    code.recall_meanings(tmp_path / "build" / "meanings.json")
    assert list(code._known.values()) == [meaning.decode()]
    assert code.read_meaning(module) == meaning
    # other bytes are read, whatever is kept
    module.write_text(SOURCE.replace("1", "2"), encoding="utf-8")
    assert code.read_meaning(module) != meaning


@pytest.mark.parametrize("damage", ["altered", "cut", "missing"])
def test_altered_meanings_are_found_out_anew(module: Path, tmp_path: Path, damage: str) -> None:
    kept = tmp_path / "meanings.json"
    meaning = code.read_meaning(module)
    code.keep_meanings(kept)
    content = json.loads(kept.read_text("utf-8"))
    content["meanings"] = dict.fromkeys(content["meanings"], "0" * 64)
    altered = {"altered": json.dumps(content), "cut": kept.read_text("utf-8")[:-5]}
    kept.unlink() if damage == "missing" else kept.write_text(altered[damage], "utf-8")
    code._known.clear()
    code.recall_meanings(kept)
    assert code._known == {}
    assert code.read_meaning(module) == meaning
