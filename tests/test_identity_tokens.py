"""Customers and visitors are known by tokens, and by none that is wrong in any way."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from graph_kit import Clock
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from identity_kit import AUDIENCE, SECRET, SHOP_SECRET, Desk, desk_of, ec_key, public_pem, rsa_key

from hybrid_agent.caller import Kind
from hybrid_agent.records import open_records
from hybrid_agent.serving.errors import InvalidCredentialError
from hybrid_agent.serving.identity.visitors import PREFIX, visitor_token
from hybrid_agent.serving.settings import Algorithm, CustomerTokens

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with await open_records(f"sqlite:///{tmp_path}/records.db") as records:
        yield desk_of(records, Clock())


async def why(desk: Desk, token: str) -> str:
    """Why a token does not count."""
    with pytest.raises(InvalidCredentialError) as refused:
        await desk.identity.person_of(f"Bearer {token}")
    return refused.value.message


async def test_a_customer_is_whom_the_shop_says(desk: Desk) -> None:
    """The token's subject is the customer, its name is what people see."""
    token = desk.token(name="Ana Ruiz")
    person = await desk.identity.person_of(f"bearer  {token}")
    assert person is not None
    assert (person.kind, person.id, person.name) == (Kind.CUSTOMER, "C-1001", "Ana Ruiz")
    assert person.credential == token
    assert person.role is None


async def test_who_says_nothing_is_nobody(desk: Desk) -> None:
    """Without a token and a cookie a request is nobody's, which is no error."""
    assert await desk.identity.person_of(None) is None
    assert await desk.identity.person_of("", "some-other-cookie") is None


@pytest.mark.parametrize(
    ("algorithm", "key", "public"),
    [("RS256", rsa_key(), public_pem(rsa_key())), ("ES256", ec_key(), public_pem(ec_key()))],
)
async def test_the_shop_may_sign_with_a_private_key(
    desk: Desk, algorithm: str, key: Any, public: str
) -> None:
    """The server needs the public half alone; the other algorithm's token does not count."""
    tokens = CustomerTokens(Algorithm(algorithm), AUDIENCE, public_key=public)
    asymmetric = desk_of(desk.identity.records, desk.clock, customers=tokens)
    person = await asymmetric.identity.person_of(f"Bearer {desk.token(key, algorithm)}")
    assert person is not None
    assert person.id == "C-1001"
    assert "not signed with" in await why(asymmetric, desk.token())


async def test_a_public_key_is_no_secret(desk: Desk) -> None:
    """A token signed with the published key as if it were a secret does not count."""
    public = public_pem(rsa_key())
    tokens = CustomerTokens(Algorithm.RS256, AUDIENCE, public_key=public)
    asymmetric = desk_of(desk.identity.records, desk.clock, customers=tokens)
    forged = signed_with_hmac(desk.claims(), public)
    assert "not signed with RS256" in await why(asymmetric, forged)


def signed_with_hmac(claims: dict[str, Any], key: str) -> str:
    """A token that PyJWT refuses to make."""
    import hashlib
    import hmac

    plain = {**claims, "iat": int(claims["iat"].timestamp()), "exp": int(claims["exp"].timestamp())}
    head, body = part({"alg": "HS256", "typ": "JWT"}), part(plain)
    signature = hmac.new(key.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_a_token_without_signature_does_not_count(desk: Desk) -> None:
    """`alg: none` is refused however it is written."""
    for alg in ("none", "None", "NONE", "", "HS384"):
        plain = {**desk.claims(), "iat": 1, "exp": 4_000_000_000}
        assert "not signed with HS256" in await why(desk, f"{part({'alg': alg})}.{part(plain)}.")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"aud": "another"}, "not for 'support'"),
        ({"aud": None}, "has no 'aud'"),
        ({"iss": "https://other.example"}, "not from"),
        ({"iss": None}, "has no 'iss'"),
        ({"exp": None}, "has no 'exp'"),
        ({"sub": None}, "has no 'sub'"),
        ({"sub": ""}, "no id"),
        ({"sub": "x" * 201}, "no id"),
        ({"sub": "C-1001\n"}, "no id"),
        ({"exp": "tomorrow"}, "no time"),
        ({"exp": float("inf")}, "no time"),
        ({"exp": True}, "no time"),
        ({"exp": 253_402_300_799}, "good for longer"),
        ({"nbf": 10**18}, "no time"),
        ({"headers": {"typ": "logout+jwt"}}, "of a type"),
    ],
)
async def test_a_wrong_claim_is_named(desk: Desk, wrong: dict[str, Any], said: str) -> None:
    """A token that lacks something, or is for or from somebody else, is refused with what is wrong."""
    assert said in await why(desk, desk.token(**wrong))


