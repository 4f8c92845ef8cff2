"""Staff sign in at an OpenID Connect provider; its keys may change and it may be away."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
import pytest
from graph_kit import Clock, Stage
from identity_kit import AUDIENCE, Desk, desk_of, rsa_key
from oidc_kit import CLIENT, CLIENT_SECRET, Issuer, issuing
from web_kit import Web, web_of

from hybrid_agent.serving.errors import InvalidCredentialError, NotAllowedError, NotReadyError
from hybrid_agent.serving.people import Role
from hybrid_agent.serving.settings import Algorithm, CustomerTokens, Oidc

pytest_plugins = ["graph_fixtures"]

ROLES = {"support": ("agent",), "leads": ("supervisor", "refunds"), "other": ("refunds",)}


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as running:
        yield running


def oidc(issuer: Issuer) -> Oidc:
    return Oidc(issuer.url, CLIENT, CLIENT_SECRET, "roles", ROLES)


@pytest.fixture
def web(stage: Stage, issuer: Issuer) -> Web:
    stage.clock.now = _real_now()
    return web_of(stage, oidc=oidc(issuer))


def _real_now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)


async def signed_in(web: Web, browser: httpx.AsyncClient, onward: str = "/site/sessions") -> httpx.Response:
    """What the browser gets when it is back from the provider."""
    left = await browser.get("/site/sign-in/provider", params={"onward": onward})
    async with httpx.AsyncClient(trust_env=False) as at_the_provider:
        sent_back = await at_the_provider.get(left.headers["location"])
    return await browser.get(sent_back.headers["location"])


async def test_staff_sign_in_at_the_provider(web: Web, issuer: Issuer) -> None:
    """The browser goes there and comes back with a session, to the page that was wanted."""
    issuer.says = {"roles": ["leads", "unheard-of"]}
    async with web.client() as browser:
        back = await signed_in(web, browser)
        assert (back.status_code, back.headers["location"]) == (303, "/site/sessions")
        page = await browser.get("/site/sessions")
        assert "Noor Haddad" in page.text
        assert "single sign-on" in page.text
        person = await web.desk.identity.person_of(None, browser.cookies["ha_session"])
    assert person is not None
    assert (person.id, person.role, person.roles) == ("u-17", Role.SUPERVISOR, {"refunds"})
    assert "ha_leaving" not in browser.cookies


async def test_the_sign_in_page_names_the_provider(web: Web) -> None:
    """Where there is a provider, the page leads there."""
    async with web.client() as browser:
        page = await browser.get("/site/sign-in")
    assert "Sign in with single sign-on" in page.text


@pytest.mark.parametrize(
    ("says", "answers", "status", "said"),
    [
        ({"nonce": "another"}, {}, 401, "another sign-in"),
        ({"aud": "another"}, {}, 401, "not for"),
        ({"azp": "another"}, {}, 401, "another application"),
        ({"iss": "https://other.example"}, {}, 401, "not from"),
        ({"roles": ["unheard-of"]}, {}, 403, "no role here"),
        ({"roles": ["other"]}, {}, 403, "no role here"),
        ({"roles": None}, {}, 403, "no role here"),
        ({}, {"state": "another"}, 401, "begun elsewhere"),
        ({}, {"iss": "https://other.example"}, 401, "answered than was asked"),
        ({}, {"error": "access_denied"}, 401, "did not sign you in"),
        ({}, {"code": "made-up"}, 401, "does not accept"),
    ],
)
async def test_an_answer_that_does_not_fit_signs_nobody_in(
    web: Web, issuer: Issuer, says: dict[str, Any], answers: dict[str, str], status: int, said: str
) -> None:
    """Whatever is wrong with it is said, and there is no session."""
    issuer.says, issuer.answers = says, answers
    async with web.client() as browser:
        back = await signed_in(web, browser)
        assert back.status_code == status
        assert said in back.text
        assert "ha_session" not in browser.cookies


async def test_a_sign_in_that_was_begun_by_somebody_else_is_refused(web: Web) -> None:
    """Who is sent an address with a code and a state of another browser is not signed in by it."""
    async with web.client() as attacker, web.client() as victim:
        left = await attacker.get("/site/sign-in/provider")
        async with httpx.AsyncClient(trust_env=False) as at_the_provider:
            sent_back = await at_the_provider.get(left.headers["location"])
        for begin in (False, True):
            if begin:
                await victim.get("/site/sign-in/provider")
            refused = await victim.get(sent_back.headers["location"])
            assert refused.status_code == 401
            assert "ha_session" not in victim.cookies


async def test_a_code_counts_once(web: Web) -> None:
    """Going back and coming again with the same code does not sign in twice."""
    async with web.client() as browser:
        left = await browser.get("/site/sign-in/provider")
        async with httpx.AsyncClient(trust_env=False) as at_the_provider:
            back = (await at_the_provider.get(left.headers["location"])).headers["location"]
        assert (await browser.get(back)).status_code == 303
        assert (await browser.get(back)).status_code == 401


async def test_every_sign_in_has_secrets_of_its_own(web: Web) -> None:
    """State, nonce and challenge are never used again, and the verifier never leaves in an address."""
    async with web.client() as browser:
        seen = [
            parse_qs(urlsplit((await browser.get("/site/sign-in/provider")).headers["location"]).query)
            for _ in range(2)
        ]
    for name in ("state", "nonce", "code_challenge"):
        assert seen[0][name] != seen[1][name]
    assert "code_verifier" not in seen[0]


async def test_a_provider_that_is_away_is_said_to_be(web: Web, issuer: Issuer) -> None:
    """The page says that it cannot be done now, and it works as soon as the provider is back."""
    issuer.down = True
    async with web.client() as browser:
        away = await browser.get("/site/sign-in/provider")
        assert away.status_code == 503
        assert int(away.headers["retry-after"]) > 0
        issuer.down = False
        assert (await signed_in(web, browser)).status_code == 303


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://other.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": 7},
    ],
)
async def test_a_provider_that_leads_elsewhere_is_not_followed(
    web: Web, issuer: Issuer, document: dict[str, Any]
) -> None:
    """A discovery document that names another issuer or an address without TLS is not used."""
    issuer.document = document
    async with web.client() as browser:
        assert (await browser.get("/site/sign-in/provider")).status_code == 503


async def test_a_program_of_staff_comes_with_the_provider_s_token(web: Web, issuer: Issuer) -> None:
    """An access token for us works as Bearer; one for another application or without a role does not."""
    person = await web.desk.identity.person_of(f"Bearer {issuer.token()}")
    assert person is not None
    assert (person.id, person.role) == ("u-17", Role.AGENT)
    with pytest.raises(InvalidCredentialError, match="not for"):
        await web.desk.identity.person_of(f"Bearer {issuer.token(aud='another')}")
    with pytest.raises(NotAllowedError, match="no role"):
        await web.desk.identity.person_of(f"Bearer {issuer.token(roles=[])}")


async def test_a_customer_s_token_cannot_pretend_to_be_the_provider_s(web: Web, issuer: Issuer) -> None:
    """What the shop signs in the provider's name is judged by the provider's keys."""
    with pytest.raises(InvalidCredentialError):
        await web.desk.identity.person_of(f"Bearer {web.desk.token(iss=issuer.url, aud=CLIENT)}")


async def shop_with_keys_at(desk: Desk, issuer: Issuer) -> Desk:
    tokens = CustomerTokens(Algorithm.RS256, AUDIENCE, jwks_url=f"{issuer.url}/keys")
    return desk_of(desk.identity.records, desk.clock, customers=tokens)


def signed_by(desk: Desk, key: str) -> str:
    return f"Bearer {desk.token(rsa_key(key), 'RS256', headers={'kid': key})}"


async def test_keys_are_fetched_once_and_when_they_change(web: Web, issuer: Issuer) -> None:
    """A new key of the issuer counts at once; made-up key ids do not make the server ask and ask."""
    desk = await shop_with_keys_at(web.desk, issuer)
    for _ in range(5):
        assert await desk.identity.person_of(signed_by(desk, "one"))
    assert issuer.asked.count("/keys") == 1
    desk.clock.turn(minutes=1)
    issuer.keys = ("two",)
    assert await desk.identity.person_of(signed_by(desk, "two"))
    with pytest.raises(InvalidCredentialError, match="does not publish"):
        await desk.identity.person_of(signed_by(desk, "one"))
    for _ in range(20):
        with pytest.raises(InvalidCredentialError, match="does not publish"):
            await desk.identity.person_of(signed_by(desk, "three"))
    assert issuer.asked.count("/keys") == 2


async def test_known_keys_outlive_an_issuer_that_is_away(web: Web, issuer: Issuer) -> None:
    """For a day known keys count while their address does not answer; without any it is said to be so."""
    desk = await shop_with_keys_at(web.desk, issuer)
    assert await desk.identity.person_of(signed_by(desk, "one"))
    issuer.down = True
    desk.clock.turn(hours=5)
    assert await desk.identity.person_of(signed_by(desk, "one"))
    desk.clock.turn(hours=20)
    with pytest.raises(NotReadyError, match="keys cannot be fetched"):
        await desk.identity.person_of(signed_by(desk, "one"))
    issuer.down = False
    desk.clock.turn(minutes=1)
    assert await desk.identity.person_of(signed_by(desk, "one"))


async def test_a_key_for_something_else_signs_nothing(web: Web, issuer: Issuer) -> None:
    """Keys of another algorithm in the set do not verify tokens."""
    tokens = CustomerTokens(Algorithm.ES256, AUDIENCE, jwks_url=f"{issuer.url}/keys")
    desk = desk_of(web.desk.identity.records, Clock(web.desk.clock()), customers=tokens)
    with pytest.raises(InvalidCredentialError):
        await desk.identity.person_of(signed_by(desk, "one"))
