"""What the classifier says about one utterance."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntentScore:
    """The intent of one utterance, or None when no intent of the catalog fits."""

    intent: str | None
    confidence: float
    """Calibrated probability that `intent` is right; for None, that the utterance is out of scope."""
    ranked: tuple[tuple[str, float], ...]
    """The best ten intents with their probabilities, best first; what is missing to 1 is out of scope."""
    in_scope: float
    """Probability that it belongs to any intent; `intent` is None below the classifier's threshold."""
