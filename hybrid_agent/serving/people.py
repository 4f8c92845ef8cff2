"""Whoever is signed in: a customer, an anonymous visitor with conversations of their own, or staff."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hybrid_agent.caller import Caller, Kind


class Role(IntEnum):
    """What a member of staff may do on the console; each may do what those before it may.

    Viewers read, masked. Agents converse, take over and decide what the catalog lets their roles decide.
    Supervisors see what everybody did. Admins manage accounts and erase customers.
    """

    VIEWER = 1
    AGENT = 2
    SUPERVISOR = 3
    ADMIN = 4

    @property
    def label(self) -> str:
        """Its name in tokens, settings and pages."""
        return self.name.lower()


class Proof(StrEnum):
    """How a request said who sends it: a token that it carries itself, or a browser's cookie."""

    BEARER = "bearer"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class Person:
    """The authenticated sender of a request.

    `id` is the customer's id, the user name of staff, or the random id of an anonymous visitor. `roles` are
    what the catalog's approvers are matched against; a staff `role` names itself and those below it there.
    `credential` is what the request came with, passed on to LangGraph's API so that it judges by itself.
    """

    kind: Kind
    id: str
    name: str
    credential: str
    proof: Proof = Proof.BEARER
    role: Role | None = None
    roles: frozenset[str] = frozenset()

    @property
    def caller(self) -> Caller:
        """This person as the graph knows callers."""
        if self.role is None:
            return Caller(kind=self.kind, id=self.id)
        held = {each.label for each in Role if each <= self.role}
        return Caller(kind=Kind.STAFF, id=self.id, roles=self.roles | held)

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of staff."""
        return self.role is not None
