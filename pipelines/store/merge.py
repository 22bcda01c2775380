"""What to bring from a store: files here, files there, and files when both were last the same.

Each side is a mapping from a file's path to the digest of its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Merge:
    """Which files to take from the store, which to remove here, and which went apart."""

    take: tuple[str, ...]
    remove: tuple[str, ...]
    conflicts: tuple[str, ...]


def merge(base: Mapping[str, str], here: Mapping[str, str], there: Mapping[str, str]) -> Merge:
    """Say what makes a folder go on from a store without losing what only the folder has.

    A file that only one side has changed is that side's. One that is gone on one side and changed
    on the other is the changed one. One that both have changed differently is a conflict.

    Args:
        base: files when the folder and the store were last the same; empty if they never were.
        here: files of the folder.
        there: files of the store.
    """
    take, remove, conflicts = [], [], []
    for name in sorted({*base, *here, *there}):
        was, mine, theirs = base.get(name), here.get(name), there.get(name)
        if mine == theirs or theirs == was:
            continue
        if theirs is None:
            if mine == was:
                remove.append(name)
        elif mine is None or mine == was:
            take.append(name)
        else:
            conflicts.append(name)
    return Merge(tuple(take), tuple(remove), tuple(conflicts))
