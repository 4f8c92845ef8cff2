"""Staff sign in with accounts, stay signed in for a while, and are signed out where that must be."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from graph_kit import Clock
from identity_kit import PASSWORD, Desk, desk_of

from hybrid_agent.caller import Caller
from hybrid_agent.records import (
    ContradictionError,
    Records,
    UnknownRecordError,
    accounts,
    open_records,
    sessions,
)
from hybrid_agent.records.staff import Account
from hybrid_agent.serving.errors import InvalidCredentialError, TooManyRequestsError
from hybrid_agent.serving.identity.accounts import BY_ADDRESS, BY_BOTH, Accounts
from hybrid_agent.serving.identity.passwords import Passwords, WeakPasswordError
from hybrid_agent.serving.live import still_counts
from hybrid_agent.serving.people import Proof, Role

pytest_plugins = ["records_fixtures"]

FAST = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
"""What the tests hash with; that the recommended parameters are used is a test of its own."""
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A server with one account, of an agent who may approve refunds, too."""
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as opened:
        yield await with_account(opened)


@pytest.fixture
async def either(records: Records) -> Desk:
    """The same on either database."""
    return await with_account(records)


async def with_account(records: Records) -> Desk:
    made = desk_of(records, Clock())
    account = Account(
        user="noor",
        name="Noor",
        password=await FAST.hashed(PASSWORD),
        role="agent",
        roles=frozenset({"refunds"}),
        created=made.clock(),
    )
    async with records.write() as tx:
        await accounts.add(tx, account)
    return made


def local(desk: Desk) -> Accounts:
    return Accounts(desk.identity.records, FAST)


async def ended(desk: Desk, token: str) -> bool:
    """Whether a session's token counts no more, neither as a cookie nor as Bearer."""
    gone = 0
    for authorization, cookie in ((f"Bearer {token}", None), (None, token)):
        try:
            assert await desk.identity.person_of(authorization, cookie)
        except InvalidCredentialError:
            gone += 1
    assert gone in (0, 2)
    return gone == 2


async def test_an_account_signs_in_and_its_session_says_who_it_is(either: Desk) -> None:
    """With the right password one gets a session that works as a cookie and as Bearer, with one's roles."""
    who = await local(either).sign_in(" noor ", PASSWORD, HERE, either.clock())
    token = await either.identity.begin(who)
    browser = await either.identity.person_of(None, token)
    program = await either.identity.person_of(f"Bearer {token}")
    assert browser is not None
    assert program is not None
    assert (browser.proof, program.proof) == (Proof.COOKIE, Proof.BEARER)
    assert browser.caller == program.caller == Caller.staff("noor", "refunds", "agent", "viewer")
    assert browser.credential == token


async def test_the_records_do_not_have_the_session_s_token(desk: Desk) -> None:
    """Whoever reads the database cannot act as anybody: it has hashes of random tokens."""
    token = await desk.session()
    async with desk.identity.records.read() as connection:
        (kept,) = await sessions.of_user(connection, "noor")
    assert kept.id == hashlib.sha256(token.encode()).hexdigest()
    assert token not in kept.model_dump_json()
    assert await ended(desk, f"ha-session.{kept.id}")


async def test_a_session_ends_when_it_is_not_used(desk: Desk) -> None:
    """An hour without a request ends it; requests in between keep it."""
    token = await desk.session()
    for _ in range(3):
        desk.clock.turn(minutes=50)
        assert not await ended(desk, token)
    desk.clock.turn(minutes=61)
    assert await ended(desk, token)


async def test_a_page_that_is_merely_open_keeps_nobody_signed_in(desk: Desk) -> None:
    """The heartbeats of a stream do not put off the end of the session that it was begun with."""
    token = await desk.session()
    person = await desk.identity.person_of(None, token)
    assert person is not None
    desk.clock.turn(minutes=50)
    assert await still_counts(desk.identity, person)
    desk.clock.turn(minutes=11)
    assert not await still_counts(desk.identity, person)


async def test_a_session_ends_after_half_a_day(desk: Desk) -> None:
    """However busy it is, a session ends after twelve hours."""
    token = await desk.session()
    for _ in range(14):
        desk.clock.turn(minutes=50)
        assert not await ended(desk, token)
    desk.clock.turn(minutes=50)
    assert await ended(desk, token)


async def test_what_changes_an_account_ends_its_sessions(either: Desk) -> None:
    """Another role, another password and an end of the account sign its user out everywhere."""
    records = either.identity.records
    for change in (
        lambda tx: accounts.set_role(tx, "noor", "viewer", ()),
        lambda tx: accounts.set_password(tx, "noor", "hash"),
        lambda tx: accounts.disable(tx, "noor", now=either.clock()),
    ):
        one, other = await either.session(), await either.session()
        async with records.write() as tx:
            await change(tx)
        assert await ended(either, one)
        assert await ended(either, other)


async def test_stale_sessions_are_removed(desk: Desk) -> None:
    """Sessions whose time is over leave the records when somebody signs in."""
    await desk.session()
    desk.clock.turn(hours=13)
    await desk.session(Role.ADMIN, "ada")
    async with desk.identity.records.read() as connection:
        assert await sessions.of_user(connection, "noor") == []


@pytest.mark.parametrize("user", ["noor", "nobody", "NOOR", ""])
async def test_wrong_sign_ins_all_sound_the_same(desk: Desk, user: str) -> None:
    """Nobody learns from a refusal whether there is such an account."""
    with pytest.raises(InvalidCredentialError, match=r"^User name or password is wrong\.$"):
        await local(desk).sign_in(user, "not the password", HERE, desk.clock())


