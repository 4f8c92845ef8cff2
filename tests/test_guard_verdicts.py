"""The verdict on each sentence of a model: said, dropped or cited anew, and recorded without its words."""

import pytest
from graph_kit import Stage
from llm_kit import STATUS, kinds, lines, script, wired

from hybrid_agent.guardrails import ground, is_qualified, judge
from hybrid_agent.settings import Thinking
from hybrid_agent.state import Point, PointKind, Sentence
from hybrid_agent_evals.grounding.scenes import Case, Part, cases

pytest_plugins = ["graph_fixtures"]

TRANSFER = "Your number moves to the new provider within one working day. Moving it is free."
NOTICE = "You can end a monthly contract at any time. It stops at the end of the month."
GROUNDS = {"end": ground(text=NOTICE), "move": ground(text=TRANSFER)}
POINT = Point(kind=PointKind.ANSWER, text="", evidence=tuple(GROUNDS))


def judged(case: Case) -> bool:
    sentence = Sentence(text=case.text, evidence=case.cites, says=(0,))
    verdict = judge(sentence, case.scene.grounds, case.scene.points)
    return verdict.said and not (case.error and verdict.recited)


def test_planted_errors_of_many_trades_are_caught() -> None:
    """Of the errors that the guard was developed on at least 98 in 100 are caught, by words alone."""
    errors = [judged(each) for each in cases() if each.part is Part.DEVELOP and each.error]
    assert len(errors) >= 70 and sum(errors) <= 0.02 * len(errors)


def test_correct_sentences_of_many_trades_pass() -> None:
    """Of the correct sentences beside them at least 80 in 100 pass, by words alone."""
    correct = [judged(each) for each in cases() if each.part is Part.DEVELOP and not each.error]
    assert sum(correct) >= 0.8 * len(correct)


def test_a_sentence_is_cited_where_it_is_carried() -> None:
    """What cites one source and stands in exactly one other is said with that other."""
    said = judge(Sentence(text="Moving your number is free.", evidence=("end",)), GROUNDS, [POINT])
    assert said.said and said.recited and said.sentence.evidence == ("move",)


def test_what_no_source_carries_is_not_cited_anew() -> None:
    """A lie stays one, whatever else is on offer."""
    lie = judge(Sentence(text="Moving your number costs 5 EUR.", evidence=("end",)), GROUNDS, [POINT])
    assert not lie.said and not lie.recited and lie.sentence.evidence == ("end",)


@pytest.mark.parametrize(
    ("evidence", "said", "passes"),
    [
        (
            "Fare: Light; Change: not possible\nFare: Flex; Change: free",
            "A Light fare can be changed.",
            False,
        ),
        ("| Fare | Fee |\n|---|---|\n| Light | 9 EUR |\n| Flex | 5 EUR |", "The Light fee is 9 EUR.", True),
        ("| Fare | Fee |\n|---|---|\n| Light | 9 EUR |\n| Flex | 5 EUR |", "The Light fee is 5 EUR.", False),
        ("Refurbished phones have a warranty of 1 year.", "Phones have a warranty of 1 year.", False),
        ("You may return it until 30 days after delivery.", "You may return it.", False),
        ("The rent is 4 EUR a month.", "The rent is 4 EUR per month.", True),
        ("The rent is 4 EUR a month.", "The rent is 4 EUR a week.", False),
        ("We answer on Tuesdays.", "We answer on Tuesday.", True),
    ],
)
def test_tables_scopes_limits_and_rates_are_kept(evidence: str, said: str, passes: bool) -> None:
    """A row's cell is told of that row, and a scope, a limit or a rate is not lost."""
    grounds = {"e": ground(text=evidence)}
    point = Point(kind=PointKind.ANSWER, text="", evidence=("e",))
    assert judge(Sentence(text=said, evidence=("e",)), grounds, [point]).said is passes


def test_nearness_in_meaning_makes_up_for_a_word() -> None:
    """A good sentence with a word of its own passes where meaning is compared; a changed amount does not."""
    from hybrid_agent.encoding import default_encoder

    grounds = {"e": ground(text="The Green tariff costs 31 cents per kilowatt hour.")}
    point = Point(kind=PointKind.ANSWER, text="", evidence=("e",))
    good = Sentence(text="Electricity on the Green tariff is 31 cents per kilowatt hour.", evidence=("e",))
    bad = good.model_copy(update={"text": good.text.replace("31", "13")})
    assert not judge(good, grounds, [point]).said
    near = judge(good, grounds, [point], default_encoder().encode)
    assert near.said and near.score is not None
    assert not judge(bad, grounds, [point], default_encoder().encode).said


@pytest.mark.parametrize(
    ("text", "is_so"), [("If it is faulty, we pay.", True), ("We pay up to 9 EUR.", True), ("We pay.", False)]
)
def test_what_says_how_far_something_holds_is_known(text: str, is_so: bool) -> None:
    """Conditions and limits qualify a sentence."""
    assert is_qualified(text) is is_so


async def test_each_verdict_is_recorded_without_words(stage: Stage) -> None:
    """What was said and what was dropped are events and part of the turn, with rules and evidence."""
    true, lie = "Order 1002 is on its way with DHL.", "We have refunded €50.00 to you."
    async with wired(stage, Thinking.LLM, script(compose=lines(true, lie))) as told:
        turn = await told.say(STATUS)
    assert [each.said for each in turn.served.judged] == [True, False]
    assert "unsupported_money" in turn.served.judged[1].violations and turn.served.judged[0].evidence
    recorded = [*await kinds(stage, "said"), *await kinds(stage, "dropped")]
    assert len(recorded) == 2 and "refunded" not in str(recorded) and "DHL" not in str(recorded)


async def test_a_dropped_condition_leaves_no_half_truth(stage: Stage) -> None:
    """Where a sentence with a condition is dropped, its point is said in the standard words as well."""
    true, lie = "Order 1002 is on its way with DHL.", "If it is late, you get €50.00."
    async with wired(stage, Thinking.LLM, script(compose=lines(true, lie))) as told:
        turn = await told.say(STATUS)
    assert true in turn.reply.text and "50.00" not in turn.reply.text
    assert "25 November 2026" in turn.reply.text
