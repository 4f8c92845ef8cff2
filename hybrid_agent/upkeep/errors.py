"""What keeps the upkeep from doing what it was asked to.

HybridAgentError
└── CannotForgetError   a customer cannot be forgotten now
"""

from hybrid_agent.errors import HybridAgentError


class CannotForgetError(HybridAgentError):
    """A customer cannot be forgotten now; the text says why and what to do first."""
