"""Whether who began a stream may still read it."""

from hybrid_agent.records import RecordsError
from hybrid_agent.serving.errors import NotReadyError, NotSignedInError
from hybrid_agent.serving.identity.identity import Identity
from hybrid_agent.serving.people import Person


async def still_counts(identity: Identity, person: Person) -> bool:
    """Whether the credential that a stream was begun with still stands for the same person.

    What cannot be asked just now is asked again at the next heartbeat.
    """
    try:
        found = await identity.person_of(f"Bearer {person.credential}", used=False)
    except NotSignedInError:
        return False
    except (NotReadyError, RecordsError):
        return True
    return found is not None and (found.id, found.role) == (person.id, person.role)
