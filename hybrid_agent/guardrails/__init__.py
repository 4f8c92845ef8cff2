"""What goes out is held to its evidence."""

from hybrid_agent.guardrails.checks import Violation, check
from hybrid_agent.guardrails.grounds import Ground, ground, plain_ground
from hybrid_agent.guardrails.model_sentences import check_worded
from hybrid_agent.guardrails.outgoing import plain_text

__all__ = ["Ground", "Violation", "check", "check_worded", "ground", "plain_ground", "plain_text"]