async def test_an_unknown_user_takes_as_much_work_as_a_known_one(desk: Desk) -> None:
    """A password is hashed in any case, so that the time tells nothing."""

    class Counting(PasswordHasher):
        verified = 0

        def verify(self, *args: object, **more: object) -> bool:
            self.verified += 1
            return super().verify(*args, **more)  # type: ignore[arg-type]

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    signing = Accounts(desk.identity.records, Passwords(hasher))
    async with desk.identity.records.write() as tx:
        await accounts.add(
            tx, Account(user="gone", name="G", password="x", role="agent", created=desk.clock())
        )
        await accounts.disable(tx, "gone", now=desk.clock())
    for count, user in enumerate(("noor", "nobody", "gone"), start=1):
        with pytest.raises(InvalidCredentialError):
            await signing.sign_in(user, "not the password", HERE, desk.clock())
        assert hasher.verified == count


async def test_a_disabled_account_cannot_sign_in(desk: Desk) -> None:
    """The right password of a disabled account is wrong; enabled again it is right."""
    async with desk.identity.records.write() as tx:
        await accounts.disable(tx, "noor", now=desk.clock())
    with pytest.raises(InvalidCredentialError):
        await local(desk).sign_in("noor", PASSWORD, HERE, desk.clock())
    async with desk.identity.records.write() as tx:
        await accounts.enable(tx, "noor")
    assert (await local(desk).sign_in("noor", PASSWORD, HERE, desk.clock())).user == "noor"


async def test_guessing_is_slowed_down_and_locks_nobody_out_elsewhere(either: Desk) -> None:
    """After a few failures even the right password waits, at that address; elsewhere it counts."""
    for _ in range(BY_BOTH):
        with pytest.raises(InvalidCredentialError):
            await local(either).sign_in("noor", "guess", HERE, either.clock())
    with pytest.raises(TooManyRequestsError) as told:
        await local(either).sign_in("noor", PASSWORD, HERE, either.clock())
    assert told.value.after == 15 * 60
    assert (await local(either).sign_in("noor", PASSWORD, THERE, either.clock())).user == "noor"
    either.clock.turn(minutes=16)
    assert (await local(either).sign_in("noor", PASSWORD, HERE, either.clock())).user == "noor"


async def test_guessing_many_names_is_slowed_down_by_address(desk: Desk) -> None:
    """One password for many user names from one address does not get further."""
    for number in range(BY_ADDRESS):
        with pytest.raises(InvalidCredentialError):
            await local(desk).sign_in(f"user-{number}", "guess", HERE, desk.clock())
    with pytest.raises(TooManyRequestsError):
        await local(desk).sign_in("noor", PASSWORD, HERE, desk.clock())


async def test_a_right_password_starts_the_count_anew(desk: Desk) -> None:
    """Mistyping now and then never adds up."""
    for _ in range(3):
        for _ in range(BY_BOTH - 1):
            with pytest.raises(InvalidCredentialError):
                await local(desk).sign_in("noor", "mistyped", HERE, desk.clock())
        await local(desk).sign_in("noor", PASSWORD, HERE, desk.clock())


async def test_an_old_hash_is_made_anew_at_sign_in(either: Desk) -> None:
    """Where the parameters have changed, the password is hashed with the new ones, and works as before."""
    records, newer = (
        either.identity.records,
        Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)),
    )
    await Accounts(records, newer).sign_in("noor", PASSWORD, HERE, either.clock())
    async with records.read() as connection:
        account = await accounts.get(connection, "noor")
    assert account is not None
    assert not newer.outdated(account.password)
    await Accounts(records, newer).sign_in("noor", PASSWORD, HERE, either.clock())


async def test_passwords_are_hashed_as_recommended() -> None:
    """Argon2id with RFC 9106's low-memory parameters, a salt of its own each time."""
    passwords = Passwords()
    one = await passwords.hashed(PASSWORD)
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.matches(one, PASSWORD)
    assert not await passwords.matches(one, PASSWORD + " ")


@pytest.mark.parametrize("weak", ["", "short", "eleven char", "a" * 40, "abababababab", "x" * 1001])
async def test_a_weak_password_is_not_taken(weak: str) -> None:
    """Too short, too long and a few characters repeated are refused."""
    with pytest.raises(WeakPasswordError):
        await FAST.hashed(weak)


async def test_accounts_are_told_apart(either: Desk) -> None:
    """A user name is taken once; what is not there cannot be changed."""
    records = either.identity.records
    again = Account(user="noor", name="Other", password="x", role="admin", created=either.clock())
    with pytest.raises(ContradictionError, match="already"):
        async with records.write() as tx:
            await accounts.add(tx, again)
    with pytest.raises(UnknownRecordError, match="no such account"):
        async with records.write() as tx:
            await accounts.set_role(tx, "nobody", "admin", ())
    async with records.read() as connection:
        assert [each.role for each in await accounts.listing(connection)] == ["agent"]


async def test_a_busy_session_is_not_written_at_every_request(desk: Desk) -> None:
    """Requests within a minute read the records only."""
    token = await desk.session()
    started = desk.clock()
    for seconds in (30, 20, 20):
        desk.clock.turn(seconds=seconds)
        await desk.identity.person_of(None, token)
    async with desk.identity.records.read() as connection:
        (kept,) = await sessions.of_user(connection, "noor")
    assert kept.seen == started + timedelta(seconds=70)
