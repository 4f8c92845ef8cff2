"""What somebody tried who meant harm: on the site, and on the server as it is served."""

import httpx2 as httpx
from graph_kit import Stage
from server_kit import Served
from web_kit import csrf_in, web_of

from hybrid_agent.serving.identity.accounts import BY_BOTH
from hybrid_agent.serving.web.limits import FAILURES

pytest_plugins = ["graph_fixtures", "server_kit"]


async def test_nobody_claims_to_be_this_process(stage: Stage) -> None:
    """Limits hold for whoever a header makes look like the server's calls to itself."""
    transport = httpx.ASGITransport(web_of(stage).app, client=("in-process", 0))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as guesser:
        for each in range(FAILURES.burst + 2):
            last = await guesser.get("/site/sessions", headers={"authorization": f"Bearer {each}"})
    assert last.status_code == 429


async def test_guessing_from_made_up_addresses(served: Served) -> None:
    """Passwords are guessed no longer with an X-Forwarded-For that nobody of ours has set."""
    async with httpx.AsyncClient(base_url=served.url) as guesser:
        for each in range(BY_BOTH + 1):
            guesser.headers["x-forwarded-for"] = f"198.51.100.{each}"
            token = csrf_in(await guesser.get("/site/sign-in"))
            form = {"csrf": token, "user": "nobody", "password": f"a guess, {each}"}
            last = await guesser.post("/site/sign-in", data=form)
    assert last.status_code == 429
