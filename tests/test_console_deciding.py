"""The console: what staff see of a case, and what becomes of each decision, over HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from console_kit import Clerk, Console, serve_console
from graph_kit import ADDRESS, ANNA, OLIVER, REFUND, Stage
from hypothesis import given
from hypothesis import strategies as st

from hybrid_agent import voice
from hybrid_agent.caller import Caller
from hybrid_agent.records import messages
from hybrid_agent.serving.console import forms, words
from hybrid_agent.serving.people import Role
from hybrid_agent.state import EventKind
from hybrid_agent_tools.ports import all_operations

pytest_plugins = ["graph_fixtures"]

HOME = "/console/cases/t"
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e{{7*7}}\x00'


@pytest.fixture
async def console(stage: Stage) -> AsyncIterator[Console]:
    """A console with one refund that waits for an approval."""
    await stage.say(REFUND)
    async with serve_console(stage) as serving:
        yield serving


@pytest.fixture
async def alex(console: Console) -> AsyncIterator[Clerk]:
    """An agent."""
    async with console.clerk("alex") as clerk:
        yield clerk


async def told(console: Console, by: str = "bot") -> list[str]:
    """What the transcript has of one side."""
    async with console.stage.deployment.records.read() as connection:
        return [each.text for each in await messages.of_thread(connection, "t") if each.by == by]


async def edit_form(console: Console, clerk: Clerk) -> tuple[str, dict[str, str]]:
    """The address and the hidden fields of the form that changes what is pending."""
    address = f"{HOME}/edit/{(await console.approval('t')).id}"
    return f"{address}:", (await clerk.forms(address))[f"{address}:"]


async def test_a_case_shows_all_that_decides_it(console: Console, alex: Clerk) -> None:
    """Each argument with its source, risk, deciders, rules, facts and the customer's words are there."""
    page = await alex.read(HOME)
    for part in (
        "Refund €104.40 for order 1003",
        "high risk",
        "the record quote: refundable",
        "over 99% sure",
        "I want a refund for order 1003, it arrived broken",
        "agent, where amount is at most",
        "rules of the policy allow it",
        "from orders.quote_refund",
        "Lindenstraße 12",
    ):
        assert part in page, part


async def test_an_agent_approves_once_however_often_the_form_is_sent(console: Console, alex: Clerk) -> None:
    """A double submit, or going back and sending again, pays once and says what stands."""
    hidden = (await alex.forms(HOME))[f"{HOME}/decide:approve"]
    for _ in range(3):
        page = await alex.send(f"{HOME}/decide:approve", hidden)
        assert "alex approved" in page.text
        assert "It has been carried out." in page.text
    assert len(console.stage.refunds()) == 1


async def test_a_rejection_tells_the_customer_what_the_preview_said(console: Console, alex: Clerk) -> None:
    """The reason goes to the customer in the words that the page had shown before."""
    before = await alex.read(HOME)
    page = await alex.press("t", "decide", "reject", message="The pot was used.")
    assert "alex rejected" in page.text
    said = (await told(console))[-1]
    assert said.endswith("The reason: The pot was used.")
    assert said.removesuffix("The pot was used.").replace("\n", " ").strip() in " ".join(before.split())
    assert console.stage.refunds() == []


async def test_a_rejection_without_a_reason_is_not_sent(console: Console, alex: Clerk) -> None:
    """Spaces are no reason: the page says so, and the case still waits."""
    page = await alex.press("t", "decide", "reject", message="  ")
    assert page.status_code == 422
    assert "Say why" in page.text
    assert (await console.approval("t")).status == "pending"


async def test_an_agent_answers_for_the_bot(console: Console, alex: Clerk) -> None:
    """The customer reads the agent's words, and nothing is paid."""
    await alex.press("t", "decide", "respond", message="We send you a new pot today.")
    assert "We send you a new pot today." in (await told(console))[-1]
    assert console.stage.refunds() == []


async def test_an_edit_is_carried_out_as_it_was_typed(console: Console, alex: Clerk) -> None:
    """A smaller amount in the form is the amount that is paid."""
    address, hidden = await edit_form(console, alex)
    page = await alex.send(address, hidden, **{"argument.amount.amount": "20,50"})
    assert "approved with changes" in page.text
    assert [amount for amount, _ in console.stage.refunds()] == [2050]


WRONG_EDITS = (
    ({"argument.amount.amount": "20.555"}, 422, "more decimals than EUR has"),
    ({"argument.amount.amount": "lots"}, 422, "has to be a number"),
    ({"argument.amount.currency": "EURO"}, 422, "This is not written as it has to be."),
    ({"argument.reason": ""}, 422, "This must be filled in."),
    ({}, 422, "Nothing is changed."),
    ({"argument.amount.amount": "900"}, 409, "no more than €104.40 can be refunded"),
)


