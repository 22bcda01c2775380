"""The link `warehouse/latest`: it leads to the folder of the current release."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.base.files import get_temporary_path
from pipelines.base.settings import Settings

LATEST = "latest"


def link_latest(settings: Settings, folder: Path) -> None:
    """Let `latest/` lead to the folder of a whole release; the change is one step."""
    link = settings.warehouse_dir / LATEST
    temporary = get_temporary_path(link)
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(folder.relative_to(settings.warehouse_dir), target_is_directory=True)
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)  # a copy of the warehouse that followed the link
    temporary.replace(link)


def read_latest(settings: Settings) -> str | None:
    """Return the id of the release that the link leads to; None where there is no link."""
    link = settings.warehouse_dir / LATEST
    return link.resolve().name if link.exists() else None
