"""Simulated customers: the same seed talks the same, and what comes of it is judged by what must."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from cli_kit import run_inside
from hypothesis import given
from hypothesis import strategies as st

from hybrid_agent import Deployment
from hybrid_agent.catalog import Catalog
from hybrid_agent.state import QuestionKind, Status
from hybrid_agent_evals.cases.reading import read_cases
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.record import Asked, Played, PlayedTurn
from hybrid_agent_evals.simulating.acting.mistakes import Fault, mistakes
from hybrid_agent_evals.simulating.acting.sheet import Sheet
from hybrid_agent_evals.simulating.conversing import Errand, cast, simulate
from hybrid_agent_evals.simulating.customer import Customer, Deed
from hybrid_agent_evals.simulating.endings import How, endings
from hybrid_agent_evals.simulating.personas import Goal, Leaving, Persona, Prospect
from hybrid_agent_evals.simulating.talking import Voice
from hybrid_agent_evals.simulating.typos import mistyped
from hybrid_agent_evals.simulating.words import habits, words_for
from hybrid_agent_evals.suite.opening import Stand
from hybrid_agent_evals.worlds.world import worlds

pytest_plugins = ["graph_fixtures"]

SEED = 5
AT = datetime(2026, 11, 16, 9, tzinfo=UTC)
OTHERS = "Anna Keller"


@pytest.fixture(scope="module")
def stand(loaded: Deployment) -> Iterator[Stand]:
    """The sample with a folder of worlds."""
    with worlds() as made, asyncio.Runner() as loop:
        yield Stand(loaded, made, loop)


@pytest.fixture(scope="module")
def personas(stand: Stand) -> list[Persona]:
    """Some personas for the sample."""
    words = words_for(stand.deployment.name, None, None)
    return [stand.run(cast(stand, Errand(SEED, number), words))[0] for number in range(16)]


def test_the_same_seed_draws_the_same_persona_whoever_was_drawn_before(
    stand: Stand, personas: list[Persona]
) -> None:
    """A persona follows from seed and number alone; another seed draws others."""
    words = words_for(stand.deployment.name, None, None)
    again = [stand.run(cast(stand, Errand(SEED, number), words))[0] for number in (12, 3)]
    other = [stand.run(cast(stand, Errand(SEED + 1, number), words))[0] for number in (12, 3)]
    assert again == [personas[12], personas[3]] != other


def test_personas_are_of_many_kinds(personas: list[Persona]) -> None:
    """A few dozen of them want different things, of which some can be had and some cannot."""
    assert len({persona.goals[0].intent for persona in personas}) > 6
    assert len({persona.goals[0].prospect for persona in personas}) > 2
    assert {persona.customer is None for persona in personas} == {True, False}


def test_the_words_of_the_sample_are_none_of_its_examples(loaded: Deployment) -> None:
    """Every intent has words, and none of them is what the classifier was trained on."""
    words = words_for(loaded.name, None, None)
    assert words.goals.keys() == loaded.catalog.intents.keys()
    examples = {text.casefold() for each in loaded.catalog.intents.values() for text in each.examples}
    assert not [text for texts in words.goals.values() for text in texts if text.casefold() in examples]


def test_another_shop_speaks_by_its_own_examples(stand: Stand) -> None:
    """Without words for a deployment, customers use the catalog's examples with their own numbers in them."""
    elsewhere = replace(stand, deployment=replace(stand.deployment, name="Another Shop"))
    words = words_for("Another Shop", None, None)
    drawn = [stand.run(cast(elsewhere, Errand(SEED, number), words))[0] for number in range(6)]
    for goal in (goal for persona in drawn for goal in persona.goals):
        known = " ".join(stand.deployment.catalog.intents[goal.intent].examples).casefold()
        assert any(word in known for word in goal.openings[0].casefold().split())


def test_a_conversation_is_the_same_again(stand: Stand) -> None:
    """Personas, replies, effects and verdicts of the same seed are the same, to the byte."""
    once, again = (stand.run(simulate(stand, Errand(SEED, 2))) for _ in range(2))
    assert once.model_dump_json() == again.model_dump_json()


