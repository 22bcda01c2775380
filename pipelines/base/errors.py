"""The project's own errors: each says what was seen, what was expected and what to do next."""

from datetime import date


class ComputeBalanceError(Exception):
    """Base of every error that the command line shows as a message instead of a traceback."""

    exit_code = 1


class ContractError(ComputeBalanceError):
    """A `contract.yml` or `corrections.yml` is wrong; names file and field.

    `source_ids` names the sources whose fault it is, where more than the file says it.
    """

    exit_code = 2

    def __init__(self, message: str, source_ids: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.source_ids = source_ids


class DocumentFault(ComputeBalanceError):
    """A whole document is refused: missing column, empty, HTML, encoding, too many bad rows.

    `waits_until` is the day on which it may be usable, if rows of a later day are its only fault.
    """

    waits_until: date | None = None


class CorrectionExpired(DocumentFault):
    """The upstream no longer shows the error that a correction mends: the correction must go."""


class LockHeld(ComputeBalanceError):
    """Another run works on the same warehouse; the message names its holder."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h: try again later


class BuildFailed(ComputeBalanceError):
    """dbt could not build or a blocking test failed; nothing was published."""


class AuditFailed(ComputeBalanceError):
    """A check of error severity failed; nothing was published."""


class ReleaseError(ComputeBalanceError):
    """A release that was asked for does not exist or cannot be restored."""

    exit_code = 2


class DrawsError(ComputeBalanceError):
    """A build is asked for with too few draws for what it publishes."""

    exit_code = 2


class WhatIfError(ComputeBalanceError):
    """A what-if asks for an unknown assumption or breaks a registry's contract."""

    exit_code = 2


class MachineFault(ComputeBalanceError):
    """The machine or its clock stands in the way: no room, a read-only folder, a day gone back."""


class DamageFound(ComputeBalanceError):
    """A file of the warehouse is not what was written; says which command mends it."""


class BackupError(ComputeBalanceError):
    """A backup cannot be made there, or is not whole, or its target holds a warehouse."""

    exit_code = 2


class UnexpectedRows(ComputeBalanceError):
    """A query that must answer with exactly one row answered with none, or with several."""


class QueryError(ComputeBalanceError):
    """A question in SQL that the engine refuses."""

    exit_code = 2


class PagesError(ComputeBalanceError):
    """A page asks for a text that is in no table of texts, or a text lacks a language."""
