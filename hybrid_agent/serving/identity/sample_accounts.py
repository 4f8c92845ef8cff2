"""The accounts of a demonstration's staff."""

from datetime import datetime

from hybrid_agent.records import Records, accounts
from hybrid_agent.records.staff import Account
from hybrid_agent.serving.identity.passwords import Passwords
from hybrid_agent.serving.samples import Samples, sample_password


async def enter_samples(records: Records, samples: Samples, secret: str, now: datetime) -> None:
    """Enter the sample accounts that are not there yet, with their sample passwords."""
    passwords = Passwords()
    async with records.read() as connection:
        known = {each.user for each in await accounts.listing(connection)}
    missing = [each for each in samples.staff if each.user not in known]
    entered = [
        Account(
            user=each.user,
            name=each.name,
            password=await passwords.hashed(sample_password(each.user, secret)),
            role=each.role.label,
            roles=each.roles,
            created=now,
        )
        for each in missing
    ]
    async with records.write() as tx:
        for each in entered:
            await accounts.add(tx, each)
