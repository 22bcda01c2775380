"""The project's own errors: each says what was seen, what was expected and what to do next."""


class ComputeBalanceError(Exception):
    """Base of every error that the command line shows as a message instead of a traceback."""

    exit_code = 1


class ContractError(ComputeBalanceError):
    """A `contract.yml` or `corrections.yml` is wrong; names file and field."""

    exit_code = 2


class DocumentFault(ComputeBalanceError):
    """A whole document is refused: missing column, empty, HTML, encoding, too many bad rows."""


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


class WhatIfError(ComputeBalanceError):
    """A what-if asks for an unknown assumption or breaks a registry's contract."""

    exit_code = 2


class UnexpectedRows(ComputeBalanceError):
    """A query that must answer with exactly one row answered with none, or with several."""
