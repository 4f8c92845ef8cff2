"""The sample shop's customers."""

import unicodedata
from dataclasses import dataclass

from hybrid_agent_tools.customers import AccountStatus
from hybrid_agent_tools.embedded.sample.countries import COUNTRIES, SampleCountry
from hybrid_agent_tools.embedded.sample.known import KnownCustomer
from hybrid_agent_tools.embedded.sample.rows import Build
from hybrid_agent_tools.values import Address

__all__ = ["Person", "add_person", "drawn_person", "known_person"]

FIRST_ID = 1001
PLANS = ("standard", "standard", "standard", "plus", "plus", "pro")
SEGMENTS = ("private", "private", "private", "business")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer before the row is written."""

    customer_id: str
    name: str
    email: str
    plan: str
    segment: str
    country: SampleCountry
    address: Address


def known_person(index: int, known: KnownCustomer) -> Person:
    """A customer as spelled out."""
    name = f"{known.first_name} {known.last_name}"
    region = next((where[1] for where in COUNTRIES[known.country].cities if where[0] == known.city), None)
    return Person(
        customer_id=f"C-{FIRST_ID + index}",
        name=name,
        email=known.email,
        plan=known.plan,
        segment="private",
        country=COUNTRIES[known.country],
        address=Address(
            name=name,
            line1=known.line1,
            city=known.city,
            region=region,
            postcode=known.postcode,
            country=known.country,
        ),
    )


def drawn_person(build: Build, index: int) -> Person:
    """A customer from the lists of a drawn country; the email is unique by the index."""
    draw = build.draw
    country = draw.choice(tuple(COUNTRIES.values()))
    first, last = draw.choice(country.first_names), draw.choice(country.last_names)
    city, region, postcode = draw.choice(country.cities)
    street = draw.choice(country.streets).format(n=draw.randint(1, 90))
    return Person(
        customer_id=f"C-{FIRST_ID + index}",
        name=f"{first} {last}",
        email=f"{_ascii(first)}.{_ascii(last)}{index}@example.{draw.choice(('com', 'net', 'org'))}",
        plan=draw.choice(PLANS),
        segment=draw.choice(SEGMENTS),
        country=country,
        address=Address(
            name=f"{first} {last}",
            line1=build.digits(street),
            city=city,
            region=region,
            postcode=build.digits(postcode),
            country=country.code,
        ),
    )


def add_person(build: Build, person: Person, status: AccountStatus) -> None:
    """Write the customer's row."""
    build.add(
        "customers",
        person.customer_id,
        person.name,
        person.email,
        build.digits(person.country.phone),
        person.plan,
        person.segment,
        status,
        person.country.language,
        person.country.code,
        person.address.model_dump_json(),
        build.at(days=build.draw.randint(420, 1500)),
    )


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower()
