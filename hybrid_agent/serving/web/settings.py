"""How the site meets browsers. `serving.settings` reads it from the environment and checks it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """How often: `burst` at once, then `a_minute`."""

    a_minute: float
    burst: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`framed_by` are the origins whose pages may embed the chat; it always embeds itself.

    `proxies` is how many proxies of ours stand before this server: so many last addresses of
    X-Forwarded-For are believed. `a_person` limits who is known, `an_address` who is not, and
    `failures` the refused tokens of one address, all in one process. `largest` is the most bytes of a
    body anywhere, LangGraph's API included.
    """

    framed_by: tuple[str, ...] = ()
    proxies: int = 0
    a_person: Rate = Rate(a_minute=300, burst=100)
    an_address: Rate = Rate(a_minute=600, burst=200)
    failures: Rate = Rate(a_minute=30, burst=60)
    largest: int = 1_000_000
