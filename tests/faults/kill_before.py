"""Run the command line, and kill the process by SIGKILL just before a file gets its final name.

Usage: python -m tests.faults.kill_before PART_OF_PATH COMMAND...

Everything that counts is written to a temporary name and renamed, so the moments before a rename
are those at which a crash would hurt most. The first rename to a path that contains PART_OF_PATH
does not happen: the process dies at once, with no chance to tidy up.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path


def die_before(rename: Callable[[Path, Path], Path], part: str) -> Callable[[Path, Path], Path]:
    """Return a rename that kills this process instead of making a path that contains `part`."""

    def rename_or_die(self: Path, target: Path) -> Path:
        if part in str(target):
            os.kill(os.getpid(), signal.SIGKILL)
        return rename(self, target)

    return rename_or_die


if __name__ == "__main__":
    from pipelines.cli import main

    _, part, *sys.argv[1:] = sys.argv
    Path.replace = die_before(Path.replace, part)
    Path.rename = die_before(Path.rename, part)
    main()
