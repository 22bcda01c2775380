"""What is wrong with a warehouse: a finding names the file, the fault, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# what mends a finding: `repair` does it itself; a person must; or nothing can but a backup
Way = Literal["repair", "person", "backup"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: its kind, its file (relative to the warehouse), and the way back.

    `kind` is the same for all findings that the same step mends. `advice` says what to do.
    """

    kind: str
    file: str
    problem: str
    way: Way
    advice: str
