"""Members of staff in the records, as frozen models."""

from datetime import datetime

from pydantic import Field

from hybrid_agent.frozen import Frozen


class Account(Frozen):
    """A local account. `password` is its Argon2 hash, `role` what its owner may do on the console, `roles`
    are further ones that the catalog's approvers name."""

    user: str
    name: str
    password: str = Field(repr=False)
    role: str
    roles: frozenset[str] = frozenset()
    created: datetime
    disabled: datetime | None = None


class StaffSession(Frozen):
    """Somebody of the staff in one browser or program. `id` is the SHA-256 of the session's token, `via` how
    they signed in. Who they are is as it was then."""

    id: str
    user: str
    name: str
    role: str
    roles: frozenset[str] = frozenset()
    via: str
    created: datetime
    seen: datetime
    expires: datetime
