"""A new model can be said to Apache Spark: nothing that SQLGlot cannot write, no unknown function.

The whole translation, with types, is tried by `make test-spark`; here each text is read alone, in
some seconds for all models.
"""

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from pipelines.build.models import read_manifest
from pipelines.build.spark_rules import RENAMED
from pipelines.run.state import Run

# clauses that have no like on Spark, whatever SQLGlot writes
REFUSED = (exp.Pivot, exp.Lateral, exp.Command)


def list_faults(text: str) -> list[str]:
    """Return what of a text has no word on Spark."""
    tree = sqlglot.parse_one(text, read="duckdb")
    faults = {f"{type(part).__name__.upper()}" for part in tree.find_all(*REFUSED)}
    for part in tree.find_all(exp.Anonymous, exp.WindowSpec):
        if isinstance(part, exp.WindowSpec):
            faults |= {"EXCLUDE in a window"} if part.args.get("exclude") else set()
        elif part.name.lower() not in RENAMED:
            faults.add(f"{part.name.lower()}()")
    for part in tree.find_all(exp.GroupConcat, exp.ArrayAgg):
        is_sorted = part.find(exp.Order) or part.find_ancestor(exp.ArraySort)
        if not is_sorted:
            faults.add("a list in no order: each engine has another")
    try:
        tree.sql("spark", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        faults.add(str(error))
    return sorted(faults)


def test_models_have_words_on_spark(second_build: Run) -> None:
    nodes = read_manifest(second_build.settings)["nodes"].values()
    texts = {n["name"]: n["compiled_code"] for n in nodes if n["resource_type"] == "model"}
    faults = {name: found for name, text in texts.items() if (found := list_faults(text))}
    assert faults == {}
    assert len(texts) > 500


def test_what_has_no_word_is_found() -> None:
    window = "select sum(a) over (order by b rows 1 preceding exclude current row) as x from t"
    assert "EXCLUDE in a window" in list_faults(window)
    assert list_faults("select list_cosine_similarity(a, b) as x, md5(c) as y from t") == [
        "list_cosine_similarity()"
    ]
    assert list_faults("select list_position(a, 1) as x from t") == []
    assert list_faults("select string_agg(a, ',') as x from t") == [
        "a list in no order: each engine has another"
    ]
    assert list_faults("select list_sort(list(a)) as x, list(a order by b) as y from t") == []
