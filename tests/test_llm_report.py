"""What is read of a model's report, and what is told where a part of an answer is missing."""

from typing import Any

import pytest
from graph_kit import ADDRESS, Stage
from llm_kit import wordless

from hybrid_agent import Status
from hybrid_agent.reasoning.llm.report import report_form

pytest_plugins = ["graph_fixtures"]

FORM = report_form(("refund", "order_status"), (("number", ()), ("fault", ("torn", "wet"))), None)


def intents(report: Any) -> list[str]:
    return [request.intent for request in FORM.model_validate(report).requests]


@pytest.mark.parametrize(
    ("requests", "kept"),
    [
        ([{"intent": "refund"}] * 5, ["refund"] * 3),
        ([{"intent": "made_up"}, {"intent": "refund"}], ["refund"]),
        ([7, {"intent": "refund", "quotes": None}, {"intent": "order_status"}], ["order_status"]),
    ],
    ids=["too many", "an unknown one", "nonsense beside"],
)
def test_one_bad_request_does_not_spoil_the_report(requests: list[Any], kept: list[str]) -> None:
    """What can be used of a report is used."""
    assert intents({"requests": requests}) == kept


def test_a_report_of_nothing_usable_is_none() -> None:
    """A report that names only what is not on offer counts as no answer."""
    with pytest.raises(ValueError, match="intent"):
        intents({"requests": [{"intent": "made_up"}]})


def test_a_slot_that_is_empty_is_left_out() -> None:
    """A slot without words is not quoted; of one with an unknown choice the words are kept."""
    quotes = {"number": None, "fault": {"words": "soaked", "choice": "moist"}}
    (request,) = FORM.model_validate({"requests": [{"intent": "refund", "quotes": quotes}]}).requests
    assert [(each.slot, each.words, each.choice) for each in request.quotes.listed()] == [
        ("fault", "soaked", "")
    ]


async def test_what_was_done_is_told_beside_what_has_no_answer(stage: Stage) -> None:
    """A change that was made is reported although another question of the message finds no words."""
    told = wordless(stage)
    await told.say(f"{ADDRESS}. Where is my order 1002?")
    turn = await told.say("yes")
    assert stage.writes() == ["orders.update_address"]
    assert turn.status is Status.HANDED_OFF and "1001" in turn.reply.text
