"""Presidio as the engine of the redactor: a blank spaCy pipeline, few recognisers, and nothing downloaded."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING

from hybrid_agent.redaction.spans import Spans

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer
    from spacy.language import Language

Analyze = Callable[[str], list[tuple[str, int, int]]]
"""What is personal in a text, as (kind, start, end)."""

LANGUAGE = "en"
"""The one language that the engine is told of: the recognisers go by form, and read any."""
_SURE = 0.4
"""Presidio's score of a weak form with one of its words beside it; what a check digit proves has more."""

_ANYWHERE = {"ip_address": ("IpRecognizer", "MacAddressRecognizer"), "account": ("CryptoRecognizer",)}
_LOW = 32
"""Four parts all below this are the version of a program, for hardly an address has them; except at home."""
_AT_HOME = (10, 127)
_NATIONAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AU": ("AuTfnRecognizer", "AuMedicareRecognizer"),
        "CA": ("CaSinRecognizer",),
        "DE": ("DeTaxIdRecognizer", "DeSocialSecurityRecognizer", "DeIdCardRecognizer"),
        "ES": ("EsNifRecognizer", "EsNieRecognizer"),
        "FI": ("FiPersonalIdentityCodeRecognizer",),
        "GB": ("NhsRecognizer", "UkNinoRecognizer"),
        "IN": ("InAadhaarRecognizer", "InPanRecognizer"),
        "IT": ("ItFiscalCodeRecognizer",),
        "KR": ("KrRrnRecognizer",),
        "PL": ("PlPeselRecognizer",),
        "SE": ("SePersonnummerRecognizer",),
        "SG": ("SgFinRecognizer",),
        "TH": ("ThTninRecognizer",),
        "TR": ("TrNationalIdRecognizer",),
        "US": ("UsItinRecognizer",),
        "ZA": ("ZaIdNumberRecognizer",),
    }
)
"""Presidio's recognisers of the numbers that a country gives its people."""
_EVERYWHERE = ("UsSsnRecognizer",)


def analyzer(recognisers: Sequence[tuple[str, Spans]], country: str) -> Analyze:
    """Presidio with our recognisers and, of its own, those for this country (ISO 3166 alpha-2) and for any.

    The first one in a process takes about a second and 100 MB.
    """
    import spacy
    from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]

    language, one_at_a_time = spacy.blank(LANGUAGE), Lock()
    # Split at white space only: rules for prefixes and suffixes take quadratic time on a run of brackets.
    language.tokenizer = Tokenizer(language.vocab)
    engine, kinds = _engine(recognisers, country, language)

    def analyze(text: str) -> list[tuple[str, int, int]]:
        # Without a zone the vocabulary would keep every word that it ever saw, names and passwords too.
        with one_at_a_time, language.memory_zone():
            found = engine.analyze(text, LANGUAGE, score_threshold=_SURE)
        return [(kinds[each.entity_type], each.start, each.end) for each in found]

    return analyze


def _engine(
    recognisers: Sequence[tuple[str, Spans]], country: str, language: "Language"
) -> "tuple[AnalyzerEngine, Mapping[str, str]]":
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    # Its log would tell what was found and where.
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    own = [_recogniser(kind, spans) for kind, spans in recognisers]
    theirs = [(kind, _theirs(name)) for kind, name in _named(country)]
    kinds = {kind: kind for kind, _ in recognisers}
    kinds |= {entity: kind for kind, each in theirs for entity in each.supported_entities}
    registry = RecognizerRegistry([*own, *(each for _, each in theirs)], supported_languages=[LANGUAGE])
    pipeline = SpacyNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": "blank"}])
    pipeline.nlp = {LANGUAGE: language}  # type: ignore[assignment]
    return AnalyzerEngine(registry, pipeline, supported_languages=[LANGUAGE]), kinds


def _named(country: str) -> Iterable[tuple[str, str]]:
    yield from ((kind, name) for kind, names in _ANYWHERE.items() for name in names)
    yield from (("national_id", name) for name in (*_EVERYWHERE, *_NATIONAL.get(country, ())))


def _theirs(name: str) -> "EntityRecognizer":
    from presidio_analyzer import predefined_recognizers

    if name == "IpRecognizer":
        return _addresses()
    found: EntityRecognizer = getattr(predefined_recognizers, name)(supported_language=LANGUAGE)
    return found


def _addresses() -> "EntityRecognizer":
    from presidio_analyzer.predefined_recognizers import IpRecognizer

    class Addresses(IpRecognizer):
        """Presidio's, without the versions of programs."""

        def invalidate_result(self, pattern_text: str) -> bool:
            parts = [int(each) for each in pattern_text.split(".") if each.isdigit()]
            version = len(parts) == 4 and max(parts) < _LOW and parts[0] not in _AT_HOME
            return version or bool(super().invalidate_result(pattern_text))

    return Addresses(supported_language=LANGUAGE)


def _recogniser(kind: str, spans: Spans) -> "EntityRecognizer":
    from presidio_analyzer import LocalRecognizer, RecognizerResult

    class OfOurs(LocalRecognizer):
        """One of our recognisers, as Presidio runs them."""

        def load(self) -> None:
            """Nothing is loaded."""

        def analyze(
            self, text: str, entities: object, nlp_artifacts: object = None
        ) -> list[RecognizerResult]:
            return [RecognizerResult(kind, start, end, 1.0) for start, end in spans(text) if start < end]

    return OfOurs(supported_entities=[kind], name=kind, supported_language=LANGUAGE)
