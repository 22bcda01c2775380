"""Log lines as JSON objects, one a line, each with the run that it belongs to."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

# the run that goes on in this process, for every line that is logged meanwhile
RUN_ID: ContextVar[str | None] = ContextVar("run_id", default=None)
TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonFormatter(logging.Formatter):
    """Writes time (UTC), level, logger, run and message, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "run_id": RUN_ID.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def make_formatter(log_format: str) -> logging.Formatter:
    """Return what writes log lines, `text` for people or `json`."""
    return JsonFormatter() if log_format == "json" else logging.Formatter(TEXT_FORMAT)
