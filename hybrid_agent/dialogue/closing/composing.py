"""From points to sentences: in the reasoner's words where they pass the guard, else in the standard ones.

Only answers are reworded. What asks for a yes, tells what was done, refuses or passes on is said as the
catalog has it: the customer agrees to exactly those words, and the ledger or the policy stands behind them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import groupby

from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.closing.replying import grounds_of, violations
from hybrid_agent.dialogue.closing.suspecting import kept_back, suspected
from hybrid_agent.dialogue.consulting import worded
from hybrid_agent.dialogue.saying import standard
from hybrid_agent.dialogue.transcript import earlier_texts
from hybrid_agent.guardrails import Verdict, Violation, ground, is_qualified, judge
from hybrid_agent.guardrails.carrying import carried
from hybrid_agent.guardrails.claims import Claim, claims
from hybrid_agent.guardrails.folding import plain_words
from hybrid_agent.guardrails.reading import stems
from hybrid_agent.reasoning.protocol import Brief
from hybrid_agent.state import Event, EventKind, Judged, Point, PointKind, Sentence, State

ASKING = (PointKind.ASK, PointKind.CONFIRM)
"""Beside these nothing is reworded: what stands near a question could be taken for it."""
MOST_POINTS = 2
"""Points that one sentence can say."""
ENOUGH = 0.4
"""The share of the words of an article's sentence that must come back for it to be said."""
Tell = Callable[[Sequence[Sentence]], Awaitable[None]]
"""Takes all that may be said so far, each time that a sentence in the reasoner's words has passed."""


JUDGED = (EventKind.SAID, EventKind.DROPPED)
"""The events of sentences in the reasoner's words."""


def judged_in(events: Iterable[Event]) -> tuple[Judged, ...]:
    """The verdicts that events hold, in their order."""
    return tuple(Judged.model_validate(each.data) for each in events if each.kind in JUDGED)


@dataclass(frozen=True, slots=True)
class Worded:
    """The sentences of a turn, and an event for each verdict on one in the reasoner's words."""

    sentences: list[Sentence] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


async def word(state: State, deployment: Deployment, tell: Tell) -> Worded:
    """The turn's points in words, in their order."""
    placed = list(enumerate(state["points"]))
    done = Worded()
    for is_answer, run in groupby(placed, key=lambda each: each[1].kind is PointKind.ANSWER):
        points = tuple(run)
        if is_answer:
            done = await _in_own_words(points, done, state, deployment, tell)
        else:
            done = _with(done, _standard(points))
    return done


def unanswered(points: Sequence[Point], sentences: Iterable[Sentence]) -> list[Point]:
    """The points without words of their own that no sentence says."""
    said = {place for sentence in sentences for place in sentence.says}
    return [point for place, point in enumerate(points) if not point.text and place not in said]


async def _in_own_words(
    run: Sequence[tuple[int, Point]], done: Worded, state: State, deployment: Deployment, tell: Tell
) -> Worded:
    """A run of answers in the reasoner's words, then what they left out in its standard words."""
    if any(point.kind in ASKING for point in state["points"]) and all(point.text for _, point in run):
        return _with(done, _standard(run))
    points = tuple(point for _, point in run)
    ids = {each for point in points for each in point.evidence}
    brief = Brief(
        points=points,
        evidence=tuple(item for item in state["evidence"] if item.id in ids),
        heard=state["heard"],
        now=deployment.now(),
        earlier=earlier_texts(state),
    )
    hostile = await suspected(brief.evidence, deployment)
    if hostile:
        done.events.append(kept_back(hostile, state, deployment))
        return _with(done, _standard(run))
    passed: list[Sentence] = []
    halved = set[int]()
    silent = False
    async with aclosing(worded(brief, deployment)) as sentences:
        async for sentence in sentences:
            verdict = await _verdict(sentence, points, brief, state, deployment)
            done.events.append(_judged(verdict, state, deployment))
            if not verdict.said:
                halved.update(sentence.says if is_qualified(sentence.text) else ())
                continue
            sentence = verdict.sentence  # noqa: PLW2901
            if not passed:
                silent = bool(violations({**state, "sentences": done.sentences}, deployment.catalog))
            passed.append(sentence)
            if not silent:
                await tell([*done.sentences, *_placed(passed, run)])
    left = [
        each
        for place, each in enumerate(run)
        if place in halved or not _covered(place, points[place], passed, brief)
    ]
    passed = [each for each in passed if not _is_half_a_truth(each, points, halved)]
    return _with(done, [*_placed(passed, run), *_standard(left)])


