"""The benchmark of confidence: its messages, its figures, its fit, and what it keeps of a model's answers."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openai_wire import Answer, OpenAIWire, Request, json_text, unauthorised
from typer.testing import CliRunner

from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.cli.places import bundled as sample_part
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.calibration import Calibration, Fitted, default_calibration, load_calibration
from hybrid_agent.reasoning.confidence import ModelReading, combine
from hybrid_agent.reasoning.protocol import Reading
from hybrid_agent_evals.commands import app
from hybrid_agent_evals.confidence.data import Message, read
from hybrid_agent_evals.confidence.figures import (
    Outcome,
    calibration_error,
    error_by_chance,
    quality,
    reliability,
    wilson,
)
from hybrid_agent_evals.confidence.fitting import Case, fit, sure_threshold, write_calibration
from hybrid_agent_evals.confidence.hearing import Heard, only_one_asked, read_kept

FITTED = Fitted(model="small", catalog="sample", day=date(2026, 1, 2), messages=42)
CATALOG = load_catalog(sample_part("catalog.yaml"))
SERVED = {name for name, intent in CATALOG.intents.items() if intent.refuse is None}
FEW = """
intents:
  refund: ["give me back what I paid for 1302", "money back pls", "no voucher, I want euros", "pay me back"]
  hours_and_contact: ["when do you close tonight", "open on sunday?", "phone number pls", "where is the shop"]
none:
  chit_chat: ["it rains again here", "my cat is called Otto", "what is 17 times 23", "sing something"]
"""


@pytest.fixture(autouse=True)
def shared_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The classifier and the index are those of the whole test session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache.parent))


def messages() -> tuple[Message, ...]:
    return read(None, CATALOG.intents)


def case(intent: str | None, local: str | None, sure: float, model: str | None, spelled: float = 0.9) -> Case:
    ranked = ((local, sure),) if local else ()
    reading = Reading(intent=local, confidence=sure, text="a message", ranked=ranked)
    return Case(intent, reading, ModelReading(intent=model, spelled=spelled))


def mixed() -> list[Case]:
    """Cases of which the classifier's word, agreement and sure tokens say how likely they are right."""
    made = []
    for step in range(40):
        sure = 0.3 + 0.65 * step / 39
        right = step % 4 < (3 if sure > 0.6 else 1)
        agree = step % 3 != 0
        intent = "refund" if right else "hours"
        made.append(case(intent, "refund", sure, "refund" if agree else "hours", 0.95 if right else 0.5))
    return [*made, case(None, None, 0.8, None), case("refund", None, 0.4, "refund")]


# ----- The messages -----


def test_the_messages_are_many_and_of_every_intent() -> None:
    """At least 300, at least 8 an intent, at least 60 that have none."""
    count = Counter(each.intent for each in messages())
    assert sum(count.values()) >= 300
    assert count.keys() - {None} == SERVED
    assert min(count.values()) >= 8
    assert count[None] >= 60


def test_the_halves_hold_the_same_mixture() -> None:
    """Every intent is in both halves, as often in one as in the other up to one message."""
    fit_half, held_out = (Counter(e.intent for e in messages() if e.fit is half) for half in (True, False))
    assert all(abs(fit_half[intent] - held_out[intent]) <= 1 for intent in SERVED)


def test_no_message_is_one_that_the_classifier_has_learnt() -> None:
    """None of them is an example of the catalog, whatever its case and punctuation."""

    def bare(text: str) -> str:
        return "".join(char for char in text.lower() if char.isalnum() or char == " ").strip()

    learnt = {bare(text) for intent in CATALOG.intents.values() for text in intent.examples}
    learnt |= {bare(text) for text in CATALOG.out_of_scope}
    assert [each.text for each in messages() if bare(each.text) and bare(each.text) in learnt] == []


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("intents: {refund: [a, b], refunds: [c]}\nnone: {}", "no intent 'refunds'"),
        ("intents: {refund: [a, b], thanks: [a]}\nnone: {}", "'a' stands twice"),
        ("intents: {refund: [a, b]}\nnone: {}", "at least 2 items"),
    ],
)
def test_a_file_of_messages_that_cannot_be_used_says_why(
    tmp_path: Path, content: str, complaint: str
) -> None:
    """An unknown intent, a message in both halves, and a file with nothing to tell apart are refused."""
    file = tmp_path / "messages.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=complaint):
        read(file, CATALOG.intents)


