"""The intent catalog: what the lint finds in it, and that the ones we ship are sound."""

import json
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

import hybrid_agent
from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.durations import read_duration, write_duration
from hybrid_agent.catalog.findings import Finding
from hybrid_agent.catalog.fitting import fitted
from hybrid_agent.catalog.lint import lint
from hybrid_agent.catalog.load import catalog_schema, load_catalog, phrases_of, standard_phrases
from hybrid_agent.catalog.phrasing import places
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_tools import all_operations

SAMPLE = Path(hybrid_agent.__file__).parent / "sample"
SHIPPED = [SAMPLE / "catalog.yaml", SAMPLE / "starter" / "catalog.yaml"]
TAGS = {"shipping", "returns"}
GOOD = """
version: 1
business: {name: Shop, why: Asked for in the chat.}
slots:
  order_number:
    {kind: id, title: order number, ask: 'Which order?', pattern: '\\d{4}',
     known_from: {read: {operation: orders.find}, field: number, when: {is_open: true}, offer: "{number}"}}
  reason: {kind: choice, title: reason, ask: 'Why?', choices: {damaged: [broken], other: []}}
  day: {kind: date, title: day, ask: 'When?'}
  time:
    {kind: choice, title: time, ask: 'Which time?',
     known_from: {read: {operation: calendar.slots, arguments: {after: slot.day}}, field: slot_id}}
intents:
  refund:
    title: a refund
    autonomy: confirm
    slots: [order_number, reason]
    candidates: {order_number: {status: delivered}}
    reads:
      quote: {operation: orders.quote_refund, arguments: {order_number: slot.order_number}}
      track: {operation: orders.track, arguments: {order_number: slot.order_number}, required: false}
    action:
      operation: orders.refund
      arguments: {order_number: quote.order_number, amount: quote.refundable, reason: slot.reason}
      summary: "refund {argument.amount}"
      allow: [{when: {quote.refundable.amount: {above: 0}}, otherwise: Nothing is left.}]
      approval: {by: [{role: agent, when: {argument.amount.amount: {at_most: 150}}}]}
      done: "{result.amount} is on its way."
  book:
    title: an appointment
    slots: [day, time]
    action: {operation: calendar.book, arguments: {slot_id: slot.time}, summary: book it, done: Booked.}
  policy:
    title: the rules
    sign_in: false
    knowledge: {tags: [returns]}
"""


def catalog(changes: dict[str, Any] | None = None) -> Catalog:
    """The good catalog with the values at these dotted paths replaced, or removed by None."""
    data = deepcopy(yaml.safe_load(GOOD))
    for name, intent in data["intents"].items():
        intent["examples"] = [f"{name} example number {n}" for n in range(15)]
    data["out_of_scope"] = [f"something else {n}" for n in range(15)]
    for path, value in (changes or {}).items():
        *way, last = path.split("/")
        place = data
        for step in way:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value
    return Catalog.model_validate(data)


def findings(changes: dict[str, Any] | None = None) -> list[Finding]:
    return lint(catalog(changes), all_operations(), TAGS)


def test_a_sound_catalog_has_no_finding() -> None:
    """The lint is silent where nothing is wrong."""
    assert findings() == []


