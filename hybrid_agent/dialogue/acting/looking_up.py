"""What the help centre says to a request: points with the passages under them, a question, or a person."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from hybrid_agent.catalog import Intent, KnowledgeUse
from hybrid_agent.catalog.models import Scope as Use
from hybrid_agent.catalog.paths import look_up as value_at
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.asking import asked
from hybrid_agent.dialogue.facts import OFFERED, Facts
from hybrid_agent.dialogue.reasons import CONFLICT
from hybrid_agent.dialogue.saying import choices, say
from hybrid_agent.dialogue.steps import Stepped
from hybrid_agent.guardrails import plain_text
from hybrid_agent.knowledge import Answer, AnswerSentence, Conflict, Passage, PassageKind, Scope, Topic
from hybrid_agent.state import (
    Escalation,
    Evidence,
    EvidenceKind,
    Phase,
    Point,
    PointKind,
    Question,
    QuestionKind,
    Request,
    State,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found: points and the passages under them, or why there are none.

    `topics` are what may be meant where nothing answers, `conflict` is where articles contradict each other,
    `failed` says that nobody could look.
    """

    points: tuple[Point, ...] = ()
    passages: list[Evidence] = field(default_factory=list)
    topics: tuple[Topic, ...] = ()
    conflict: Conflict | None = None
    failed: bool = False


async def look_up(request: Request, intent: Intent | None, facts: Facts, deployment: Deployment) -> Looked:
    """What the articles and policies say that count for the intent; all of them where there is none.

    All of them also where those have no answer and the intent is not sure: it may be another one.
    """
    use = intent.knowledge if intent else None
    if intent is not None and use is None:
        return Looked()
    scope = _scope(request, use, facts, deployment)
    found = await _asked_of(deployment, request, scope)
    if found is None:
        return Looked(failed=deployment.knowledge is not None)
    if use is not None and use.use is KnowledgeUse.FURTHER:
        return _further(_passages(request, found, deployment), deployment)
    if not found.answerable and scope.tags and request.confidence < deployment.catalog.thresholds.act:
        found = await _asked_of(deployment, request, replace(scope, tags=())) or found
    passages = _passages(request, found, deployment)
    points = tuple(_quoted(request, sentence) for sentence in found.sentences) if found.answerable else ()
    return Looked(points, passages, () if points else found.topics, found.conflict)


async def _asked_of(deployment: Deployment, request: Request, scope: Scope) -> Answer | None:
    """The help centre's answer, off the event loop; None where there is none, or it cannot be searched."""
    if deployment.knowledge is None:
        return None
    try:
        return await asyncio.to_thread(deployment.knowledge.answers, request.text, scope)
    except Exception as error:  # a vector store or reranker of the deployment's own may raise anything
        _log.warning("the help centre cannot be searched: %s", type(error).__name__)
        return None


def _scope(request: Request, use: Use | None, facts: Facts, deployment: Deployment) -> Scope:
    return Scope(
        on=deployment.today(),
        locale=deployment.catalog.language,
        tags=use.tags if use and not request.topic else (),
        articles=_titled(request.topic, deployment) if request.topic else (),
        products=_products(use.product, facts.scope) if use and use.product else None,
    )


def _titled(title: str, deployment: Deployment) -> frozenset[str]:
    """The articles with this title, and the policies that are declared under it."""
    passages = deployment.knowledge.passages if deployment.knowledge else ()
    return frozenset(passage.article for passage in passages if passage.title == title)


def _products(path: str, facts: Mapping[str, JsonValue]) -> tuple[str, ...] | None:
    """The products that the facts name; None where they name none, so that nothing is left out."""
    value = value_at(facts, path)
    named = value if isinstance(value, list) else [value]
    return tuple(str(each) for each in named if each not in (None, "")) or None


def _further(passages: list[Evidence], deployment: Deployment) -> Looked:
    """Where to read more: the best passage that has a link."""
    best = [item for item in passages if item.url][:1]
    ids = tuple(item.id for item in best)
    text = deployment.phrases["read_more"]
    return Looked(tuple(say(PointKind.NOTICE, text, evidence=ids, title=item.title) for item in best), best)


def _quoted(request: Request, sentence: AnswerSentence) -> Point:
    return Point(
        kind=PointKind.ANSWER, text=plain_text(sentence.text), evidence=(_id(request, sentence.passage),)
    )


def _passages(request: Request, found: Answer, deployment: Deployment) -> list[Evidence]:
    """The passages that say it, or all that were looked at if nothing is said, contradicting ones first."""
    scores = {hit.passage.id: hit.score for hit in found.hits}
    sides = (found.conflict.one, found.conflict.other) if found.conflict else ()
    looked_at = {each.id: each for each in (*(s.passage for s in sides), *(h.passage for h in found.hits))}
    used = {sentence.passage.id: sentence.passage for sentence in found.sentences}
    return [
        Evidence(
            id=_id(request, passage),
            request_id=request.id,
            kind=EvidenceKind.POLICY if passage.kind is PassageKind.POLICY else EvidenceKind.PASSAGE,
            name=passage.article,
            source=passage.source,
            at=deployment.clock(),
            title=" > ".join((passage.title, *passage.section)),
            url=passage.url or None,
            text=passage.text,
            score=scores.get(passage.id),
        )
        for passage in (used or looked_at).values()
    ]


def _id(request: Request, passage: Passage) -> str:
    return f"{request.id}.{passage.id}"


def undecided(request: Request, looked: Looked, state: State, deployment: Deployment) -> Stepped | None:
    """What is done where nothing is said: contradictions go to a person, what is near is asked about once."""
    if looked.conflict is not None:
        return _contradicted(request, looked, looked.conflict, deployment)
    if looked.topics and not request.clarified:
        return _which(request, looked.topics, state, deployment)
    return None


def _contradicted(request: Request, looked: Looked, conflict: Conflict, deployment: Deployment) -> Stepped:
    """A person decides between two statements, and gets both."""
    sides = "; ".join(f"{side.passage.title}: {side.text!r}" for side in (conflict.one, conflict.other))
    escalation = Escalation(reasons=(CONFLICT,), detail=f"{sides} ({conflict.about})")
    point = say(PointKind.NOTICE, deployment.phrases["contradictory"])
    return Stepped(request, points=(point,), evidence=looked.passages, escalation=escalation)


def _which(request: Request, topics: tuple[Topic, ...], state: State, deployment: Deployment) -> Stepped:
    """The question which article is meant; the request waits for it."""
    options = {topic.title: topic.title for topic in topics}
    question = Question(kind=QuestionKind.TOPIC, request_id=request.id, options=options)
    text = deployment.phrases["which_topic"]
    return Stepped(
        request.model_copy(update={"phase": Phase.ASKING}),
        question=question,
        points=(say(PointKind.ASK, text, evidence=(OFFERED,), options=choices(options)),),
        events=(asked(question, request, state["turn"], deployment.clock()),),
        misunderstood=state.get("misunderstood", 0),
    )
