"""What holds for every page: who it believes came from us, what it tells browsers, how it refuses."""

import json
import re
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest
from graph_kit import Stage
from pydantic import BaseModel, JsonValue
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from web_kit import Web, csrf_in, posted, web_of

from hybrid_agent.records import UnavailableError
from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.routing import Access, Page, body_of
from hybrid_agent.serving.site import Site
from hybrid_agent.serving.web.limiting import Limited
from hybrid_agent.serving.web.limits import FAILURES, Buckets, Limits, Rate
from hybrid_agent.serving.web.showing import shown

pytest_plugins = ["graph_fixtures"]


class Note(BaseModel):
    """What the tests' own pages read."""

    text: str
    extra: JsonValue = None


DONE: list[str] = []


async def note(request: Request, site: Site, person: Person) -> Response:
    DONE.append(body_of(request, Note).text)
    return JSONResponse({"text": body_of(request, Note).text})


async def broken(request: Request, site: Site, person: Person) -> Response:
    raise RuntimeError("secret detail")


async def away(request: Request, site: Site, person: Person) -> Response:
    raise UnavailableError("cannot be reached", where="postgresql://internal")


async def hostile(request: Request, site: Site, person: Person) -> Response:
    values = {"title": request.query_params["text"], "message": "m", "request_id": ""}
    return shown(request, site, person, "web/problem.html", **values)


async def framed(request: Request, site: Site) -> Response:
    return shown(request, site, None, "web/problem.html", title="t", message="m", request_id="")


PAGES = (
    Page("POST", "/try/form", Access.VIEWER, note, "a form", reads=Note),
    Page("POST", "/try/json", Access.VIEWER, note, "for programs", json=True, reads=Note),
    Page("GET", "/try/broken", Access.VIEWER, broken, "breaks"),
    Page("GET", "/try/broken.json", Access.VIEWER, broken, "breaks for programs", json=True),
    Page("GET", "/try/away", Access.VIEWER, away, "the records are away", json=True),
    Page("GET", "/try/hostile", Access.VIEWER, hostile, "shows a text"),
    Page("GET", "/try/framed", Access.EVERYBODY, framed, "may be embedded", framed=True),
)


@pytest.fixture
def web(stage: Stage) -> Web:
    DONE.clear()
    return web_of(stage, PAGES, embedded_by=("https://shop.example",))


async def agent(web: Web) -> httpx.AsyncClient:
    return await web.browser(await web.desk.session(Role.AGENT))


async def test_what_a_script_asks_keeps_nobody_signed_in(web: Web) -> None:
    """A page that reads itself again all day ends its session an hour after the last click."""
    async with await agent(web) as browser:
        for minutes, mode, status in ((50, "navigate", 200), (50, "cors", 200), (11, "cors", 401)):
            web.desk.clock.turn(minutes=minutes)
            page = await browser.get("/site/sessions", headers={"sec-fetch-mode": mode})
            assert page.status_code == status


async def test_a_form_of_ours_is_taken(web: Web) -> None:
    """A browser that has loaded one of our pages may send its form."""
    async with await agent(web) as browser:
        sent = await posted(browser, "/site/sessions", "/try/form", text="hello")
    assert (sent.status_code, DONE) == (200, ["hello"])


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_from_another_site_is_refused(web: Web, headers: dict[str, str]) -> None:
    """Whatever else it brings, a request that another site caused changes nothing."""
    async with await agent(web) as browser:
        token = csrf_in(await browser.get("/site/sessions"))
        sent = await browser.post("/try/form", data={"csrf": token, "text": "x"}, headers=headers)
    assert (sent.status_code, DONE) == (403, [])


async def test_a_form_without_our_token_is_refused(web: Web) -> None:
    """No token, a made-up one, and another session's change nothing; JSON routes want it as a header."""
    async with await agent(web) as browser, await agent(web) as other:
        mine, theirs = [csrf_in(await each.get("/site/sessions")) for each in (browser, other)]
        for token in ("", "made up", "é", theirs):
            sent = await browser.post("/try/form", data={"csrf": token, "text": "x"})
            assert (sent.status_code, DONE) == (403, [])
        assert (await browser.post("/try/json", json={"text": "x"})).status_code == 403
        headers = {"x-csrf-token": mine}
        assert (await browser.post("/try/json", json={"text": "x"}, headers=headers)).status_code == 200


async def test_a_program_needs_no_token_of_ours(web: Web) -> None:
    """What comes with Bearer was not sent by a browser on its own."""
    async with web.client(await web.desk.session()) as program:
        assert (await program.post("/try/json", json={"text": "x"})).status_code == 200


async def test_browsers_are_told_what_pages_may_do(web: Web) -> None:
    """No inline script, no embedding, no sniffing, no copies in caches; over TLS only where there is TLS."""
    async with await agent(web) as browser:
        headers = (await browser.get("/site/sessions")).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "strict-transport-security" not in headers