REFUND, ACTION = "intents/refund", "intents/refund/action"
KNOWN = "slots/order_number/known_from"
BROKEN: list[tuple[dict[str, Any], str, str, str]] = [
    ({"timezone": "Mars/Olympus"}, "error", "timezone", "not a time zone"),
    (
        {
            f"{REFUND}/reads/order": {
                "operation": "orders.get",
                "arguments": {"order_number": "slot.order_number"},
            },
            f"{ACTION}/allow": [{"when": {"order.status": ["delivered", "delivred"]}, "otherwise": "No."}],
        },
        "error",
        "intents.refund.action.allow.0",
        "order.status is never 'delivred'",
    ),
    (
        {f"{ACTION}/done": "{result.amount|wordz} is on its way."},
        "error",
        "intents.refund.action.done",
        "no form |wordz; known: time, words",
    ),
    ({"country": "XX"}, "error", "country", "no country's code"),
    ({"phrases": {"goodby": "Bye"}}, "error", "phrases.goodby", "no phrase of this name"),
    ({"thresholds": {"understand": 0.9, "act": 0.5}}, "error", "thresholds", "act is below understand"),
    ({"slots/extra": {"kind": "text", "title": "x", "ask": "x"}}, "warning", "slots.extra", "no intent uses"),
    ({"slots/order_number/pattern": None}, "error", "slots.order_number", "needs a pattern"),
    ({"slots/order_number/pattern": "(a+"}, "error", "slots.order_number.pattern", ""),
    ({"slots/reason/choices": {}}, "error", "slots.reason", "needs choices or known_from"),
    (
        {f"{KNOWN}/read/operation": "orders.fnid"},
        "error",
        "slots.order_number.known_from.read",
        "no operation",
    ),
    ({f"{KNOWN}/field": "nummer"}, "error", "slots.order_number.known_from.field", "gives no 'nummer'"),
    ({f"{KNOWN}/when": {"open": True}}, "error", "slots.order_number.known_from.when", "gives no 'open'"),
    ({f"{KNOWN}/offer": "{titel}"}, "error", "slots.order_number.known_from.offer", "gives no 'titel'"),
    ({"intents/book/slots": ["time", "day"]}, "error", "intents.book.slots", "must stand before it"),
    ({f"{REFUND}/slots": ["order_number", "why"]}, "error", "intents.refund.slots", "there is no slot 'why'"),
    (
        {f"{REFUND}/candidates": {"reason": {"a": 1}}},
        "error",
        "intents.refund.candidates.reason",
        "known_from",
    ),
    (
        {f"{REFUND}/candidates": {"order_number": {"stauts": "x"}}},
        "error",
        "intents.refund.candidates.order_number",
        "gives no 'stauts'",
    ),
    (
        {f"{REFUND}/reads/quote/operation": "orders.quote"},
        "error",
        "intents.refund.reads.quote",
        "no operation",
    ),
    ({f"{REFUND}/reads/quote/operation": "orders.cancel"}, "error", "intents.refund.reads.quote", "writes"),
    ({f"{REFUND}/reads/quote/arguments": {}}, "error", "intents.refund.reads.quote.arguments", "needs"),
    (
        {f"{REFUND}/reads/quote/arguments/colour": "slot.reason"},
        "error",
        "intents.refund.reads.quote.arguments",
        "takes no 'colour'",
    ),
    (
        {f"{REFUND}/reads/quote/arguments/order_number": "slot.order"},
        "error",
        "intents.refund.reads.quote",
        "'slot.order' is not given",
    ),
    (
        {"intents/policy/knowledge": {"tags": ["retruns"]}},
        "error",
        "intents.policy.knowledge.tags",
        "no article",
    ),
    ({"intents/policy/knowledge": None}, "error", "intents.policy", "nothing is said"),
    ({f"{REFUND}/autonomy": "auto"}, "error", "intents.refund.action", "autonomy is auto"),
    ({f"{ACTION}/approval": None}, "error", "intents.refund.action.approval", "which roles may approve"),
    ({"intents/book/autonomy": "draft"}, "error", "intents.book.action.approval", "autonomy is draft"),
    ({f"{ACTION}/risk": "low"}, "error", "intents.refund.action.risk", "only raise"),
    ({f"{ACTION}/operation": "orders.refnd"}, "error", "intents.refund.action", "no operation"),
    ({f"{ACTION}/operation": "orders.get"}, "error", "intents.refund.action", "only reads"),
    ({f"{ACTION}/arguments/amount": None}, "error", "intents.refund.action.arguments", "needs 'amount'"),
    (
        {f"{ACTION}/arguments/amount": "quote.refundabel"},
        "error",
        "intents.refund.action.arguments.amount",
        "not given by a slot or a fact",
    ),
    (
        {f"{ACTION}/arguments/amount": "slot.reason"},
        "error",
        "intents.refund.action.arguments.amount",
        "cannot be given here",
    ),
    (
        {f"{ACTION}/arguments/amount": "business.why"},
        "error",
        "intents.refund.action.arguments.amount",
        "cannot be given here",
    ),
    (
        {f"{ACTION}/arguments/amount": "quote.order_number"},
        "error",
        "intents.refund.action.arguments.amount",
        "of type str; the argument takes Money",
    ),
    (
        {f"{ACTION}/arguments/reason": "quote.lines[].title"},
        "error",
        "intents.refund.action.arguments.reason",
        "a list of values",
    ),
    ({f"{ACTION}/summary": "pay {argument.sum}"}, "error", "intents.refund.action.summary", "'argument.sum'"),
    ({f"{ACTION}/done": "{result.sum} paid"}, "error", "intents.refund.action.done", "'result.sum'"),
    ({f"{ACTION}/done": "Paid: {result.reason}"}, "warning", "intents.refund.action.done", "may be missing"),
    (
        {f"{ACTION}/allow": [{"when": {"quote.sum": 1}, "otherwise": "No."}]},
        "error",
        "intents.refund.action.allow.0",
        "'quote.sum'",
    ),
    (
        {f"{ACTION}/approval": {"by": [{"role": "agent", "when": {"argument.sum": 1}}]}},
        "error",
        "intents.refund.action.approval.by.0",
        "'argument.sum'",
    ),
    ({f"{REFUND}/sign_in": False}, "error", "intents.refund.action", "about a customer"),
    (
        {f"{REFUND}/escalate": [{"when": {"qoute.total": 1}, "reason": "x"}]},
        "error",
        "intents.refund.escalate.0",
        "",
    ),
    (
        {f"{REFUND}/answers": [{"say": "With {track.carrier}."}]},
        "warning",
        "intents.refund.answers.0.say",
        "may be missing",
    ),
    (
        {f"{REFUND}/answers": [{"say": "Order {track.order_number}."}]},
        "warning",
        "intents.refund.answers.0.say",
        "when: {track: {present: true}}",
    ),
    (
        {f"{REFUND}/answers": [{"when": {"quote.total.currency": "EUR"}, "say": "Euro."}]},
        "warning",
        "intents.refund.answers",
        "end with one without",
    ),
    ({f"{REFUND}/examples": ["one", "two"]}, "error", "intents.refund.examples", "2 examples are too few"),
    ({f"{REFUND}/examples": list("abcdef")}, "warning", "intents.refund.examples", "varied ones"),
    (
        {f"{REFUND}/examples": [*map(str, range(15)), "Book  example number 3!"]},
        "error",
        "intents.book.examples",
        "contradict",
    ),
    (
        {f"{REFUND}/examples": [*map(str, range(15)), "7?"]},
        "warning",
        "intents.refund.examples",
        "stands twice",
    ),
    ({"out_of_scope": []}, "warning", "out_of_scope", "0 examples"),
    (
        {"out_of_scope": ["Refund example number 1", *map(str, range(15))]},
        "error",
        "out_of_scope",
        "contradict",
    ),
]