async def test_an_edit_that_cannot_be_is_said_beside_its_field(console: Console, alex: Clerk) -> None:
    """What the schema or the policy refuses is said on the form, what was typed is kept, the case waits."""
    address, hidden = await edit_form(console, alex)
    for typed, status, problem in WRONG_EDITS:
        page = await alex.send(address, hidden, **typed)
        assert page.status_code == status, typed
        assert problem in page.text
        assert all(f'value="{value}"' in page.text for value in typed.values())
    assert (await console.approval("t")).status == "pending"


async def test_an_edit_cannot_change_whose_record_it_is(console: Console, alex: Clerk) -> None:
    """A forged field for the order's number changes nothing."""
    address, hidden = await edit_form(console, alex)
    page = await alex.send(address, hidden, **{"argument.order_number": "1002"})
    assert "Nothing is changed." in page.text


async def test_the_slower_of_two_hears_who_was_faster(console: Console, alex: Clerk) -> None:
    """Whatever the slower one wanted, they are told what stands, by whom, and nothing more is done."""
    async with console.clerk("mia") as mia:
        hidden = await mia.forms(HOME)
        edits = await edit_form(console, mia)
        await alex.press("t", "decide", "approve")
        for answer in (
            await mia.send(f"{HOME}/decide:reject", hidden[f"{HOME}/decide:reject"], message="No."),
            await mia.send(f"{HOME}/decide:approve", hidden[f"{HOME}/decide:approve"]),
            await mia.send(*edits, **{"argument.amount.amount": "1"}),
        ):
            assert "was approved by alex" in answer.text
            assert "your decision changes nothing" in answer.text
    assert len(console.stage.refunds()) == 1


async def test_too_late_is_said_and_nothing_is_done(console: Console, alex: Clerk) -> None:
    """A decision after the approval's time is answered with when it expired."""
    hidden = (await alex.forms(HOME))[f"{HOME}/decide:approve"]
    console.stage.clock.turn(hours=5)
    assert "This expired on" in (await alex.send(f"{HOME}/decide:approve", hidden)).text
    assert console.stage.refunds() == []


async def test_what_was_withdrawn_is_not_decided(console: Console, alex: Clerk) -> None:
    """A decision on what the customer took back says so."""
    hidden = (await alex.forms(HOME))[f"{HOME}/decide:approve"]
    await console.stage.say("never mind, cancel that")
    assert "was withdrawn" in (await alex.send(f"{HOME}/decide:approve", hidden)).text
    assert console.stage.refunds() == []


async def test_what_was_not_shown_cannot_be_approved(console: Console, alex: Clerk) -> None:
    """Another digest than the pending one is answered with: read it again."""
    hidden = (await alex.forms(HOME))[f"{HOME}/decide:approve"]
    page = await alex.send(f"{HOME}/decide:approve", hidden | {"digest": "0" * 64})
    assert "Read it again, then decide." in page.text
    assert console.stage.refunds() == []


async def test_a_decision_needs_the_right_that_it_needs_now(console: Console, stage: Stage) -> None:
    """Who lost the role for it has no buttons, and what they send is refused with the roles that may."""
    await stage.say("Please close my account", "u", OLIVER)
    await stage.say("yes", "u", OLIVER)
    approval = await console.approval("u")
    async with console.clerk("alex") as clerk:
        forms_there = await clerk.forms("/console/cases/u")
        assert "/console/cases/u/decide:approve" not in forms_there
        hidden = {"type": "approve", "approval": approval.id, "digest": approval.digest}
        csrf = forms_there["/console/cases/u/take-over:"]
        page = await clerk.send("/console/cases/u/decide:approve", hidden | csrf)
        assert page.status_code == 409
        assert "needs one of the roles: supervisor" in page.text


async def test_a_server_that_does_not_answer_decides_nothing(console: Console, alex: Clerk) -> None:
    """Who decides while LangGraph is away is told that nothing is on record, and may send it again."""
    hidden = (await alex.forms(HOME))[f"{HOME}/decide:approve"]
    console.threads.down = True
    page = await alex.send(f"{HOME}/decide:approve", hidden)
    assert "The server did not answer in time." in page.text
    console.threads.down = False
    assert "alex approved" in (await alex.send(f"{HOME}/decide:approve", hidden)).text