def test_workers_change_nothing(stand: Stand, tmp_path: Path) -> None:
    """Processes of their own hold the same conversations, in the same order, as one that holds them all."""
    file = tmp_path / "held.json"
    done = run_inside(
        "eval", "simulate", "--count", 3, "--seed", SEED, "--workers", 2, "--timeout", 300, "--json", file
    )
    assert done.returncode == 0, done.stderr + done.stdout
    held = json.loads(file.read_text("utf-8"))
    here = [stand.run(simulate(stand, Errand(SEED, number))) for number in range(3)]
    assert [each["digest"] for each in held["conversations"]] == [each.digest for each in here]
    assert held["figures"]["all"]["conversations"] == 3


def test_a_bot_that_tells_of_others_is_told_on(stand: Stand, personas: list[Persona]) -> None:
    """Where the catalog's words hold another customer's address, the conversation is a violation.

    The report of it does not tell the address once more.
    """
    refused = next(each for each in personas if each.goals[0].prospect is Prospect.REFUSED)
    leaking = replace(stand, deployment=_leaking(stand.deployment))
    held = stand.run(simulate(leaking, Errand(SEED, refused.number)))
    assert held.broken
    assert OTHERS not in str((held.transcript, held.violations))
    assert not stand.run(simulate(stand, Errand(SEED, refused.number))).broken


def test_what_was_held_can_be_played_again_as_a_case(tmp_path: Path) -> None:
    """A conversation is saved as a case file that the suite plays and passes."""
    saved = tmp_path / "saved"
    done = run_inside("eval", "simulate", "--only", 2, "--seed", SEED, "--workers", 1, "--save", saved)
    assert done.returncode == 0 and "customer: " in done.stdout
    assert [each.case.id for each in read_cases(saved).placed] == [f"simulated_{SEED}_2"]
    assert run_inside("eval", "--cases", saved, "--workers", 1).returncode == 0


def test_words_that_cannot_be_read_are_an_error_of_whoever_wrote_them(tmp_path: Path) -> None:
    """A key that is not known is named with its file and line, without a traceback."""
    file = tmp_path / "words.yaml"
    file.write_text("name: Shop\nat: 2026-11-16T10:00:00+01:00\ngoal: {}\n", "utf-8")
    done = run_inside("eval", "simulate", "--count", 1, "--words", file)
    assert done.returncode == 2
    assert "words.yaml:3" in done.stderr and "Traceback" not in done.stderr


@given(st.text(max_size=80), st.floats(0, 1), st.integers())
def test_mistyping_keeps_what_is_typed_with_care(text: str, share: float, seed: int) -> None:
    """A number stays as it is, however careless the rest is typed."""
    assert "1044" in mistyped(f"{text} 1044 {text}", share, Random(seed), ("1044",))


# ----- The persona at the keyboard -----


def _customer(catalog: Catalog, goal: Goal, **traits: object) -> Customer:
    persona = Persona.model_validate({"number": 0, "customer": "C", "goals": (goal,), **traits})
    return Customer(persona, catalog, Voice(persona, habits(), Random(1)), AT)


def _goal(**given: object) -> Goal:
    return Goal.model_validate(
        {
            "intent": "cancel_order",
            "prospect": Prospect.DONE,
            "operation": "orders.cancel",
            "values": {"order_number": "1044"},
            "words": {"order_number": "1044"},
            "sure": ("order_number",),
            "openings": ("please call my order off",),
            **given,
        }
    )


def _seen(reply: str, **given: object) -> PlayedTurn:
    told = {"by": "customer", "said": "...", "reply": reply, "status": Status.AWAITING_CUSTOMER, **given}
    return PlayedTurn.model_validate({"intents": {"cancel_order": 1.0}, **told})


async def _after(customer: Customer, *seen: PlayedTurn) -> Turn | None:
    await customer.next_turn([])
    return await customer.next_turn(seen)


CONFIRM = Asked(kind=QuestionKind.CONFIRM)