async def _verdict(
    sentence: Sentence, points: Sequence[Point], brief: Brief, state: State, deployment: Deployment
) -> Verdict:
    if not all(0 <= place < len(points) for place in sentence.says) or len(sentence.says) > MOST_POINTS:
        return Verdict(sentence, (Violation("unknown_point", ""),))
    cited = [points[place] for place in sentence.says]
    offered = Sentence(text="", evidence=tuple(item.id for item in brief.evidence if item.quoted))
    grounds = grounds_of(state, deployment.catalog, [sentence, offered], ground)
    return await asyncio.to_thread(judge, sentence, grounds, cited, deployment.meaning)


def _is_half_a_truth(sentence: Sentence, points: Sequence[Point], halved: Collection[int]) -> bool:
    """Whether it says a point whose condition was dropped and that the catalog has no words for."""
    return any(place in halved and not points[place].text for place in sentence.says)


def _covered(place: int, point: Point, passed: Sequence[Sentence], brief: Brief) -> bool:
    """Whether a point is said: with every claim of its standard words, unless those quote an article."""
    saying = [sentence for sentence in passed if place in sentence.says]
    if not saying or not point.text:
        return bool(saying)
    passages = {item.id for item in brief.evidence if item.quoted}
    if passages.intersection(point.evidence):
        return _is_told_of(point.text, saying)
    told = frozenset[Claim]().union(*(claims(sentence.text) for sentence in saying))
    return all(_is_told(claim, told) for claim in claims(point.text))


def _is_told_of(text: str, saying: Iterable[Sentence]) -> bool:
    """Whether enough of an article's words come back."""
    words = stems(plain_words(text))
    told = frozenset[str]().union(*(stems(plain_words(sentence.text)) for sentence in saying))
    return len(words & told) >= ENOUGH * len(words)


def _is_told(claim: Claim, told: Iterable[Claim]) -> bool:
    """Whether a claim is said, be it in fewer words: a date without its year, a link by its domain."""
    return any(each == claim or carried(each, {claim}, strictly=True) for each in told)


def _placed(passed: Iterable[Sentence], run: Sequence[tuple[int, Point]]) -> list[Sentence]:
    """The sentences with their places in the turn's points in place of those in the run."""
    places = [place for place, _ in run]
    return [
        sentence.model_copy(update={"says": tuple(places[each] for each in sentence.says)})
        for sentence in passed
    ]


def _standard(run: Iterable[tuple[int, Point]]) -> list[Sentence]:
    return [
        sentence.model_copy(update={"says": (place,)})
        for place, point in run
        for sentence in standard([point])
    ]


def _with(done: Worded, sentences: Iterable[Sentence]) -> Worded:
    return replace(done, sentences=[*done.sentences, *sentences])


def _judged(verdict: Verdict, state: State, deployment: Deployment) -> Event:
    """What became of a sentence of the reasoner, and why; its words may be personal."""
    judged = Judged(
        said=verdict.said,
        violations=tuple(each.rule for each in verdict.violations),
        score=None if verdict.score is None else round(verdict.score, 3),
        evidence=verdict.sentence.evidence,
        recited=verdict.recited,
    )
    return Event(
        kind=EventKind.SAID if verdict.said else EventKind.DROPPED,
        at=deployment.clock(),
        turn=state["turn"],
        data=judged.model_dump(mode="json"),
    )
