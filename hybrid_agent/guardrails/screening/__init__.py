"""Screening of messages: injections and jailbreaks, abuse, language. Importing this loads no model."""

from hybrid_agent.guardrails.screening.abuse import Abuse, read_abuse
from hybrid_agent.guardrails.screening.injection import FOUND, Detector, detector_for
from hybrid_agent.guardrails.screening.language import notice
from hybrid_agent.guardrails.screening.screen import Screen, Seen

__all__ = ["FOUND", "Abuse", "Detector", "Screen", "Seen", "detector_for", "notice", "read_abuse"]
