"""The catalog's classifier: trained once for each content of its examples, then loaded."""

import hashlib
import json
import logging
from pathlib import Path

from hybrid_agent.catalog import Catalog
from hybrid_agent.encoding import Encoder
from hybrid_agent.reasoning.intents.classifier import IntentClassifier
from hybrid_agent.reasoning.intents.errors import SavedClassifierError

FORMAT = 1
_log = logging.getLogger(__name__)


def classifier_for(catalog: Catalog, encoder: Encoder, cache: Path) -> IntentClassifier:
    """The classifier of these examples, from `cache` if it is there; a damaged file is trained anew."""
    path = cache / f"intents-{_key(catalog, encoder)}.npz"
    if path.exists():
        try:
            return IntentClassifier.load(path, encoder=encoder)
        except SavedClassifierError as problem:
            _log.warning("the cached classifier cannot be used and is trained again: %s", problem)
    trained = _train(catalog, encoder)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        trained.save(path)
    except OSError as problem:
        _log.warning("the classifier could not be cached in %s: %s", cache, problem)
    return trained


def _train(catalog: Catalog, encoder: Encoder) -> IntentClassifier:
    pairs = [(text, name) for name, intent in catalog.intents.items() for text in intent.examples]
    texts, labels = [text for text, _ in pairs], [name for _, name in pairs]
    return IntentClassifier.fit(texts, labels, catalog.out_of_scope or None, encoder=encoder)


def _key(catalog: Catalog, encoder: Encoder) -> str:
    examples = {name: intent.examples for name, intent in catalog.intents.items()}
    content = json.dumps([FORMAT, encoder.name, examples, catalog.out_of_scope], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:20]
