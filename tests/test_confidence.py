"""Confidence from opinions: what agreement may and disagreement may not do, and how it is calibrated."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.calibration import Calibration, Fitted, Weights, load_calibration
from hybrid_agent.reasoning.confidence import ModelReading, combine, confidence, opinions
from hybrid_agent.reasoning.protocol import Reading

INTENTS = ("refund", "returns", "hours", None)
CHANCE = st.floats(0, 1)
UP, DOWN = st.floats(0, 8), st.floats(-8, 0)
FITTED = Fitted(model="openai:small", catalog="sample", day=date(2026, 1, 2), messages=200)

weights = st.builds(
    Weights,
    bias=st.floats(-8, 8),
    none=st.floats(-8, 8),
    local=UP,
    tokens=UP,
    model_differs=DOWN,
    local_differs=DOWN,
    rival=DOWN,
)
calibrations = st.builds(
    Calibration,
    fitted=st.just(FITTED),
    sure=CHANCE,
    local=weights,
    model=weights,
    both=weights,
    model_tokens=st.none() | weights,
    both_tokens=st.none() | weights,
)
models = st.builds(ModelReading, intent=st.sampled_from(INTENTS), spelled=st.none() | CHANCE)


@st.composite
def locals_(draw: st.DrawFn) -> Reading:
    """A reading as the classifier gives one: its intents share the probability that there is any."""
    names = draw(st.permutations([name for name in INTENTS if name]))
    shares = sorted((draw(CHANCE) for _ in names), reverse=True)
    inside = draw(CHANCE)
    total = max(sum(shares), 1e-9)
    ranked = tuple((name, inside * share / total) for name, share in zip(names, shares, strict=True))
    intent, chance = draw(st.sampled_from([ranked[0], (None, 1 - inside)]))
    return Reading(intent=intent, confidence=chance, text="a message", ranked=ranked)


def plain(**both: float) -> Calibration:
    one = Weights(bias=0, local=1)
    given = Weights.model_validate({"bias": 0.0, "local": 1.0, **both})
    return Calibration(fitted=FITTED, sure=0.9, local=one, model=Weights(bias=0.5), both=given)


@given(locals_(), models, calibrations)
def test_disagreement_never_raises_confidence(
    local: Reading, model: ModelReading, calibration: Calibration
) -> None:
    """With the same classifier and equally sure tokens, another intent of the model never makes it surer."""
    agreeing = model.model_copy(update={"intent": local.intent})
    agreed = combine(local, agreeing, calibration)
    assert combine(local, model, calibration).confidence <= agreed.confidence + 1e-12


@given(locals_(), models, calibrations)
def test_what_both_name_is_never_less_probable_than_what_one_names(
    local: Reading, model: ModelReading, calibration: Calibration
) -> None:
    """The classifier's intent loses, or keeps what it has, when the model names another."""
    agreeing = model.model_copy(update={"intent": local.intent})
    contested = confidence(local.intent, local, model, calibration)
    assert contested <= confidence(local.intent, local, agreeing, calibration)


@given(locals_(), st.none() | models, calibrations)
def test_every_figure_is_a_probability(
    local: Reading, model: ModelReading | None, calibration: Calibration
) -> None:
    """Confidence and ranks are within 0 and 1, and together no more than 1."""
    combined = combine(local, model, calibration)
    assert 0 <= combined.confidence <= 1
    assert all(0 <= chance <= 1 for _, chance in combined.ranked)
    assert sum(chance for _, chance in combined.ranked) <= 1 + 1e-9
    assert all(0 <= each.confidence <= 1 for each in opinions(local, model, calibration))


@given(locals_(), CHANCE, st.none() | CHANCE, calibrations)
def test_confidence_grows_with_the_classifiers_where_they_agree(
    local: Reading, other: float, spelled: float | None, calibration: Calibration
) -> None:
    """The surer the classifier, the surer both: agreement is monotone."""
    model = ModelReading(intent=local.intent, spelled=spelled)
    low, high = sorted((local.confidence, other))
    least, most = (
        combine(local.model_copy(update={"confidence": chance}), model, calibration).confidence
        for chance in (low, high)
    )
    assert least <= most


@given(locals_(), models, calibrations)
def test_who_disagrees_is_offered_too(local: Reading, model: ModelReading, calibration: Calibration) -> None:
    """Both intents lead the ranking, the winner first, so that the customer can be asked which was meant."""
    combined = combine(local, model, calibration)
    both = {intent for intent in (local.intent, model.intent) if intent is not None}
    leading = [name for name, _ in combined.ranked[: len(both)]]
    assert set(leading) == both
    assert combined.intent in {local.intent, model.intent}
    if combined.intent is not None:
        assert combined.ranked[0] == (combined.intent, combined.confidence)


def test_the_likelier_intent_wins() -> None:
    """An unsure classifier yields to the model, a sure one does not."""
    calibration = plain(model_differs=-1.0, local_differs=-0.5)
    ranked = (("refund", 0.4), ("returns", 0.38))
    unsure = Reading(intent="refund", confidence=0.4, text="a message", ranked=ranked)
    sure = Reading(intent="refund", confidence=0.9, text="a message", ranked=(("refund", 0.9),))
    model = ModelReading(intent="returns")
    assert combine(unsure, model, calibration).intent == "returns"
    assert combine(sure, model, calibration).intent == "refund"


def test_a_model_that_offers_its_tokens_is_weighed_by_them() -> None:
    """Token probabilities count where they are given, and where the calibration knows what they are worth."""
    known = plain().model_copy(
        update={"model_tokens": Weights(bias=-1, tokens=1), "both_tokens": Weights(bias=-1, tokens=1)}
    )
    shaky, firm = (ModelReading(intent="refund", spelled=chance) for chance in (0.3, 0.99))
    assert confidence("refund", None, shaky, known) < confidence("refund", None, firm, known)
    assert confidence("refund", None, shaky, plain()) == confidence("refund", None, firm, plain())


def test_without_any_opinion_there_is_no_confidence() -> None:
    """A probability of nothing said is refused, not invented."""
    with pytest.raises(ValueError, match="without an opinion"):
        confidence("refund", None, None, plain())


@pytest.mark.parametrize("weight", [{"local": -0.1}, {"tokens": -1}, {"model_differs": 0.1}, {"rival": 1}])
def test_a_calibration_that_rewards_disagreement_is_refused(weight: dict[str, float]) -> None:
    """No file can bring weights that turn the rules above around."""
    with pytest.raises(ValidationError, match="must be at"):
        Weights.model_validate({"bias": 0.0, **weight})


def test_a_calibration_file_with_a_mistake_names_its_line(tmp_path: Path) -> None:
    """A misspelt feature in a deployment's own file is found, with file and line."""
    file = tmp_path / "calibration.yaml"
    file.write_text("sure: 0.9\nlocal: {bias: 0, lokal: 1}\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"calibration\.yaml:2: local\.lokal: is not a known key"):
        load_calibration(file)


def test_a_calibration_file_that_is_missing_says_how_one_is_made(tmp_path: Path) -> None:
    """The advice is that of a calibration, not of a first deployment file."""
    with pytest.raises(ConfigurationError, match="no such file") as refused:
        load_calibration(tmp_path / "none.yaml")
    assert "bench confidence --write" in refused.value.advice
    assert "init" not in refused.value.advice
