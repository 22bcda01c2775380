"""The tour: every cell of the notebook runs on a release and shows something."""

import ast
import json

import pytest

from pipelines.base.settings import PROJECT_DIR
from tests.conftest import RealWarehouse

TOUR = PROJECT_DIR / "notebooks" / "tour.ipynb"


def run_cell(source: str, names: dict) -> object:
    """Run a cell as a notebook does; returns the value of a last line that is an expression."""
    tree = ast.parse(source)
    last = tree.body[-1]
    if not isinstance(last, ast.Expr):
        exec(compile(tree, TOUR.name, "exec"), names)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), TOUR.name, "exec"), names)
    return eval(compile(ast.Expression(last.value), TOUR.name, "eval"), names)


def test_every_cell_of_the_tour_runs_and_shows_rows_or_a_chart(
    real_warehouse: RealWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPUTE_BALANCE_FILE", str(real_warehouse.current.path))
    cells = json.loads(TOUR.read_text(encoding="utf-8"))["cells"]
    names: dict = {}
    shown = 0
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"] == []
        value = run_cell("".join(cell["source"]), names)
        if value is None:
            continue
        shown += 1
        if hasattr(value, "to_dict") and not hasattr(value, "columns"):
            assert value.to_dict()["datasets"]
        else:
            assert len(value) > 0, cell["source"]
    assert shown >= 8
