"""Weakening what a deployment is made of beside its catalog: parts switched off, or laxer ones.

Only what the author of a deployment could do as well: by its file, by the front matter of its articles, or by
giving `Deployment` another part. Checks in the code that no part can take away have tests of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from hybrid_agent import Deployment
from hybrid_agent.catalog import Catalog
from hybrid_agent.knowledge import Knowledge, Passage
from hybrid_agent_evals.mutating.rebuilding import with_passages
from hybrid_agent_evals.worlds.world import Tools
from hybrid_agent_tools import ReadRetries, Toolbox


@dataclass(frozen=True, slots=True)
class Swap:
    """Another part of a deployment. `tools` makes the toolbox of its worlds, None as ever."""

    kind: str
    field: str
    says: str
    apply: Callable[[Deployment], Deployment]
    catch: str = ""
    weakens: bool = True
    words: tuple[str, ...] = ()
    tools: Tools | None = None


def swaps(deployment: Deployment) -> Iterator[Swap]:
    """What can be swapped in this deployment."""
    yield from _checks(deployment)
    if deployment.knowledge is not None:
        yield from _knowledge(deployment.knowledge, deployment.catalog)
    yield from _systems()
    yield from _harmless()


def _checks(deployment: Deployment) -> Iterator[Swap]:
    if deployment.screen is not None:
        yield Swap(
            "a check switched off",
            "screen",
            "messages are not screened for attacks and other languages",
            lambda each: replace(each, screen=None),
            "someone tells the bot to ignore its rules, and is turned down",
            words=("attack", "hostile", "injection", "screen"),
        )
    if deployment.redactor.recognisers:
        yield Swap(
            "a check switched off",
            "redactor",
            "the country's own forms of personal data are not recognised",
            lambda each: replace(each, redactor=replace(each.redactor, recognisers=())),
            "someone writes such data, such as a postcode, and staff without the role do not see it",
            words=("redact", "masked", "personal", "leak"),
        )
    if deployment.meaning is not None and deployment.model is not None:
        yield Swap(
            "a check switched off",
            "meaning",
            "sentences are not held to their sources by meaning",
            lambda each: replace(each, meaning=None),
            "a question whose true answer is worded otherwise than its article",
            words=("grounded", "citation"),
        )


def _knowledge(knowledge: Knowledge, catalog: Catalog) -> Iterator[Swap]:
    yield _known(
        "knowledge removed",
        "there is no help centre",
        lambda each: None,
        "any question to the help centre, with the title that is cited",
    )
    no_answer = "a question that no article answers, but which has words of one"
    for name, value, says, catches in (
        ("answer_from", 0.0, "whatever is found is said, however unlikely it answers", no_answer),
        (
            "near_from",
            1.0,
            "it is never asked what is meant",
            "a question of which only the topic is clear, with `asks: topic`",
        ),
    ):
        yield _known(
            "a threshold lowered",
            says,
            _judging(name, value),
            catches,
        )
    for name, opened, says in _opened(knowledge.passages, catalog):
        yield _known(
            "an audience widened" if name == "audience" else "validity widened",
            says,
            _opening(name, opened),
            f"a customer asks for what only articles say that the {name} keeps back",
        )
    if any(each.url for each in knowledge.passages):
        yield _known(
            "a citation rule dropped",
            "articles are cited without their links",
            _opening("url", ""),
            "a question to the help centre with the link of its source",
        )


def _systems() -> Iterator[Swap]:
    yield Swap(
        "robustness dropped",
        "toolbox",
        "a system that fails for a moment is not asked again",
        lambda each: each,
        "an intent while its read fails just once: it is served",
        words=("fault", "rate_limited"),
        tools=lambda systems: Toolbox(systems, retries=ReadRetries(attempts=1)),
    )


def _harmless() -> Iterator[Swap]:
    for field, says, change in (
        ("name", "another name in the logs", lambda each: replace(each, name=f"{each.name} 2")),
        ("worker", "another name in the ledger", lambda each: replace(each, worker="another")),
        ("patience", "twice the patience", lambda each: replace(each, patience=each.patience * 2)),
        ("lease", "a longer lease", lambda each: replace(each, lease=each.lease + timedelta(seconds=1))),
    ):
        yield Swap("a part renamed", field, says, change, weakens=False)


def _known(kind: str, says: str, change: Callable[[Knowledge], Knowledge | None], catch: str) -> Swap:
    def apply(deployment: Deployment) -> Deployment:
        usual = deployment.knowledge
        return replace(deployment, knowledge=None if usual is None else change(usual))

    return Swap(kind, "knowledge", says, apply, catch, words=("help_centre", "knowledge", "cites"))


def _judging(name: str, value: float) -> Callable[[Knowledge], Knowledge]:
    def change(knowledge: Knowledge) -> Knowledge:
        return replace(knowledge, answerability=knowledge.answerability.model_copy(update={name: value}))

    return change


def _opening(name: str, opened: object) -> Callable[[Knowledge], Knowledge]:
    def change(knowledge: Knowledge) -> Knowledge:
        passages = (each.model_copy(update={name: opened}) for each in knowledge.passages)
        return with_passages(knowledge, tuple(passages))

    return change


def _opened(passages: tuple[Passage, ...], catalog: Catalog) -> Iterator[tuple[str, object, str]]:
    """What keeps a passage from customers, and the value that does not; a product, where facts name one."""
    open_values: dict[str, str | None] = {"audience": "customer", "valid_from": None, "valid_until": None}
    if any(each.knowledge and each.knowledge.product for each in catalog.intents.values()):
        open_values["product"] = None
    for name, opened in open_values.items():
        if any(getattr(each, name) != opened for each in passages):
            yield name, opened, f"customers are told what the {name} of articles keeps back"


COVERED: Mapping[str, str] = MappingProxyType(
    {
        "catalog": "its fields have operators",
        "phrases": "made of the catalog's",
        "toolbox": "swapped here; that records are the customer's own is checked in its code",
        "knowledge": "swapped here",
        "screen": "swapped here",
        "redactor": "swapped here",
        "meaning": "swapped here where a language model words replies",
        "reasoner": "how well it understands is measured by `bench intents`; its gates are thresholds",
        "records": "they hold what was decided; every part that could be swapped holds the same",
        "name": "a control changes it",
        "worker": "a control changes it",
        "patience": "a control changes it",
        "lease": "a control changes it; it counts after a crash alone",
        "service": "within which times people do their part; it counts in sweeps, not in what is served",
        "clock": "every case has its own",
        "budget": "it limits what a language model costs, not what is served",
        "prompts": "they word what a model is asked; what it may do is not theirs",
        "calibration": "measured by `bench confidence`",
        "model": "compared with `--baseline`",
        "close": "after the last message",
    }
)
"""Every part of a deployment, and where it is weakened or why it is not."""
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "name": "name",
        "catalog": "catalog",
        "knowledge": "knowledge",
        "systems": "toolbox",
        "records": "records",
        "model": "model",
        "reasoner": "reasoner",
        "prompts": "prompts",
        "calibration": "calibration",
        "answerability": "knowledge",
        "encoder": "reasoner",
        "index": "knowledge",
        "reranker": "knowledge",
        "cache": "reasoner",
        "lease": "lease",
        "redaction": "redactor",
        "service": "service",
    }
)
"""Every key of a deployment file, and the part that it becomes."""