async def test_a_subject_is_a_text(desk: Desk) -> None:
    """A subject of another type is refused."""
    for subject in (1001, ["C-1001"], {"id": "C-1001"}, True):
        token = signed_with_hmac({**desk.claims(), "sub": subject}, SHOP_SECRET)
        assert await why(desk, token)


async def test_clocks_may_be_off_by_a_minute(desk: Desk) -> None:
    """Up to the leeway a token counts early and late; beyond it the message says that it is the clock."""
    now = desk.clock()
    early, late = now + 0.9 * MINUTE, now - 0.9 * MINUTE
    assert await desk.identity.person_of(f"Bearer {desk.token(nbf=early, iat=early)}")
    assert await desk.identity.person_of(f"Bearer {desk.token(iat=now - 5 * MINUTE, exp=late)}")
    for claim in ("nbf", "iat"):
        said = await why(desk, desk.token(**{claim: now + 10 * MINUTE}))
        assert "in 10 minutes by the clock of this server" in said
    expired = await why(desk, desk.token(iat=now - 9 * MINUTE, exp=now - 3 * MINUTE))
    assert "expired, 3 minutes ago by the clock of this server" in expired


async def test_a_token_is_not_for_ever(desk: Desk) -> None:
    """A token that would be good for longer than the settings allow is refused."""
    now = desk.clock()
    assert "longer than 24 hours" in await why(desk, desk.token(exp=now + timedelta(days=300)))
    assert "longer than 24 hours" in await why(desk, desk.token(iat=None, exp=now + timedelta(days=2)))


async def test_a_huge_token_is_not_even_read(desk: Desk) -> None:
    """What is longer than any header may be is refused by its length."""
    assert "characters" in await why(desk, desk.token(extra="x" * 10_000))


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer   ", "token", "Bearer a b"])
async def test_another_scheme_is_refused(desk: Desk, header: str) -> None:
    """An Authorization header that is no Bearer token is an error, not nobody."""
    with pytest.raises(InvalidCredentialError):
        await desk.identity.person_of(header)


async def test_every_changed_character_is_noticed(desk: Desk) -> None:
    """A token with any one character changed does not count."""
    token = desk.token()
    for place in range(0, len(token) - 1, 7):
        other = "A" if token[place] != "A" else "B"
        assert await why(desk, token[:place] + other + token[place + 1 :])


@tries(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.binary(max_size=40).map(lambda each: base64.b64encode(each).decode()))
async def test_whatever_comes_as_a_token_is_refused_in_words(desk: Desk, text: str) -> None:
    """No text makes reading it fail in another way, dots and our own prefixes included."""
    for made in (text, f"{text}.{text}.{text}", PREFIX + text, f"ha-session.{text}"):
        with pytest.raises(InvalidCredentialError):
            await desk.identity.person_of(f"Bearer {made}")


async def test_a_visitor_is_known_again_for_a_day(desk: Desk) -> None:
    """A visitor's token names one random id until it expires; another server's does not count here."""
    visitor = desk.identity.visitor()
    again = await desk.identity.person_of(f"Bearer {visitor.credential}")
    assert again == visitor
    assert visitor.kind is Kind.ANONYMOUS
    assert visitor.caller.customer_id is None
    assert desk.identity.visitor().id != visitor.id
    elsewhere = visitor_token("z" * 40, desk.clock(), timedelta(hours=1))
    assert "signature" in await why(desk, elsewhere)
    desk.clock.turn(hours=25)
    assert "expired" in await why(desk, visitor.credential)


async def test_our_secret_signs_no_customers(desk: Desk) -> None:
    """A visitor's token without its prefix, or one of a visitor's making, is no customer's."""
    visitor = desk.identity.visitor().credential.removeprefix(PREFIX)
    assert await why(desk, visitor)
    as_visitor = PREFIX + jwt.encode(desk.claims(), SECRET, algorithm="HS256")
    assert "not for" in await why(desk, as_visitor)


async def test_visitors_can_be_turned_away(desk: Desk) -> None:
    """Where customers must be signed in, nobody gets a visitor's token."""
    closed = desk_of(desk.identity.records, desk.clock, anonymous=False)
    with pytest.raises(InvalidCredentialError, match="sign in"):
        closed.identity.visitor()


async def test_a_token_gives_no_role(desk: Desk) -> None:
    """Whatever a shop's token claims, its holder is a customer and no staff."""
    person = await desk.identity.person_of(
        f"Bearer {desk.token(role='admin', roles=['admin'], kind='staff')}"
    )
    assert person is not None
    assert person.role is None
    assert person.caller.roles == frozenset()
    assert not person.is_staff