async def test_a_person_takes_writes_and_gives_back(console: Console, alex: Clerk) -> None:
    """Each step says how it ended; a message that is sent twice is there once."""
    assert "You have the conversation." in (await alex.press("t", "take-over")).text
    hidden = (await alex.forms(HOME))[f"{HOME}/say:"]
    for _ in range(2):
        assert (
            "Your message was sent." in (await alex.send(f"{HOME}/say:", hidden, text="I look at it.")).text
        )
    assert await told(console, "person") == ["I look at it."]
    assert "The bot has the conversation again." in (await alex.press("t", "give-back")).text
    page = await alex.read(HOME)
    assert "alex took the conversation over" in page
    assert "alex gave the conversation back" in page


async def test_one_of_two_has_the_conversation(console: Console, alex: Clerk) -> None:
    """The other one hears who has it, keeps what they typed, and cannot give it back."""
    async with console.clerk("mia") as mia:
        theirs = await mia.forms(HOME)
        await alex.press("t", "take-over")
        assert (
            "alex has the conversation"
            in (await mia.send(f"{HOME}/take-over:", theirs[f"{HOME}/take-over:"])).text
        )
        page = await mia.send(f"{HOME}/say:", theirs[f"{HOME}/say:"], text="Let me <b>see</b>")
        assert page.status_code == 409
        assert "Let me &lt;b&gt;see&lt;/b&gt;" in page.text
        csrf = theirs[f"{HOME}/take-over:"]
        assert "alex has the conversation" in (await mia.send(f"{HOME}/give-back:", csrf)).text
    assert await told(console, "person") == []


async def test_a_hand_off_is_assessed_as_last_said(stage: Stage) -> None:
    """The answers are events, the same answers again are none, others count instead."""
    await stage.say("I want to talk to a person")
    async with serve_console(stage) as console, console.clerk("alex") as alex:
        await alex.press("t", "take-over")
        await alex.press("t", "give-back")
        for answer in ("yes", "yes", "no"):
            await alex.press("t", "assess", enough_context=answer)
            stage.clock.turn(minutes=1)
        happened = [each.event for each in await stage.happened("t")]
    entered = [each.data for each in happened if each.kind is EventKind.ASSESSED]
    assert [each["enough_context"] for each in entered] == [True, False]
    assert {each["by"] for each in entered} == {"alex"}


async def test_a_viewer_sees_masked_and_does_nothing(console: Console) -> None:
    """No personal data, no buttons, and each POST is refused."""
    async with console.clerk("vera", Role.VIEWER) as vera:
        page = await vera.read(HOME)
        assert "Lindenstraße" not in page
        assert "Anna Keller" not in page
        assert await vera.forms(HOME) == {"/site/sign-out:": (await vera.forms(HOME))["/site/sign-out:"]}
        csrf = (await vera.forms(HOME))["/site/sign-out:"]
        for button in ("decide", "take-over", "say", "give-back", "assess", "keep-alive"):
            assert (await vera.send(f"{HOME}/{button}:", csrf)).status_code == 403


async def test_a_hand_off_is_masked_until_one_has_it(stage: Stage) -> None:
    """An agent sees the customer's address in a hand-off once the conversation is theirs."""
    await stage.say(ADDRESS)
    await stage.say("I want to talk to a person")
    async with serve_console(stage) as console, console.clerk("alex") as alex:
        for path in (HOME, "/console", "/console/search?q=Hauptstra"):
            page = await alex.read(path)
            assert HOME in page
            assert "Hauptstraße" not in page
        assert "Hauptstraße" in (await alex.press("t", "take-over")).text


async def test_the_inbox_shows_what_needs_whom(console: Console, stage: Stage, alex: Clerk) -> None:
    """Filters show their cases alone, and what is overdue is marked."""
    await stage.say("I want to talk to a person", "h")
    await voice.take_over(stage.deployment, "h", Caller.staff("alex"))
    shown = {
        show: [
            thread
            for thread in ("t", "h")
            if f"/console/cases/{thread}" in await alex.read(f"/console?show={show}")
        ]
        for show in ("all", "approvals", "hand_offs", "mine", "overdue")
    }
    assert shown == {"all": ["t", "h"], "approvals": ["t"], "hand_offs": ["h"], "mine": ["h"], "overdue": []}
    stage.clock.turn(hours=5)
    assert 'class="overdue"' in await alex.read("/console?show=overdue")


async def test_conversations_are_found_by_customer_order_and_words(console: Console, alex: Clerk) -> None:
    """Each way leads to the case; what nobody said leads nowhere."""
    for sought in (str(ANNA.customer_id), "1003", "arrived broken", "t"):
        assert HOME in await alex.read(f"/console/search?q={sought}"), sought
    assert "Nothing was found." in await alex.read("/console/search?q=unicorn")


