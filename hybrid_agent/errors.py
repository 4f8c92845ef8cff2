"""What can go wrong.

HybridAgentError
├── ConfigurationError         a file, key, value or part that the deployment gave cannot be used
│   ├── ModelFileError         the encoder's model is missing, truncated or altered
│   ├── TrainingError          the examples cannot train a classifier
│   └── SavedClassifierError   a saved classifier cannot be used
├── NotStaffError              somebody else asked for what only staff may do
├── TakenError                 a colleague has the conversation
├── UnsayableError             a text that cannot be said: empty, too long, or where there is no conversation
├── EncodingError              an encoder gave something that cannot be used as vectors
├── KnowledgeError             a source or an article of the help centre is not usable
├── RecordsError               the records cannot be read, opened or written
└── NotPossibleError           what was asked of a command cannot be done now

Those that are not below are beside what raises them, in `errors.py` of `encoding`, `reasoning.intents`,
`knowledge` and `records`, and in `cli.failing`. Errors of the systems of record are in
`hybrid_agent_tools.errors`.
"""

from pathlib import Path


class HybridAgentError(Exception):
    """The root of this package's errors; its text may be shown to whoever runs the deployment."""


class ConfigurationError(HybridAgentError):
    """Something that the deployment gave cannot be used: what, where, and what to do now."""

    def __init__(self, message: str, *, where: str | Path = "", advice: str = "") -> None:
        self.message = message
        self.where = str(where)
        self.advice = advice
        super().__init__(
            ": ".join(part for part in (self.where, message) if part) + (f"\n  {advice}" * bool(advice))
        )


class NotStaffError(HybridAgentError):
    """What was asked is for members of staff only; nothing was changed."""


class TakenError(HybridAgentError):
    """A colleague, `person`, has the conversation; nothing was changed."""

    def __init__(self, thread: str, person: str) -> None:
        self.person = person
        super().__init__(f"conversation {thread}: {person} has it\n  Ask {person} to give it back.")


class UnsayableError(HybridAgentError):
    """A text that cannot be said in a conversation; nothing was changed."""
