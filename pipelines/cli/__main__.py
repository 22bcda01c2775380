"""So that `python -m pipelines.cli` is the same as `compute-balance`."""

from pipelines.cli import main

main()