async def test_supervisors_see_who_decided_what(console: Console, alex: Clerk) -> None:
    """The list has the decision with its reason; an agent may not see it."""
    await alex.press("t", "decide", "reject", message="Not broken.")
    assert (await alex.get("/console/decisions")).status_code == 403
    async with console.clerk("sam", Role.SUPERVISOR) as sam:
        page = await sam.read("/console/decisions?by=alex")
        assert "rejected" in page
        assert "Not broken." in page
        assert HOME not in await sam.read("/console/decisions?by=mia")
        assert HOME not in await sam.read("/console/decisions?until=2026-11-22")
        assert HOME in await sam.read("/console/decisions?by=&until=2026-11-23")


async def test_text_is_text_everywhere(stage: Stage) -> None:
    """What customers and staff type is escaped on every page, turns no text around, and holds no NUL."""
    typed = HOSTILE.replace("\0", "")
    await stage.say(f"{REFUND} {HOSTILE}")
    async with serve_console(stage) as console, console.clerk("alex") as alex:
        assert (await alex.press("t", "say", text=HOSTILE)).status_code == 400
        await alex.press("t", "say", text=typed)
        await alex.press("t", "give-back")
        pages = [
            await alex.read(HOME),
            (await alex.get(f"/console/search?q={typed}")).text,
            (await alex.press("t", "say", text=typed + "x" * 10_000)).text,
        ]
    for page in pages:
        assert "&lt;script&gt;" in page
        assert [each for each in ("<script>alert", "<img src=x", "\u202e", "\x00") if each in page] == []
        assert "{{7*7}}" in page


async def test_an_outcome_is_not_shown_because_an_address_says_so(console: Console, alex: Clerk) -> None:
    """A link that claims a decision shows nothing, for the records do not have it."""
    approval = (await console.approval("t")).id
    for ended in ("decided", "taken", "late", "signed", "nonsense"):
        assert 'id="outcome"' not in await alex.read(f"{HOME}?outcome={ended}&approval={approval}"), ended


async def test_a_conversation_that_is_not_there_is_said_to_be_none(console: Console, alex: Clerk) -> None:
    """An unknown address, and an approval of another conversation, are answered with 404."""
    assert (await alex.get("/console/cases/nobody")).status_code == 404
    assert (await alex.get(f"{HOME}/edit/A-other")).status_code == 404


async def test_four_eyes_take_two_people(stage: Stage) -> None:
    """The first signature leaves it pending and says so, the second one carries it out."""
    rule = stage.deployment.catalog.intents["refund"].action
    assert rule is not None
    assert rule.approval is not None
    always = rule.approval.model_copy(update={"four_eyes": {}})
    intent = stage.deployment.catalog.intents["refund"].model_copy(
        update={"action": rule.model_copy(update={"approval": always})}
    )
    intents = {**stage.deployment.catalog.intents, "refund": intent}
    strict = stage.using(catalog=stage.deployment.catalog.model_copy(update={"intents": intents}))
    await strict.say("I want a refund for order 1003, it arrived broken", "f")
    async with serve_console(strict) as serving, serving.clerk("alex") as alex, serving.clerk("mia") as mia:
        first = await alex.press("f", "decide", "approve")
        assert "One more person has to approve this" in first.text
        assert stage.refunds() == []
        assert "You have approved this already." in await alex.read("/console/cases/f")
        assert "mia approved" in (await mia.press("f", "decide", "approve")).text
    assert len(stage.refunds()) == 1


@given(
    st.dictionaries(st.sampled_from(["argument.subject", "argument.body", "argument.priority"]), st.text())
)
def test_whatever_is_typed_a_form_gives_valid_arguments_or_problems(typed: dict[str, str]) -> None:
    """No typed text makes the form raise: its arguments pass the schema, or a field has a problem."""
    operation = all_operations()["tickets.create"]
    before = {"subject": "a", "body": "b", "priority": "normal", "tags": ["x"]}
    fields = forms.typed(forms.fields_of(operation, before, ()), typed)
    changed, judged = forms.checked(operation, fields, before)
    if not any(each.problem for each in judged):
        operation.arguments.model_validate({**before, **changed})


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=-12), "12 min"),
        (timedelta(hours=3, minutes=5), "3 h 05 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
    ],
)
def test_spans_are_told_in_their_largest_units(length: timedelta, told: str) -> None:
    """Time left and time over are told alike."""
    assert words.span(length) == told