@pytest.mark.parametrize(("changes", "level", "where", "message"), BROKEN)
def test_the_lint_finds_what_is_broken(changes: dict[str, Any], level: str, where: str, message: str) -> None:
    """Each mistake is told with its place and in words that say what to do."""
    found = findings(changes)
    assert any(f.level == level and f.where == where and message in f.message for f in found), found


def test_a_guarded_value_may_be_said() -> None:
    """An answer that asks for the value first is sound."""
    guarded = {"when": {"track.carrier": {"present": True}}, "say": "{track.carrier}, {track.order_number}"}
    assert findings({f"{REFUND}/answers": [guarded, {"say": "Somehow."}]}) == []


def test_errors_come_first() -> None:
    """What is unsafe stands above what could be better."""
    found = findings({f"{REFUND}/autonomy": "auto", "out_of_scope": []})
    assert [finding.level for finding in found] == ["error", "warning"]


def test_an_unknown_key_is_told_with_its_line(tmp_path: Path) -> None:
    """A catalog with a misspelt key is not loaded without it."""
    path = tmp_path / "catalog.yaml"
    path.write_text("version: 1\nintents:\n  a:\n    titel: x\n    examples: [x]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"catalog\.yaml:4: intents\.a\.titel: is not a known key"):
        load_catalog(path)


@pytest.mark.parametrize("name", ["slot", "argument", "result", "business", "policy"])
def test_reserved_names_stay_reserved(name: str) -> None:
    """A read cannot take the name under which arguments or slots are looked up."""
    with pytest.raises(ValidationError, match="reserved"):
        catalog({f"{REFUND}/reads": {name: {"operation": "customers.profile"}}})


@pytest.mark.parametrize("path", SHIPPED, ids=["sample", "starter"])
def test_the_catalogs_we_ship_have_no_finding(path: Path) -> None:
    """The sample and the starter pass their own check."""
    assert lint(load_catalog(path), all_operations(), tags_beside(path)) == []


@pytest.mark.parametrize("path", SHIPPED, ids=["sample", "starter"])
def test_the_intents_we_ship_can_be_told_apart(path: Path) -> None:
    """No intent of the sample or the starter lies among the examples of another."""
    pytest.importorskip("onnxruntime", reason="needs the extra: pip install 'hybrid-agent[local]'")
    from hybrid_agent.catalog.overlap import overlaps
    from hybrid_agent.encoding import default_encoder

    assert overlaps(load_catalog(path), default_encoder()) == []


def test_intents_that_overlap_are_named() -> None:
    """An intent that lies among another's examples is told, with those that stray; one apart is not."""
    pytest.importorskip("onnxruntime", reason="needs the extra: pip install 'hybrid-agent[local]'")
    from hybrid_agent.catalog.overlap import overlaps
    from hybrid_agent.encoding import default_encoder

    words = ("order", "parcel", "package", "delivery", "shipment", "purchase")
    asked = [f"Where is my {word}?" for word in words]
    mixed = catalog(
        {
            "intents/refund/examples": asked[::2],
            "intents/book/examples": asked[1::2],
            "intents/policy/examples": [
                f"What does it cost to {word} skis?" for word in ("hire", "rent", "buy")
            ],
        }
    )
    found = overlaps(mixed, default_encoder())
    assert "intents.policy.examples" not in {f.where for f in found}
    assert any("Where is my" in f.message and f.message.count("lie nearer to") == 1 for f in found)


@pytest.mark.parametrize("path", SHIPPED, ids=["sample", "starter"])
def test_every_intent_has_fifteen_examples(path: Path) -> None:
    """Each intent shows what the lint asks of others."""
    assert all(len(intent.examples) >= 15 for intent in load_catalog(path).intents.values())


def test_the_sample_serves_what_it_promises() -> None:
    """High risks of the sample shop wait for a person; a charge that nobody can explain is handed over."""
    sample = load_catalog(SAMPLE / "catalog.yaml")
    refund = sample.intents["refund"].action
    assert refund is not None and refund.approval is not None
    assert refund.arguments["amount"] == "quote.refundable"
    assert not refund.ask_customer
    assert refund.approval.expires_after == timedelta(hours=4)
    assert [rule.reason for rule in sample.intents["unexpected_charge"].escalate] == [
        "billing_reason_unknown"
    ]
    assert sample.slots["order_number"].remember


def test_the_schema_is_for_editors() -> None:
    """The JSON schema is plain JSON and knows the catalog's keys."""
    schema = json.loads(json.dumps(catalog_schema()))
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(yaml.safe_load(GOOD)) <= set(schema["properties"])


def test_a_german_catalog_has_german_phrases() -> None:
    """What is translated is said in the catalog's language, with the same places; what is not, in English."""
    english, german = standard_phrases(), standard_phrases("de")
    assert german.keys() == english.keys() and standard_phrases("fr") == english
    translated = [name for name in german if german[name] != english[name]]
    assert "colleague_joined" in translated
    for name in translated:
        assert set(places(german[name])) == set(places(english[name])), name


def test_a_catalog_replaces_standard_phrases() -> None:
    """A shop's own words stand in for ours, and the others stay."""
    own = phrases_of(catalog({"phrases": {"dropped": "Gone."}}))
    assert own["dropped"] == "Gone."
    assert own.keys() == standard_phrases().keys()


@pytest.mark.parametrize(
    ("value", "annotation", "expected"),
    [
        ("2026-12-03", "moment", "2026-12-03T00:00:00+01:00"),
        ("2026-12-03T15:00:00+01:00", "moment", "2026-12-03T15:00:00+01:00"),
        ("2026-13-03", "moment", "2026-13-03"),
        ("2026-12-03", "words", "2026-12-03"),
        ({"line1": "Street 1", "line2": "", "region": None}, "words", {"line1": "Street 1"}),
        (2, "words", 2),
    ],
)
def test_values_are_fitted_to_arguments(value: Any, annotation: str, expected: Any) -> None:
    """A day given where a moment is wanted is the shop's midnight; empty parts are left out."""
    fields = all_operations()["calendar.slots"].arguments.model_fields
    wanted = fields["after" if annotation == "moment" else "service"].annotation
    assert fitted(value, wanted, "Europe/Amsterdam") == expected


@pytest.mark.parametrize("written", ["90s", "30m", "4h", "2d"])
def test_durations_read_as_they_are_written(written: str) -> None:
    """What a support lead writes is what the check prints."""
    length = read_duration(written)
    assert isinstance(length, timedelta)
    assert write_duration(length) == written


def tags_beside(path: Path) -> set[str]:
    """The tags of the articles beside a catalog."""
    articles = (path.parent / "knowledge").glob("*.md")
    fronts = [yaml.safe_load(file.read_text(encoding="utf-8").split("---")[1]) for file in articles]
    return {tag for front in fronts for tag in front["tags"]}
