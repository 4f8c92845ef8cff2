"""How probable it is that an intent is right, from what the classifier and a language model say together.

Nobody's own word counts: what a model states about its certainty is not looked at. What the classifier's
confidence, the agreement of the two and the probabilities of the model's tokens are worth was measured
(`calibration.py`); `docs/confidence.md` has the method and the curve.
"""

import math
from typing import Final

from pydantic import Field

from hybrid_agent.frozen import Frozen
from hybrid_agent.reasoning.calibration import SIGNS, Calibration
from hybrid_agent.reasoning.protocol import Opinion, Reading

LOCAL: Final = "local"
MODEL: Final = "model"
_LEAST: Final = 1e-3


class ModelReading(Frozen):
    """The intent that a language model took a text for, None for none in the catalog.

    `spelled` is the probability (0..1) of the tokens that spell it, None where the model does not offer it.
    """

    intent: str | None
    spelled: float | None = Field(None, ge=0, le=1)


def combine(local: Reading, model: ModelReading | None, calibration: Calibration) -> Reading:
    """The classifier's reading with the model's opinion: the likelier intent, and `ranked` with both first.

    The two exclude each other, so their probabilities never sum to more than 1; neither is more probable than
    the classifier's would be had the model agreed.
    """
    chances = _chances(local, model, calibration)
    intent = max(chances, key=lambda each: chances[each])
    named = sorted(((name, chance) for name, chance in chances.items() if name is not None), key=_lower)
    others = [(name, chance) for name, chance in local.ranked if name not in chances]
    left = 1 - sum(chances.values())
    scale = left / max(left, sum(chance for _, chance in others), _LEAST)
    ranked = (*named, *((name, chance * scale) for name, chance in others))
    return local.model_copy(update={"intent": intent, "confidence": chances[intent], "ranked": ranked})


def confidence(
    intent: str | None, local: Reading | None, model: ModelReading | None, calibration: Calibration
) -> float:
    """The calibrated probability (0..1) that `intent` is right, given what either says.

    Raises ValueError where neither says anything.
    """
    tokens = model is not None and model.spelled is not None
    weights = calibration.weights(local=local is not None, model=model is not None, tokens=tokens)
    return weights.probability(features(intent, local, model))


def opinions(
    local: Reading | None, model: ModelReading | None, calibration: Calibration
) -> tuple[Opinion, ...]:
    """What each of them said, with the confidence that it deserves by itself."""
    said = []
    if local is not None:
        alone = confidence(local.intent, local, None, calibration)
        said.append(Opinion(by=LOCAL, intent=local.intent, confidence=alone))
    if model is not None:
        alone = confidence(model.intent, None, model, calibration)
        said.append(Opinion(by=MODEL, intent=model.intent, confidence=alone))
    return tuple(said)


def features(intent: str | None, local: Reading | None, model: ModelReading | None) -> dict[str, float]:
    """What speaks for and against `intent`, by the names in `SIGNS`; 0 for what was not said.

    `local` is the logit of the classifier's probability of it, `rival` how sure the classifier is of another,
    `tokens` how sure the model's tokens are, negative where they spell another; sureness is -ln(1 - p).
    """
    found = dict.fromkeys(SIGNS, 0.0) | {"none": float(intent is None)}
    if local is not None:
        chance = min(1 - _LEAST, max(_LEAST, chance_of(intent, local)))
        found["local"] = math.log(chance / (1 - chance))
        if local.intent != intent:
            found |= {"local_differs": 1.0, "rival": _sureness(local.confidence)}
    if model is not None:
        same = model.intent == intent
        found["model_differs"] = float(not same)
        if model.spelled is not None:
            found["tokens"] = _sureness(model.spelled) * (1 if same else -1)
    return found


def chance_of(intent: str | None, local: Reading) -> float:
    """The classifier's probability (0..1) of an intent, or of none, whether it is its favourite or not."""
    if intent == local.intent:
        return local.confidence
    ranked = dict(local.ranked)
    return max(0.0, 1 - sum(ranked.values())) if intent is None else ranked.get(intent, 0.0)


def _chances(local: Reading, model: ModelReading | None, calibration: Calibration) -> dict[str | None, float]:
    """The calibrated probability of each intent that either names, the classifier's first."""
    if model is None or model.intent == local.intent:
        return {local.intent: confidence(local.intent, local, model, calibration)}
    agreed = model.model_copy(update={"intent": local.intent})
    most = confidence(local.intent, local, agreed, calibration)
    named = (local.intent, model.intent)
    chances = {each: min(most, confidence(each, local, model, calibration)) for each in named}
    total = max(1.0, sum(chances.values()))
    return {each: chance / total for each, chance in chances.items()}


def _lower(ranked: tuple[str, float]) -> float:
    return -ranked[1]


def _sureness(chance: float) -> float:
    return -math.log(1 - min(1 - _LEAST, max(0.0, chance)))