async def test_what_may_be_embedded_may_be_in_the_shop_alone(web: Web) -> None:
    """The chat's pages name the shop's origins, and no older header contradicts that."""
    async with web.client() as somebody:
        headers = (await somebody.get("/try/framed")).headers
    assert headers["content-security-policy"].endswith("frame-ancestors 'self' https://shop.example")
    assert "x-frame-options" not in headers


async def test_over_tls_cookies_and_headers_insist_on_it(stage: Stage) -> None:
    """Where the public address is https, cookies are bound to host and TLS, and browsers are told to stay."""
    web = web_of(stage, PAGES, url="https://support.example")
    async with web.client() as browser:
        page = await browser.get("/site/sign-in")
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-ha_browser=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "max-age=31536000" in page.headers["strict-transport-security"]


async def test_what_is_typed_is_shown_as_text(web: Web) -> None:
    """Markup in a value is escaped wherever it stands."""
    async with await agent(web) as browser:
        page = await browser.get("/try/hostile", params={"text": "<script>alert(1)</script>\"'&{{ 7*7 }}"})
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;{{ 7*7 }}" in page.text


@pytest.mark.parametrize("path", ["/try/broken", "/try/broken.json"])
async def test_a_fault_of_ours_tells_nothing_of_itself(
    web: Web, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A page says that something went wrong and under which number; the log has the rest."""
    async with await agent(web) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "secret detail" in caplog.text


async def test_records_that_are_away_are_a_matter_of_time(web: Web) -> None:
    """Programs get 503 with Retry-After as problem+json, and no address of the database."""
    async with await agent(web) as browser:
        answer = await browser.get("/try/away")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert "internal" not in answer.text


async def test_a_body_that_says_that_it_is_large_is_not_read(web: Web) -> None:
    """10 MB are answered 413 before the first byte is asked for, ours and LangGraph's addresses alike."""
    for path in ("/try/json", "/threads/some-id/runs"):
        read, status = await sent_to(web, path, size=10_000_000, announced=True)
        assert (read, status) == (0, 413)


async def test_a_body_that_turns_out_to_be_large_is_not_read_whole(web: Web) -> None:
    """Without a length, reading ends where the page's limit is passed."""
    read, status = await sent_to(web, "/try/json", size=10_000_000, announced=False)
    assert status == 413
    assert read < 200_000


async def sent_to(web: Web, path: str, *, size: int, announced: bool) -> tuple[int, int]:
    """How many bytes of a body the app took, and the status that it answered."""
    token = await web.desk.session()
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    if announced:
        headers.append((b"content-length", str(size).encode()))
    taken, statuses = 0, list[int]()

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 64_000
        return {"type": "http.request", "body": b" " * 64_000, "more_body": taken < size}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.7", 1),
        "server": ("127.0.0.1", 2024),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }
    await web.app(scope, receive, send)
    return taken, statuses[0]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not JSON"),
        (b"\xff\xfe", 400, "not JSON"),
        (b"[" * 60_000, 400, "nested"),
        (json.dumps({"text": "x", "extra": [[[]]] * 3}).encode(), 200, "x"),
        (b'{"text": "x", "extra": ' + b"[" * 40 + b"]" * 40 + b"}", 400, "nested"),
        (b'{"text": 7}', 422, "text"),
        (b"[]", 422, "whole"),
        (b"null", 422, "whole"),
    ],
)
async def test_json_that_does_not_fit_is_refused_in_words(
    web: Web, body: bytes, status: int, said: str
) -> None:
    """What cannot be read and what does not fit are told apart, and named."""
    async with web.client(await web.desk.session()) as program:
        headers = {"content-type": "application/json"}
        answer = await program.post("/try/json", content=body, headers=headers)
    assert answer.status_code == status
    assert said in answer.text


async def test_json_says_that_it_is_json(web: Web) -> None:
    """A form sent to a program's route is refused: no other site's form gets there."""
    async with web.client(await web.desk.session()) as program:
        assert (await program.post("/try/json", content=b'{"text": "x"}')).status_code == 400


async def test_another_method_is_answered_with_those_that_there_are(web: Web) -> None:
    """405 with Allow, as problem+json for programs."""
    async with web.client() as somebody:
        answer = await somebody.delete("/try/json")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_who_asks_too_often_is_told_when_to_come_back(web: Web) -> None:
    """Beyond the allowance of a credential requests are answered 429 with Retry-After; others go on."""
    limits = Limits(credentials=Buckets(Rate(a_minute=0.5, burst=3)))
    few = replace(web, app=Limited(web.app, web.site, limits))
    one, other = await web.desk.session(), await web.desk.session()
    async with few.client(one, address="192.0.2.1") as hasty, few.client(other) as calm:
        answers = [await hasty.get("/site/openapi.json") for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) > 60
        assert (await calm.get("/site/openapi.json")).status_code == 200


