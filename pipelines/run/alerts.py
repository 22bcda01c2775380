"""Telling somebody: a run that failed, a check that is newly open, a stale source, an inbox item.

Where to is `COMPUTE_BALANCE_ALERTS`, addresses of Apprise with blanks between them: `json://` for
any web hook, `slack://`, `mailto://` and many more. They may hold passwords, so they stand in the
environment alone and in no setting, log or file. What an event is: something that is wrong now and
was not at the last run that told of it. It is told once, and again only after it has been right.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.base.files import write_json
from pipelines.base.settings import Settings
from pipelines.release.publish import find_readable
from pipelines.run.state import Run

logger = logging.getLogger(__name__)

ADDRESSES = "COMPUTE_BALANCE_ALERTS"
# so many lines of one message; the rest is counted
SHOWN_EVENTS = 20
FAILED = "Compute Balance: the run failed, what was published stays"
NOT_WELL = "Compute Balance: the warehouse is not well"
LINE_LENGTH = 300


@dataclass(frozen=True)
class Event:
    """One thing that is wrong: `key` is the same as long as it stays wrong."""

    key: str
    text: str


def find_events(run: Run) -> list[Event]:
    """Return what is wrong after a run: its failure, else what its release says of itself."""
    if run.failure:
        first = run.failure.strip().splitlines()[0][:LINE_LENGTH]
        return [Event(f"failed: {first}", f"run {run.run_id} failed: {first}")]
    if run.outcome is None:
        return []
    with duckdb.connect(str(find_readable(run.settings)), read_only=True) as connection:
        checks = connection.execute(
            "select check_name, severity, observed from meta.quality_result "
            "where not passed and check_name not like '%.is_fresh' order by severity, check_name"
        ).fetchall()
        stale = connection.execute(
            "select source_id, newest_known_on from meta.source where freshness = 'stale' "
            "order by source_id"
        ).fetchall()
        inbox = connection.execute(
            "select document_number, title from meta.policy_inbox "
            "where relevance <> 'not_relevant' "
            "and coalesce(review, 'to_be_coded') = 'to_be_coded' order by document_number"
        ).fetchall()
    return [
        *(
            Event(f"check: {name}", f"{severity} {name}: {observed}")
            for name, severity, observed in checks
        ),
        *(
            Event(f"stale: {source_id}", f"source {source_id} is stale, newest of {newest}")
            for source_id, newest in stale
        ),
        *(
            Event(f"inbox: {number}", f"rule document {number} is not reviewed: {title}")
            for number, title in inbox
        ),
    ]


def tell(run: Run) -> int:
    """Send what is newly wrong after a run, and that a failure is over; note what was told.

    Nothing is sent where no address is set, nor after a build as of an earlier day. A message that
    does not arrive is logged, never raised, and is sent again after the next run.

    Returns:
        Number of events that were sent.
    """
    if not run.is_current:
        return 0
    title = f"Compute Balance: {{count}} new events as of {run.as_of}"
    return _tell(
        run.settings, run.run_id, lambda: find_events(run), FAILED if run.failure else title
    )


def tell_event(settings: Settings, run_id: str, event: Event) -> int:
    """Send an event that no run told of: one was lost, or none has run; as `tell` in all else."""
    return _tell(settings, run_id, lambda: [event], NOT_WELL)


def is_failure_told(settings: Settings) -> bool:
    """Tell whether somebody knows already that no run has ended well since."""
    told = _read_told(settings.warehouse_dir / "data" / "alerts.json")
    return any(key.startswith("failed: ") for key in told)


def _tell(settings: Settings, run_id: str, find: Callable[[], list[Event]], title: str) -> int:
    addresses = os.environ.get(ADDRESSES, "").split()
    if not addresses:
        return 0
    path = settings.warehouse_dir / "data" / "alerts.json"
    told = _read_told(path)
    events = find()
    new = [event for event in events if event.key not in told]
    is_failed = title in (FAILED, NOT_WELL)
    ended = [key for key in told if key.startswith("failed: ")] if not is_failed else []
    if is_failed:
        # a failed run says nothing of the checks and sources of the release that still holds
        keys = {*told, *(event.key for event in events)}
    else:
        keys = {event.key for event in events}
    lines = [event.text[:LINE_LENGTH] for event in new[:SHOWN_EVENTS]]
    if len(new) > SHOWN_EVENTS:
        lines.append(f"and {len(new) - SHOWN_EVENTS} more: compute-balance status")
    if ended:
        lines.insert(0, f"run {run_id} is whole again")
    if lines and not _send(addresses, title.format(count=len(new)), "\n".join(lines)):
        return 0
    if sorted(keys) != sorted(told):
        write_json(path, sorted(keys))
    return len(new)


def _send(addresses: list[str], title: str, body: str) -> bool:
    import apprise

    sender = apprise.Apprise()
    wrong = [number for number, one in enumerate(addresses, 1) if not sender.add(one)]
    if wrong:
        # the address itself may hold a password
        logger.error("%s: address %s is none that can be told", ADDRESSES, wrong)
    if len(sender) and sender.notify(title=title, body=body):
        return True
    logger.error("%s: the message did not arrive; it is sent again after the next run", ADDRESSES)
    return False


def _read_told(path: Path) -> list[str]:
    """Return the keys of what has been told; none where the note is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [str(key) for key in content] if isinstance(content, list) else []


def send_trial(settings: Settings) -> bool:
    """Send a message that says that alerts arrive; return whether it did."""
    addresses = os.environ.get(ADDRESSES, "").split()
    body = f"alerts of the warehouse {settings.warehouse_dir.name} arrive here"
    return bool(addresses) and _send(addresses, "Compute Balance: trial", body)
