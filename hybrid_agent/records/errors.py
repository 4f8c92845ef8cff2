"""What can go wrong with the records.

RecordsError                 where, what, and what to do now
├── UnavailableError         the database cannot be reached, opened or written
│   └── BusyError            somebody else holds it too long; nothing was written, so it may be tried again
├── WrongDatabaseError       no database, or one of another version
├── UnknownRecordError       no record has this id
└── ContradictionError       the change does not follow from what is recorded; nothing was written
"""

from hybrid_agent.errors import HybridAgentError


class RecordsError(HybridAgentError):
    """Something went wrong with the records: `where` it was, what it was, and what to do now."""

    def __init__(self, message: str, *, where: str = "records", advice: str = "") -> None:
        self.message = message
        self.where = where
        self.advice = advice
        super().__init__(f"{where}: {message}" + (f"\n  {advice}" if advice else ""))


class UnavailableError(RecordsError):
    """The database cannot be reached, opened or written."""


class BusyError(UnavailableError):
    """Somebody else holds the database too long. Nothing was written; trying again is safe."""


class WrongDatabaseError(RecordsError):
    """The file is no database, or its tables are of another version than this code."""


class UnknownRecordError(RecordsError):
    """No record has the id that was named."""


class ContradictionError(RecordsError):
    """The change does not follow from what is recorded: nothing was written."""
