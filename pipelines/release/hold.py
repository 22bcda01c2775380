"""Holding the current release: runs go on fetching and loading, and publish nothing in its place.

A hold is set by hand, usually with a rollback, and stands until somebody resumes. Builds of earlier
days and what-ifs are not held: they stand beside the current release anyway.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from pipelines.base.errors import ReleaseError
from pipelines.base.files import read_kept_mapping, remove_kept, write_kept_json
from pipelines.base.settings import Settings
from pipelines.release.publish import read_current_id

HOLD_NOTE = "hold.json"


@dataclass(frozen=True)
class Hold:
    """The release that stays current, who says so, when and why."""

    release_id: str
    by: str
    reason: str
    at: datetime

    def __str__(self) -> str:
        return (
            f"release {self.release_id} is held by {self.by} since {self.at}: {self.reason}; "
            "to publish again: compute-balance release resume"
        )


def hold_release(settings: Settings, by: str, reason: str, at: datetime) -> Hold:
    """Keep the current release current until `resume`.

    Raises:
        ReleaseError: nothing is published yet.
    """
    current = read_current_id(settings)
    if current is None:
        raise ReleaseError("nothing is published yet, so nothing can be held; run: make warehouse")
    hold = Hold(current, by, reason, at)
    write_kept_json(_get_path(settings), asdict(hold))
    return hold


def read_hold(settings: Settings) -> Hold | None:
    """Return the hold that stands; None where there is none."""
    content = read_kept_mapping(_get_path(settings))
    try:
        return Hold(**content | {"at": datetime.fromisoformat(content["at"])})
    except (KeyError, TypeError, ValueError):
        return None


def resume(settings: Settings) -> Hold | None:
    """End the hold, and return what it was; None where nothing was held."""
    hold = read_hold(settings)
    remove_kept(_get_path(settings))
    return hold


def _get_path(settings: Settings) -> Path:
    return settings.warehouse_dir / HOLD_NOTE
