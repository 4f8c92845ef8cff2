"""How often somebody may ask: a token bucket each, in the memory of one process.

With several processes everybody has as many times the allowance; a proxy in front is for more than that.
"""

import hashlib
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from hybrid_agent.serving.errors import TooManyRequestsError

MOST: Final = 20_000
"""Buckets kept of a kind; the longest unused go first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, and `a_minute` on average."""

    a_minute: float
    burst: int


A_CREDENTIAL: Final = Rate(a_minute=600, burst=200)
AN_ADDRESS: Final = Rate(a_minute=6_000, burst=1_000)
"""Many people may share an address."""
FAILURES: Final = Rate(a_minute=30, burst=60)
"""Of an address's requests with a token that does not count."""

UNDER_WAY: Final = 1_000
"""Requests of an address that are answered at once; a stream is one for as long as somebody reads it."""

IN_PROCESS: Final = "hybrid_agent.in_process"
"""What the ASGI scope has of calls that this process makes to itself on behalf of somebody who was counted.

Nothing that is sent gets into a scope under a name of ours; a client's address is what a header says it is
where the server believes a proxy.
"""


@dataclass(frozen=True, eq=False)
class Buckets:
    """One kind of allowance, by key."""

    rate: Rate
    _filled: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def spend(self, key: str) -> None:
        """Take one of the key's allowance. Raises TooManyRequestsError where there is none."""
        left, now = self._left(key)
        if left < 1:
            raise self._too_many(left)
        self._filled[key] = (left - 1, now)
        self._filled.move_to_end(key)
        if len(self._filled) > MOST:
            self._filled.popitem(last=False)

    def check(self, key: str) -> None:
        """Raises TooManyRequestsError where nothing is left; takes nothing."""
        left, _ = self._left(key)
        if left < 1:
            raise self._too_many(left)

    def _left(self, key: str) -> tuple[float, float]:
        now = time.monotonic()
        left, at = self._filled.get(key, (float(self.rate.burst), now))
        return min(self.rate.burst, left + (now - at) * self.rate.a_minute / 60), now

    def _too_many(self, left: float) -> TooManyRequestsError:
        after = max(1, ceil((1 - left) * 60 / self.rate.a_minute))
        return TooManyRequestsError(f"Please wait {after} seconds and try again.", after=after)


@dataclass(frozen=True, eq=False)
class Places:
    """How many requests may be under way at once, by key."""

    most: int
    _taken: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def taken(self, key: str) -> Iterator[None]:
        """Inside, one more is. Raises TooManyRequestsError where there are too many already."""
        if self._taken[key] >= self.most:
            raise TooManyRequestsError("Too much is open at once. Close a page and try again.", after=5)
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]


@dataclass(frozen=True, eq=False)
class Limits:
    """The allowances of a process."""

    credentials: Buckets = field(default_factory=lambda: Buckets(A_CREDENTIAL))
    addresses: Buckets = field(default_factory=lambda: Buckets(AN_ADDRESS))
    failures: Buckets = field(default_factory=lambda: Buckets(FAILURES))
    under_way: Places = field(default_factory=lambda: Places(UNDER_WAY))

    def spend(self, address: str, credential: str) -> None:
        """Count a request. Raises TooManyRequestsError where there have been too many."""
        self.failures.check(address)
        self.addresses.spend(address)
        if credential:
            self.credentials.spend(hashlib.sha256(credential.encode()).hexdigest())

    def failed(self, address: str) -> None:
        """Count a token that did not count; the answer to this request is given already."""
        with suppress(TooManyRequestsError):
            self.failures.spend(address)


def address_of(scope: Scope, proxies: int) -> str:
    """Whose request it is by network address: the client's, or what the last of our `proxies` saw."""
    client = scope.get("client")
    direct: str = client[0] if client else "unknown"
    listed = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    seen = [each.strip() for each in listed if each.strip()]
    return seen[-proxies] if 0 < proxies <= len(seen) else direct
