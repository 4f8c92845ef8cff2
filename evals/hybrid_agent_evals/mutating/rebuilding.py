"""A deployment with another catalog: what is made of the catalog is made anew, all else is shared."""

from collections.abc import Sequence
from dataclasses import replace

from hybrid_agent import Deployment
from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.load import phrases_of
from hybrid_agent.knowledge import Knowledge, Passage, PassageKind
from hybrid_agent.knowledge.declared import policy_passages
from hybrid_agent.knowledge.shelves import shelve
from hybrid_agent.reasoning.backed import Backed
from hybrid_agent.reasoning.cascade import Cascade
from hybrid_agent.reasoning.intents.classifier import IntentClassifier
from hybrid_agent.reasoning.local import LocalReasoner
from hybrid_agent.reasoning.protocol import Reasoner
from hybrid_agent.settings import Thinking
from hybrid_agent.slots.personal import id_recogniser
from hybrid_agent.thinking import thinking_with


def with_catalog(deployment: Deployment, catalog: Catalog) -> Deployment:
    """The deployment as its file would give it with this catalog. Trains where examples differ."""
    local = _local(deployment.reasoner)
    reasoner = LocalReasoner(catalog, _classifier(deployment, local, catalog))
    made = replace(
        deployment,
        catalog=catalog,
        phrases=phrases_of(catalog),
        reasoner=reasoner,
        knowledge=_knowledge(deployment, catalog),
        redactor=replace(
            deployment.redactor,
            ids=tuple(id_recogniser(slot.pattern) for slot in catalog.slots.values() if slot.pattern),
        ),
    )
    if deployment.model is None:
        return made
    plain = replace(made, model=None)
    if isinstance(deployment.reasoner, Cascade):
        return thinking_with(plain, deployment.model, Thinking.CASCADE)
    return thinking_with(plain, deployment.model, Thinking.LLM)


def with_passages(knowledge: Knowledge, passages: Sequence[Passage]) -> Knowledge:
    """The help centre with these passages in the place of its own: the same texts, other facts about them."""
    index = replace(knowledge.index, passages=tuple(passages))
    return replace(knowledge, index=index, shelves=shelve(index.passages))


def _local(reasoner: Reasoner) -> LocalReasoner:
    if isinstance(reasoner, Cascade):
        return _local(reasoner.local)
    if isinstance(reasoner, Backed):
        return _local(reasoner.second)
    if isinstance(reasoner, LocalReasoner):
        return reasoner
    raise TypeError(f"a {type(reasoner).__name__} has no local reasoner behind it")


def _classifier(deployment: Deployment, local: LocalReasoner, catalog: Catalog) -> IntentClassifier:
    old = deployment.catalog
    if _taught(old) == _taught(catalog):
        return local.classifier
    pairs = [(text, name) for name, intent in catalog.intents.items() for text in intent.examples]
    return local.classifier.fit(
        [text for text, _ in pairs],
        [name for _, name in pairs],
        catalog.out_of_scope or None,
        encoder=deployment.knowledge.encoder if deployment.knowledge else None,
    )


def _taught(catalog: Catalog) -> object:
    return {name: each.examples for name, each in catalog.intents.items()}, catalog.out_of_scope


def _knowledge(deployment: Deployment, catalog: Catalog) -> Knowledge | None:
    usual = deployment.knowledge
    if usual is None or catalog.policies == deployment.catalog.policies:
        return usual
    return _with_policies(usual, policy_passages(catalog.policies, catalog.language))


def _with_policies(knowledge: Knowledge, policies: Sequence[Passage]) -> Knowledge:
    """Encoded anew where a policy's words are others; the articles' vectors stay."""
    import numpy as np

    from hybrid_agent.knowledge.indexing.dense import flat
    from hybrid_agent.knowledge.indexing.lexical import build_words
    from hybrid_agent.knowledge.texts import encoded_text, searched_text

    own = knowledge.index
    articles = [each for each in own.passages if each.kind is not PassageKind.POLICY]
    passages = (*articles, *policies)
    texts = [encoded_text(each) for each in passages]
    if texts == [encoded_text(each) for each in own.passages]:
        return with_passages(knowledge, passages)
    vectors = np.stack([knowledge.vectors.of([text])[0] for text in texts])
    words = build_words([searched_text(each) for each in passages])
    index = replace(own, passages=passages, dense=flat(vectors), words=words)
    return replace(knowledge, index=index, shelves=shelve(passages))
