"""What comes in is screened, what goes out is held to its evidence, and what is recorded is masked."""

from hybrid_agent.guardrails.checks import Ground, Violation, check
from hybrid_agent.guardrails.masking import mask
from hybrid_agent.guardrails.screen import Screened, screen_text

__all__ = ["Ground", "Screened", "Violation", "check", "mask", "screen_text"]