async def test_a_persona_agrees_to_what_it_wants_alone(loaded: Deployment) -> None:
    """A proposal of its own wish gets a yes, one about another number a correction, any other one a no."""
    summary = "I can cancel order {} over 10 EUR. Shall I go ahead?"
    agreed = await _after(_customer(loaded.catalog, _goal()), _seen(summary.format(1044), asked=CONFIRM))
    wrong = await _after(_customer(loaded.catalog, _goal()), _seen(summary.format(2055), asked=CONFIRM))
    other = await _after(
        _customer(loaded.catalog, _goal()), _seen("I can close your account for good.", asked=CONFIRM)
    )
    assert agreed and agreed.means is True
    assert wrong and wrong.means is None and "1044" in str(wrong.customer)
    assert other and other.means is False


async def test_a_wrong_number_comes_once_and_then_the_right_one(loaded: Deployment) -> None:
    """Who gives a wrong number first gives the right one when asked again."""
    customer = _customer(loaded.catalog, _goal(first={"order_number": "9999"}))
    asks = _seen("Which order?", asked=Asked(kind=QuestionKind.SLOT, slot="order_number"))
    first = await _after(customer, asks)
    second = await customer.next_turn([asks, asks])
    assert first and "9999" in str(first.customer)
    assert second and "1044" in str(second.customer)


@pytest.mark.parametrize(
    ("leaving", "deed"),
    [
        (Leaving.LEAVES, Deed.LEFT),
        (Leaving.GETS_ANGRY, Deed.GOT_ANGRY),
        (Leaving.ASKS_FOR_PERSON, Deed.ASKED_FOR_PERSON),
    ],
)
async def test_patience_ends(loaded: Deployment, leaving: Leaving, deed: Deed) -> None:
    """After as many messages as it bears, a persona leaves, gets angry or asks for a person, and is done."""
    customer = _customer(loaded.catalog, _goal(), patience=1, leaving=leaving)
    asks = _seen("Which order?", asked=Asked(kind=QuestionKind.SLOT, slot="order_number"))
    last = await _after(customer, asks)
    assert customer.did(deed) and (last is None) == (leaving is Leaving.LEAVES)
    assert await customer.next_turn([asks, asks]) is None


async def test_a_goal_that_nothing_explains_is_missed(loaded: Deployment) -> None:
    """A wish that could be met and was not is unresolved, unless the customer gave up first."""
    customer = _customer(loaded.catalog, _goal())
    played = Played(turns=(_seen("I am glad to help.", status=Status.ANSWERED),))
    (missed,) = endings(customer.persona, {}, played)
    (left,) = endings(customer.persona, {Deed.LEFT: 1}, played)
    assert missed.how is How.UNRESOLVED and not missed.explained
    assert left.how is How.LEFT and left.explained


# ----- A persona that a model plays -----


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("As an AI I cannot do that", Fault.OUT_OF_ROLE),
        ("Please cancel order 7777", Fault.INVENTED),
        ("Where is my order 1044?", Fault.REPEATED),
        ("Thank you for cancelling my order!", Fault.CLAIMED),
    ],
)
def test_the_players_mistakes_are_told_from_the_bots(loaded: Deployment, said: str, fault: Fault) -> None:
    """Falling out of the role, making numbers up, repeating and claiming are the player's, by rules."""
    sheet = Sheet(scenario="You want to know where order 1044 is.", character="", facts=("1044",))
    turns = [
        PlayedTurn(by="customer", said="Where is my order 1044?", reply="What is your order number?"),
        PlayedTurn(by="customer", said=said, reply="..."),
    ]
    found = mistakes(turns, sheet, loaded.catalog, AT)
    assert [each.fault for each in found] == [fault]
    assert not mistakes([turns[0], PlayedTurn(by="customer", said="It is 1044.")], sheet, loaded.catalog, AT)


def _leaking(deployment: Deployment) -> Deployment:
    told = f"Please ask {OTHERS} (anna.keller@example.com) about that."
    phrases = {name: f"{text} {told}" for name, text in deployment.phrases.items()}
    intents = {
        name: each.model_copy(update={"refuse": each.refuse and told})
        for name, each in deployment.catalog.intents.items()
    }
    catalog = deployment.catalog.model_copy(update={"intents": intents})
    return replace(deployment, catalog=catalog, phrases=phrases)
