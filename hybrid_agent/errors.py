"""What can go wrong with a deployment's own files and parts.

HybridAgentError
└── ConfigurationError   a file, key, value or part that the deployment gave cannot be used

Errors of the systems of record are in `hybrid_agent_tools.errors`, those of the records in
`hybrid_agent.records.errors`.
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