# ----- The figures -----


def test_an_interval_is_that_of_the_literature() -> None:
    """Eight of ten: 0.490 to 0.943, and no interval leaves 0..1."""
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == pytest.approx(1)


def test_bins_have_equal_mass_and_rising_confidence() -> None:
    """Every outcome is in one bin, and no bin has two more than another."""
    outcomes = [Outcome(share / 103, share % 2 == 0) for share in range(103)]
    bins = reliability(outcomes)
    assert sum(each.count for each in bins) == 103
    assert {each.count for each in bins} <= {10, 11}
    assert [each.predicted for each in bins] == sorted(each.predicted for each in bins)


def test_calibration_error_is_the_mean_gap() -> None:
    """A source that says 0.9 and is right every second time is off by 0.4; one that says 0.5 is not off."""
    every_second = [step % 2 == 0 for step in range(100)]
    bold = [Outcome(0.9, right) for right in every_second]
    honest = [Outcome(0.5, right) for right in every_second]
    assert calibration_error(reliability(bold, bins=1)) == pytest.approx(0.4)
    assert calibration_error(reliability(honest, bins=1)) == pytest.approx(0)
    assert quality(bold, ()).brier == pytest.approx((0.01 + 0.81) / 2)


def test_few_outcomes_show_an_error_by_chance() -> None:
    """A perfect calibration looks worse the fewer outcomes it is measured on."""
    few, many = ([Outcome(0.7, True)] * count for count in (20, 2000))
    assert error_by_chance(few) > 3 * error_by_chance(many) > 0


def test_coverage_counts_what_a_threshold_keeps() -> None:
    """Half of them at 0.8, all of those right; nothing at 0.95, so nothing to be right."""
    outcomes = [Outcome(0.9, True), Outcome(0.3, False)]
    low, high = quality(outcomes, (0.8, 0.95)).kept
    assert (low.coverage, low.accuracy) == (0.5, 1.0)
    assert (high.coverage, high.accuracy) == (0.0, None)


# ----- The fit -----


def test_a_fit_learns_what_opinions_are_worth() -> None:
    """On cases where agreement and sure tokens go with being right, they come out as more probable."""
    calibration = fit(mixed(), FITTED, 0.5)
    local = case("refund", "refund", 0.7, None).local
    agreed = combine(local, ModelReading(intent="refund"), calibration)
    disputed = combine(local, ModelReading(intent="hours"), calibration)
    assert agreed.confidence > disputed.confidence


def test_a_fit_is_the_same_each_time_and_survives_its_file(tmp_path: Path) -> None:
    """Fitted twice and written, it is the same calibration."""
    file = tmp_path / "calibration.yaml"
    calibration = fit(mixed(), FITTED, 0.5)
    write_calibration(calibration, file)
    assert load_calibration(file) == calibration == fit(mixed(), FITTED, 0.5)


def test_misleading_opinions_get_no_weight() -> None:
    """Where the model is right when it differs, agreement is not rewarded, and disagreement not either."""
    contrary = [case("hours", "refund", 0.6, "hours") for _ in range(20)]
    contrary += [case("returns", "refund", 0.6, "refund") for _ in range(20)]
    calibration = fit([*contrary, case("refund", "refund", 0.6, "refund")], FITTED, 0.5)
    assert calibration.both.local_differs == 0


def test_a_half_without_mistakes_cannot_be_fitted() -> None:
    """Nothing is learnt of confidence where everything is right."""
    with pytest.raises(ConfigurationError, match="all understood rightly"):
        fit([case("refund", "refund", 0.9, "refund")] * 3, FITTED, 0.5)


def test_the_cascade_is_sure_from_where_the_model_gains_nothing() -> None:
    """Below 0.6 the model puts right what the classifier gets wrong; from there on it has nothing to mend."""
    calibration = fit(mixed(), FITTED, 0.5)
    good = [case("refund", "refund", 0.9, "refund"), case("refund", "refund", 0.6, "refund")]
    bad = [case("hours", "refund", 0.001, "hours", 0.999)] * 3
    assert combine(bad[0].local, bad[0].model, calibration).intent == "hours"
    assert sure_threshold([*bad, *good], calibration, 0.5) == 0.6


