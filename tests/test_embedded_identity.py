"""How the embedded shop tells who somebody is, and what it never tells."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from embedded_kit import ANNA, NOW, fresh_shop, open_box, rows

from hybrid_agent_tools import Rejected, Toolbox

EMAIL = "anna.keller@example.com"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return fresh_shop(tmp_path)


async def act(box: Toolbox, operation: str, key: str, **arguments: str) -> Any:
    return await box.write(f"identity.{operation}", arguments, customer_id=None, key=key)


def sent_code(path: Path) -> str:
    ((body,),) = rows(path, "SELECT body FROM outbox ORDER BY id DESC LIMIT 1")
    return next(word.strip(".") for word in body.split() if word.strip(".").isdigit())


@pytest.mark.parametrize(
    ("proof", "customer"),
    [
        ({"email": "Anna.Keller@Example.com"}, ANNA),
        ({"postcode": "10 115"}, ANNA),
        ({"email": EMAIL, "postcode": "10115"}, ANNA),
        ({"email": EMAIL, "postcode": "10116"}, None),
        ({"email": "oliver.hayes@example.com"}, None),
        ({"postcode": "99999"}, None),
    ],
)
async def test_a_customer_is_verified_by_what_they_know(
    proof: dict[str, str], customer: str | None, path: Path
) -> None:
    """An order number with the right email or postcode identifies its customer; all given must fit."""
    assert (await act(open_box(path), "verify", "k", order_number="1001", **proof)).customer_id == customer


async def test_failed_attempts_are_limited_then_forgiven(path: Path) -> None:
    """After five wrong tries even the right answer is refused, for as long as the shop's window says."""
    box = open_box(path)
    for attempt in range(5):
        wrong = await act(box, "verify", f"k{attempt}", order_number="1001", postcode=f"2000{attempt}")
        assert wrong.customer_id is None
    with pytest.raises(Rejected, match="too many attempts"):
        await act(box, "verify", "k5", order_number="1001", email=EMAIL)
    later = open_box(path, now=NOW + timedelta(minutes=16))
    assert (await act(later, "verify", "k6", order_number="1001", email=EMAIL)).customer_id == ANNA


async def test_a_repeat_with_the_same_key_costs_no_attempt(path: Path) -> None:
    """A retry after a crash does not lock the customer out."""
    box = open_box(path)
    for _ in range(9):
        await act(box, "verify", "same", order_number="1001", postcode="20000")
    assert (await act(box, "verify", "new", order_number="1001", email=EMAIL)).customer_id == ANNA


async def test_a_code_goes_to_the_outbox_and_works_once(path: Path) -> None:
    """The code is mailed and never returned; the right one identifies the customer exactly once."""
    box = open_box(path)
    sent = await act(box, "send_code", "a", email=EMAIL)
    code = sent_code(path)
    assert code not in sent.model_dump_json()
    assert rows(path, "SELECT recipient FROM outbox") == [(EMAIL,)]
    right = await act(box, "check_code", "b", challenge_id=sent.challenge_id, code=code)
    assert right.customer_id == ANNA
    with pytest.raises(Rejected, match="no longer"):
        await act(box, "check_code", "c", challenge_id=sent.challenge_id, code=code)


async def test_wrong_codes_run_out_of_attempts(path: Path) -> None:
    """A code cannot be guessed: after five wrong tries it is dead."""
    box = open_box(path)
    sent = await act(box, "send_code", "a", email=EMAIL)
    code = sent_code(path)
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    for attempt in range(5):
        tried = await act(box, "check_code", f"k{attempt}", challenge_id=sent.challenge_id, code=wrong)
        assert tried.customer_id is None
    with pytest.raises(Rejected, match="no longer"):
        await act(box, "check_code", "last", challenge_id=sent.challenge_id, code=code)


async def test_a_code_expires(path: Path) -> None:
    """A code works until its time is over, to the second."""
    sent = await act(open_box(path), "send_code", "a", email=EMAIL)
    late = open_box(path, now=sent.expires_at)
    with pytest.raises(Rejected, match="no longer"):
        await act(late, "check_code", "b", challenge_id=sent.challenge_id, code=sent_code(path))


async def test_codes_cannot_flood_a_mailbox(path: Path) -> None:
    """The fourth code within the window is refused, whether or not there is an account."""
    box = open_box(path)
    for email in (EMAIL, "nobody@example.com"):
        for attempt in range(3):
            await act(box, "send_code", f"{email}{attempt}", email=email)
        with pytest.raises(Rejected, match="too many attempts"):
            await act(box, "send_code", f"{email} last", email=email)


@pytest.mark.parametrize("operation", ["send_code", "start_password_reset"])
async def test_an_unknown_email_gets_the_same_answer_and_no_mail(operation: str, path: Path) -> None:
    """Whether an address has an account cannot be found out, and strangers get no mail."""
    box = open_box(path)
    known = await act(box, operation, "a", email=EMAIL)
    mails = rows(path, "SELECT count(*) FROM outbox")
    unknown = await act(box, operation, "b", email="nobody@example.com")
    assert rows(path, "SELECT count(*) FROM outbox") == mails == [(1,)]
    told = {"challenge_id"}
    assert known.model_dump(exclude=told) == unknown.model_dump(exclude=told)


async def test_a_reset_link_is_mailed_and_never_returned(path: Path) -> None:
    """The link stands in the mail and nowhere in the answer or the record of the write."""
    reset = await act(open_box(path), "start_password_reset", "a", email=EMAIL)
    ((body,),) = rows(path, "SELECT body FROM outbox")
    ((recorded,),) = rows(path, "SELECT result FROM writes WHERE key = 'a'")
    link = body.split()[-1]
    assert link.startswith("https://shop.example/reset/")
    assert "reset/" not in reset.model_dump_json() + recorded
    assert set(reset.model_dump()) == {"requested_at"}


async def test_a_closed_account_is_nobody(path: Path) -> None:
    """A closed account cannot be verified or mailed."""
    rows(path, "UPDATE customers SET status = 'closed' WHERE id = ?", ANNA)
    box = open_box(path)
    assert (await act(box, "verify", "a", order_number="1001", email=EMAIL)).customer_id is None
    await act(box, "start_password_reset", "b", email=EMAIL)
    assert rows(path, "SELECT count(*) FROM outbox") == [(0,)]
