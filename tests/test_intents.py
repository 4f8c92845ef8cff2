"""The intent classifier, as a catalog's author and the graph rely on it."""

import json
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

from hybrid_agent.encoding import default_encoder
from hybrid_agent.reasoning import IntentClassifier, IntentScore
from hybrid_agent.reasoning.intents.errors import SavedClassifierError, TrainingError
from hybrid_agent.reasoning.intents.kernel import fit_ridge
from hybrid_agent.reasoning.intents.space import unit_rows

CATALOG = {
    "order_status": (
        "where is my order",
        "has my parcel been shipped yet",
        "track package 4471",
        "when will my delivery arrive",
        "my order still hasn't come",
        "I'd like to know the status of my delivery",
        "is my package on its way",
        "the courier has not been here, where are my things",
    ),
    "refund": (
        "I want my money back",
        "please refund this purchase",
        "how do I get reimbursed",
        "give me a refund for the shoes",
        "can you pay me back what I was charged",
        "refund request for the jacket",
        "I would like to be refunded",
        "return the money to my card please",
    ),
    "address_change": (
        "change my shipping address",
        "I moved, please update where it goes",
        "send it to my office instead",
        "I typed the wrong street",
        "deliver to another address please",
        "can you correct the postcode on my order",
        "my new address is 12 Elm Road",
        "edit the delivery address",
    ),
    "password_reset": (
        "I forgot my password",
        "can't log in to my account",
        "reset my password please",
        "the login does not accept my password",
        "I am locked out of my account",
        "send me a link to choose a new password",
        "how do I change my sign-in password",
        "my password stopped working",
    ),
}
TEXTS = [text for texts in CATALOG.values() for text in texts]
LABELS = [intent for intent, texts in CATALOG.items() for _ in texts]
FRESH = {
    "could you tell me where my parcel is": "order_status",
    "reimburse me for the trousers": "refund",
    "ship everything to my new flat": "address_change",
    "I don't remember my password any more": "password_reset",
}
OFF_TOPIC = (
    "how do volcanoes erupt",
    "sing a song about the sea",
    "who won the chess championship",
    "my knee hurts when I run",
    "is it going to snow tonight",
)


@pytest.fixture(scope="module")
def classifier() -> IntentClassifier:
    return IntentClassifier.fit(TEXTS, LABELS)


def test_fresh_utterances_find_their_intent(classifier: IntentClassifier) -> None:
    """Utterances in other words than the examples get the right intent."""
    assert [score.intent for score in classifier.predict(list(FRESH))] == list(FRESH.values())


def test_off_topic_has_no_intent(classifier: IntentClassifier) -> None:
    """What no intent is for is None, without the catalog giving a single off-topic example."""
    assert [score.intent for score in classifier.predict(OFF_TOPIC)] == [None] * len(OFF_TOPIC)


def test_unreadable_messages_have_no_intent(classifier: IntentClassifier) -> None:
    """Empty, emoji-only and control-character messages belong to no intent."""
    assert [score.intent for score in classifier.predict(["", "🤷🤷", "\x00\x07"])] == [None] * 3


def test_given_out_of_scope_examples_are_learnt() -> None:
    """A topic near the catalog becomes None once examples of it are given as out of scope."""
    near = [
        "do you sell gift cards",
        "are gift cards available",
        "I'd like to buy a gift card",
        "gift voucher?",
    ]
    taught = IntentClassifier.fit(TEXTS, LABELS, out_of_scope=[*near, *OFF_TOPIC])
    asked = "can I purchase a gift card for a friend"
    assert taught.predict([asked])[0].intent is None
    assert (
        taught.predict([asked])[0].in_scope < IntentClassifier.fit(TEXTS, LABELS).predict([asked])[0].in_scope
    )


def test_scores_are_probabilities(classifier: IntentClassifier) -> None:
    """The ranking is sorted, sums with the chance of no intent to one, and leads to intent and confidence."""
    for score in classifier.predict([*FRESH, *OFF_TOPIC]):
        chances = [chance for _, chance in score.ranked]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(score.in_scope)
        expected = score.ranked[0] if score.intent else (None, pytest.approx(1 - score.in_scope))
        assert (score.intent, score.confidence) == expected
        assert (score.intent is None) == (score.in_scope < classifier.threshold)


def test_scores_are_frozen(classifier: IntentClassifier) -> None:
    """A score cannot be changed after the fact."""
    with pytest.raises(FrozenInstanceError):
        classifier.predict(["refund"])[0].intent = "order_status"  # type: ignore[misc]


def test_same_seed_same_result(classifier: IntentClassifier) -> None:
    """Training twice on the same examples gives exactly the same scores."""
    questions = [*FRESH, *OFF_TOPIC]
    assert IntentClassifier.fit(TEXTS, LABELS).predict(questions) == classifier.predict(questions)