async def test_who_guesses_tokens_is_stopped(web: Web) -> None:
    """An address with many refused tokens gets 429, however different they are."""
    async with web.client(address="192.0.2.66") as guesser:
        statuses = [
            (
                await guesser.get("/try/away", headers={"authorization": f"Bearer ha-session.{each}"})
            ).status_code
            for each in range(FAILURES.burst + 2)
        ]
    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_behind_a_proxy_the_client_is_who_the_proxy_saw(stage: Stage) -> None:
    """As many last addresses of X-Forwarded-For are believed as there are proxies of ours."""
    web = web_of(stage, PAGES, proxies=1)
    async with web.client(address="10.0.0.1") as through:
        for each in range(FAILURES.burst + 10):
            seen = f"198.51.100.{each}, 192.0.2.9"
            headers = {"authorization": f"Bearer {each}", "x-forwarded-for": seen}
            last = await through.get("/try/away", headers=headers)
        assert last.status_code == 429
        other = {"x-forwarded-for": "192.0.2.9, 192.0.2.10"}
        assert (await through.get("/site/sign-in", headers=other)).status_code == 200


async def test_scripts_import_each_other_by_their_content(web: Web) -> None:
    """What a script imports has an address with a hash that is answered; none is left relative to its own."""
    assets = web.site.templates.assets
    scripts = {name: each.content.decode() for name, each in assets.items() if name.endswith(".js")}
    imported = {url for text in scripts.values() for url in re.findall(r'^import .*?"(.+?)"', text, re.M)}
    assert assets["chat/sse.js"].url in imported
    assert [name for name, text in scripts.items() if re.search(r'(from|import\(?)\s*"\.', text)] == []
    async with web.client() as browser:
        assert {(await browser.get(each)).status_code for each in imported} == {200}


async def test_assets_are_kept_for_ever_under_their_content(web: Web) -> None:
    """An asset's address has its hash; another hash is no address."""
    asset = web.site.templates.assets["web/base.css"]
    async with web.client() as browser:
        found = await browser.get(asset.url)
        assert found.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in found.headers["cache-control"]
        assert (await browser.get(asset.url.replace(asset.digest, "0" * 16))).status_code == 404
        assert (await browser.get("/site/assets/x/..%2f..%2fsettings.py")).status_code == 404


async def test_signing_in_and_out(web: Web) -> None:
    """Signing out ends the session for every holder of its token, not in this browser alone."""
    async with await agent(web) as browser:
        token = browser.cookies["ha_session"]
        out = await posted(browser, "/site/sessions", "/site/sign-out")
        assert (out.status_code, out.headers["location"]) == (303, "/site/sign-in")
    async with await web.browser(token) as copied:
        refused = await copied.get("/site/sessions")
    assert refused.status_code == 401
    assert "This session has ended" in refused.text


async def test_one_can_sign_out_elsewhere(web: Web) -> None:
    """My sessions lists where I am signed in, and ends another one; other people's it does not."""
    somebody_else = await web.browser(await web.desk.session(Role.ADMIN, "ada"))
    async with await agent(web) as here, await agent(web) as there, somebody_else as ada:
        page = await here.get("/site/sessions")
        session = page.text.split('name="session" value="')[1][:64]
        await posted(ada, "/site/sessions", "/site/sessions", session=session)
        assert (await there.get("/site/sessions")).status_code == 200
        await posted(here, "/site/sessions", "/site/sessions", session=session)
        assert (await there.get("/site/sessions")).status_code == 401
        assert (await here.get("/site/sessions")).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/console/cases/1?x=2", "/console/cases/1?x=2"),
        ("https://evil.example", "/console"),
        ("//evil.example", "/console"),
        ("/\\evil.example", "/console"),
        ("javascript:alert(1)", "/console"),
        ("/a\r\nset-cookie: x", "/console"),
    ],
)
async def test_after_signing_in_one_stays_on_this_site(web: Web, wanted: str, goes: str) -> None:
    """Only a path of ours is where one goes on."""
    async with web.client() as browser:
        page = await browser.get("/site/sign-in", params={"onward": wanted})
    assert f'name="onward" value="{goes}"' in page.text


async def test_the_request_s_number_is_taken_over_or_given(web: Web) -> None:
    """A proxy's id comes back; what is no id is replaced."""
    async with web.client() as somebody:
        for given, kept in (("abc-12345", True), ("x", False), ("a b c d e f g", False), ("é" * 9, False)):
            answer = await somebody.get("/site/sign-in", headers={"x-request-id": given.encode()})
            assert (answer.headers["x-request-id"] == given) is kept