def test_the_cascade_is_never_sure_where_the_customer_would_be_asked() -> None:
    """A model that gains nothing is still asked before the customer is."""
    useless = [case("refund", "refund", 0.9, "refund"), case("refund", "refund", 0.2, "refund")]
    assert sure_threshold(useless, fit(mixed(), FITTED, 0.5), 0.5) == 0.5


def test_the_packaged_calibration_is_a_measured_one() -> None:
    """The default names the model that it was fitted with, on a hundred messages or more."""
    calibration: Calibration = default_calibration()
    assert calibration.fitted.messages >= 100
    assert "1.5B" in calibration.fitted.model
    assert calibration.both_tokens is not None


# ----- The command -----


def told(intent: str | None) -> Answer:
    report = {"requests": [{"intent": intent or "none"}]}
    spelled = json.dumps(report)
    return json_text(report, logprobs=[(char, -0.001) for char in spelled])


def by_word(request: Request) -> Answer:
    """A model that knows a refund by one word, and nothing else."""
    about = request.user.lower()
    return told("refund" if "money" in about or "pay" in about else None)


def breaking_off(after: int) -> Callable[[Request], Answer]:
    """The same model, whose key is no longer good after some answers."""
    left = iter(range(after))
    return lambda request: unauthorised() if next(left, None) is None else by_word(request)


def asking(wire: OpenAIWire) -> list[str]:
    return ["--model", "openai:scripted", "--base-url", wire.base_url]


def bench(*options: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["confidence", *options])
    return done.exit_code, done.stdout, done.stderr


def few(tmp_path: Path) -> Path:
    file = tmp_path / "messages.yaml"
    file.write_text(FEW, "utf-8")
    return file


def test_a_run_is_taken_up_where_it_broke_off(tmp_path: Path) -> None:
    """What was answered is kept; the next run asks about the rest, and a third without the model refits."""
    pytest.importorskip("sklearn")
    kept, out = tmp_path / "answers.jsonl", tmp_path / "calibration.yaml"
    shared = ["--data", str(few(tmp_path)), "--opinions", str(kept)]
    with OpenAIWire(breaking_off(after=7)) as wire:
        code, _, error = bench(*asking(wire), *shared)
    assert code == 2
    assert "401" in error or "key" in error
    assert len(read_kept(kept)) == 7
    with OpenAIWire(by_word) as wire:
        code, text, error = bench(*asking(wire), *shared, "--write", str(out))
        assert (code, len(wire.requests)) == (0, 5), error
    assert "cascade" in text
    assert load_calibration(out).fitted.model == "openai:scripted"
    refitted = json.loads(bench(*shared, "--json")[1])
    assert refitted["model"] == "openai:scripted"
    assert refitted["sources"]["model alone"]["accuracy"] == pytest.approx(4 / 6)


def test_without_a_model_there_is_nothing_to_write(tmp_path: Path) -> None:
    """A calibration without a model's answers is refused, and the way to get them is named."""
    pytest.importorskip("sklearn")
    code, _, error = bench("--data", str(few(tmp_path)), "--write", str(tmp_path / "calibration.yaml"))
    assert code == 2
    assert "no model was asked" in error
    assert "--model" in error


def test_answers_of_two_models_are_not_mixed() -> None:
    """A calibration is for one model with one prompt."""
    heard = {name: Heard(text=name, model=name, prompt="p") for name in ("a", "b")}
    with pytest.raises(ConfigurationError, match="2 models and prompts"):
        only_one_asked(heard)


def test_a_damaged_line_of_answers_is_named(tmp_path: Path) -> None:
    """A file of answers that was edited badly is found, with its line."""
    file = tmp_path / "answers.jsonl"
    file.write_text('{"text": "hi", "model": "m", "prompt": "p"}\n{"text": 3}\n', "utf-8")
    with pytest.raises(ConfigurationError, match=r"answers\.jsonl:2: is no answer"):
        read_kept(file)