def test_company_does_not_change_a_score(classifier: IntentClassifier) -> None:
    """An utterance is scored alone as it is among others."""
    among = classifier.predict(list(FRESH))[2]
    alone = classifier.predict([list(FRESH)[2]])[0]
    assert (alone.intent, alone.confidence) == (among.intent, pytest.approx(among.confidence, abs=1e-4))


def test_nothing_in_nothing_out(classifier: IntentClassifier) -> None:
    """No texts give no scores."""
    assert classifier.predict([]) == []


def test_a_saved_classifier_predicts_the_same(classifier: IntentClassifier, tmp_path: Path) -> None:
    """What is loaded answers exactly as what was saved, and no partial file is left behind."""
    classifier.save(tmp_path / "deep" / "intents.npz")
    loaded = IntentClassifier.load(tmp_path / "deep" / "intents.npz")
    assert loaded.predict([*FRESH, *OFF_TOPIC]) == classifier.predict([*FRESH, *OFF_TOPIC])
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["intents.npz"]


@pytest.mark.parametrize("kept", [0, 100, 5_000])
def test_a_truncated_file_is_refused(classifier: IntentClassifier, tmp_path: Path, kept: int) -> None:
    """A file that was cut off is refused with its path and what to do."""
    path = tmp_path / "intents.npz"
    classifier.save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(SavedClassifierError, match="train again") as refused:
        IntentClassifier.load(path)
    assert str(path) in str(refused.value)


def test_a_pickle_is_never_executed(tmp_path: Path) -> None:
    """A file that holds pickled objects is refused rather than run."""
    path = tmp_path / "intents.npz"
    names = ("header", "mean", "basis", "support", "weights")
    np.savez(path, **{name: np.asarray([object()], dtype=object) for name in names})
    with pytest.raises(SavedClassifierError, match="train again"):
        IntentClassifier.load(path)


@pytest.mark.parametrize("header", [[], {}, {"format": "hybrid-agent intents 0"}])
def test_a_foreign_file_is_refused(tmp_path: Path, header: object) -> None:
    """A file of another kind or version is refused with what to do."""
    path = tmp_path / "intents.npz"
    arrays = {name: np.zeros((1, 1), dtype=np.float32) for name in ("mean", "basis", "support", "weights")}
    np.savez(path, header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8), **arrays)
    with pytest.raises(SavedClassifierError, match="train again"):
        IntentClassifier.load(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    """Loading what is not there says so, and where."""
    with pytest.raises(SavedClassifierError, match="no saved classifier"):
        IntentClassifier.load(tmp_path / "none.npz")


def test_another_encoder_is_refused(classifier: IntentClassifier, tmp_path: Path) -> None:
    """A classifier is not combined with an encoder whose vectors it was not trained on."""

    class Renamed:
        name = "another"
        dimensions = 384
        encode = staticmethod(default_encoder().encode)

    classifier.save(tmp_path / "intents.npz")
    with pytest.raises(SavedClassifierError, match="another"):
        IntentClassifier.load(tmp_path / "intents.npz", encoder=Renamed())


@pytest.mark.parametrize(
    ("texts", "labels"), [([], []), (["a", "b"], ["one", "one"]), (["a", "b", "c"], ["one", "two"])]
)
def test_examples_that_cannot_train_are_refused(texts: list[str], labels: list[str]) -> None:
    """Too few intents, or texts without labels, are refused by name."""
    with pytest.raises(TrainingError):
        IntentClassifier.fit(texts, labels)


def test_one_example_an_intent_is_enough_to_start() -> None:
    """A catalog in its first minute, one example an intent, already tells them apart."""
    started = IntentClassifier.fit(["where is my parcel", "I want my money back"], ["status", "refund"])
    assert [score.ranked[0][0] for score in started.predict(["track my parcel", "refund me"])] == [
        "status",
        "refund",
    ]


def test_held_out_scores_equal_refitting() -> None:
    """The closed form for held-out rows gives what training without them would give."""
    random = np.random.default_rng(3)
    rows = unit_rows(random.standard_normal((40, 8)).astype(np.float32))
    targets = np.eye(4, dtype=np.float32)[random.integers(0, 4, 40)]
    _, held_out = fit_ridge(rows, targets, 10)
    group = np.asarray([2, 5, 7])
    left = np.delete(np.arange(40), 30 + group)
    refitted, _ = fit_ridge(rows[left], targets[left], 10)
    assert np.allclose(held_out.group(group), refitted.scores(rows[30 + group]), atol=1e-3)
    alone, _ = fit_ridge(rows[:-1], targets[:-1], 10)
    assert np.allclose(held_out.each()[-1], alone.scores(rows[-1:])[0], atol=1e-3)


def test_public_names_are_lazy() -> None:
    """The classifier is importable from the reasoner, and only asking for it loads its module."""
    check = (
        "import sys, hybrid_agent.reasoning as r; name = 'hybrid_agent.reasoning.intents.classifier';"
        "before = name in sys.modules; r.IntentClassifier; print(before, name in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert IntentScore.__module__ == "hybrid_agent.reasoning.intents.score"
