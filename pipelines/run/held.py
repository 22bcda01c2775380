"""Whether the current release is held, so that a run of the present day publishes nothing."""

from pipelines.base.errors import ReleaseError
from pipelines.release.hold import read_hold
from pipelines.release.publish import find_release
from pipelines.run.state import Outcome, Run


def find_held(run: Run) -> Outcome | None:
    """Return the release that stays current while it is held; None where nothing is held.

    Raises:
        ReleaseError: the held release is gone.
    """
    hold = read_hold(run.settings) if run.is_current else None
    if hold is None:
        return None
    manifest = find_release(run.settings, hold.release_id)
    return Outcome("unchanged", run, manifest, run.settings.current_path, str(hold))


def require_no_hold(run: Run) -> None:
    """Refuse to publish while a release is held.

    Raises:
        ReleaseError: says which, by whom and why.
    """
    hold = read_hold(run.settings) if run.is_current else None
    if hold is not None:
        raise ReleaseError(f"nothing was published: {hold}")
