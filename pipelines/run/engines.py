"""Which engine builds the models of a run: DuckDB, or Apache Spark where it was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.base.environment import set_environment
from pipelines.run.state import Run


@contextmanager
def build_elsewhere(run: Run) -> Iterator[None]:
    """Let Spark make the tables first, where a run was asked to; dbt then takes them from there."""
    if run.master is None:
        yield
        return
    from pipelines.build.spark import RESULTS_VARIABLE, build_on_spark

    folder = build_on_spark(run.settings, run.sources, run.master, run.progress)
    with set_environment({RESULTS_VARIABLE: str(folder.resolve())}):
        yield
