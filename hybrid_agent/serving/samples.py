"""Sample sign-ins of a demonstration: who, from a file; with which passwords, from the server's secret."""

import base64
import hashlib
import hmac
from pathlib import Path

from pydantic import field_validator

from hybrid_agent.catalog.parts import Part, Text
from hybrid_agent.serving.people import Role
from hybrid_agent.yamlfile import read_model


class SampleStaff(Part):
    """A member of staff: `role` is theirs on the console, `roles` are others that approvers may be."""

    user: Text
    name: Text
    role: Role
    roles: frozenset[Text] = frozenset()

    @field_validator("role", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        return next((each for each in Role if each.label == value), value)


class SampleCustomer(Part):
    """A customer of the sample shop."""

    id: Text
    about: Text


class Samples(Part):
    """Who can sign in to a demonstration."""

    staff: tuple[SampleStaff, ...] = ()
    customers: tuple[SampleCustomer, ...] = ()


def read_samples(file: Path) -> Samples:
    """The sample sign-ins of a file. Raises ConfigurationError."""
    return read_model(file, Samples)


def sample_password(user: str, secret: str) -> str:
    """The password of a sample account: the same at every start with this secret, another with another."""
    digest = hmac.new(secret.encode(), f"sample:{user}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:16].decode().lower()
