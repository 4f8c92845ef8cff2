"""What the buttons of a conversation's page do. Each redirects to the page, which says how it ended."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hybrid_agent import voice
from hybrid_agent.errors import TakenError, UnsayableError
from hybrid_agent.records import events
from hybrid_agent.redaction.screen import MAX_TEXT
from hybrid_agent.serving.console import words
from hybrid_agent.serving.console.case import Kept, again, opened
from hybrid_agent.serving.console.casefile import CaseFile
from hybrid_agent.serving.console.deciding import decide
from hybrid_agent.serving.console.handed import assessed
from hybrid_agent.serving.console.outcomes import Outcome, redirect
from hybrid_agent.serving.console.posted import (
    LONGEST_REASON,
    AssessmentForm,
    DecisionForm,
    WriteForm,
    spoken,
)
from hybrid_agent.serving.errors import InvalidInputError, NotFoundError
from hybrid_agent.serving.people import Person
from hybrid_agent.serving.routing import body_of
from hybrid_agent.serving.site import Site
from hybrid_agent.state import Event, EventKind


async def take_over(request: Request, site: Site, person: Person) -> Response:
    """Take the conversation; what was pending in it is withdrawn."""
    file = await opened(request, site)
    taken = await voice.take_over(site.deployment, file.thread, person.caller)
    return redirect(file.thread, Outcome.TAKEN if taken.done else Outcome.HELD)


async def give_back(request: Request, site: Site, person: Person) -> Response:
    """Give the conversation back to the bot and close its hand-offs."""
    file = await opened(request, site)
    released = await voice.release(site.deployment, file.thread, person.caller)
    done = Outcome.GIVEN_BACK if file.person == person.id else Outcome.CLOSED
    return redirect(file.thread, done if released.done else Outcome.HELD)


async def say(request: Request, site: Site, person: Person) -> Response:
    """Write to the customer. The form's mark makes a second submit the same message."""
    form, file = body_of(request, WriteForm), await opened(request, site)
    text = form.text.replace("\r\n", "\n").strip()
    try:
        await voice.say(site.deployment, file.thread, text, person.caller, mark=form.mark)
    except TakenError as taken:
        return await _kept(request, site, person, await opened(request, site), 409, _who(taken), say=text)
    except UnsayableError:
        told = f"A message has 1 to {MAX_TEXT} characters; this one has {len(text)}. It was not sent."
        return await _kept(request, site, person, file, 422, told, say=text)
    return redirect(file.thread, Outcome.SAID)


async def decide_plainly(request: Request, site: Site, person: Person) -> Response:
    """Approve, reject with a reason, or answer for the bot: exactly what the page had shown."""
    form, file = body_of(request, DecisionForm), await opened(request, site)
    try:
        message = _message(form)
    except InvalidInputError as wrong:
        return await _kept(request, site, person, file, 422, wrong.message, **{form.type: form.message})
    decision = {
        "type": form.type,
        "approval_id": form.approval,
        "digest": form.digest,
        "message": message,
    }
    decided = await decide(site, file.thread, decision, person)
    if decided.outcome is None:
        kept = {form.type: form.message}
        return await _kept(request, site, person, await opened(request, site), 409, decided.notice, **kept)
    return redirect(file.thread, decided.outcome, form.approval)


async def assess(request: Request, site: Site, person: Person) -> Response:
    """Enter the answers to what is asked after a hand-off; the same answers again change nothing."""
    form, file = body_of(request, AssessmentForm), await opened(request, site)
    if form.hand_off not in {each.id for each in file.hand_offs}:
        raise NotFoundError("This conversation has no such hand-off. Go back to the inbox.")
    answers = form.model_dump(mode="json", exclude={"hand_off"})
    if all(each is None for each in answers.values()):
        return await _kept(request, site, person, file, 422, "Answer at least one of the questions.")
    data = {"hand_off": form.hand_off, "by": person.id, **answers}
    if assessed(file, form.hand_off, person.id) != data:
        event = Event(kind=EventKind.ASSESSED, at=site.deployment.clock(), data=data)
        async with site.deployment.records.write() as tx:
            await events.append(tx, [event], thread=file.thread, customer_id=file.customer_id)
    return redirect(file.thread, Outcome.ASSESSED)


async def keep_alive(request: Request, site: Site, person: Person) -> Response:
    """A sign of life of a person who has the conversation open in a browser."""
    held = await voice.keep_alive(site.deployment, request.path_params["thread"], person.caller)
    return JSONResponse({"yours": held})


def _message(form: DecisionForm) -> str:
    if form.type == "respond":
        return spoken(form.message, longest=MAX_TEXT, empty="Write what the customer is to read.")
    empty = "Say why: the customer reads it." if form.type == "reject" else ""
    return spoken(form.message, longest=LONGEST_REASON, empty=empty)


def _who(taken: TakenError) -> str:
    return f"{taken.person} has the conversation, so your message was not sent. It is kept below."


async def _kept(
    request: Request, site: Site, person: Person, file: CaseFile, status: int, told: str, **typed: str
) -> Response:
    kept = Kept(**{name: words.visible(text) for name, text in typed.items()})
    return await again(request, site, person, file, status=status, told=told, kept=kept)
