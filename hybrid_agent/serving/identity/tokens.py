"""Signed tokens (JWT, RFC 7519): one algorithm that is settled on beforehand, every claim checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from hybrid_agent.serving.errors import InvalidCredentialError
from hybrid_agent.serving.settings import Algorithm

LONGEST_TOKEN: Final = 8_000
"""Characters; browsers and proxies take no longer header either."""
TYPES: Final = frozenset({None, "JWT", "at+jwt", "application/at+jwt"})
"""The `typ` of tokens that say who somebody is; a logout token, for one, is none."""
LONGEST_NAME: Final = 200

Key = str | jwt.PyJWK


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must be. `issuer` empty: anybody who has the key. `leeway` is how far the issuer's clock
    may be off, `lifetime` the longest time from its issue that a token may be good for."""

    algorithm: Algorithm
    audience: str
    issuer: str
    leeway: timedelta
    lifetime: timedelta


def peeked(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Header and claims as the token has them, NOT verified: good only for choosing who is to verify it.

    Raises InvalidCredentialError for what is no token.
    """
    if len(token) > LONGEST_TOKEN:
        raise InvalidCredentialError(f"the token has {len(token)} characters; {LONGEST_TOKEN} are the most")
    try:
        read = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise InvalidCredentialError("what came as a token is none") from None
    return read["header"], read["payload"]


def verified(token: str, key: Key, rules: TokenRules, now: datetime) -> Mapping[str, Any]:
    """The claims of a token that counts now. Raises InvalidCredentialError that says why another does not."""
    header, _ = peeked(token)
    if header.get("alg") != rules.algorithm:
        raise InvalidCredentialError(f"the token is not signed with {rules.algorithm.value}")
    if header.get("typ") not in TYPES:
        raise InvalidCredentialError("the token is of a type that says nothing about who sends it")
    options: Any = {
        "require": ["exp", "sub", "aud"] + ["iss"] * bool(rules.issuer),
        "verify_exp": False,
        "verify_nbf": False,
        "verify_iat": False,
        "enforce_minimum_key_length": True,
    }
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[rules.algorithm.value],
            audience=rules.audience,
            issuer=rules.issuer or None,
            options=options,
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise InvalidCredentialError(_why(error, rules)) from None
    _check_times(claims, rules, now)
    return claims


def subject(claims: Mapping[str, Any], claim: str = "sub") -> str:
    """The id that a claim holds. Raises InvalidCredentialError for what is no id."""
    found = claims.get(claim)
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_NAME or not found.isprintable():
        raise InvalidCredentialError(
            f"the token's {claim!r} is no id: 1 to {LONGEST_NAME} printable characters"
        )
    return found


def display_name(claims: Mapping[str, Any], otherwise: str) -> str:
    """The name to show; where the token has none that can be shown, another one."""
    found = claims.get("name")
    return (
        found[:LONGEST_NAME]
        if isinstance(found, str) and found.strip() and found.isprintable()
        else otherwise
    )


def _check_times(claims: Mapping[str, Any], rules: TokenRules, now: datetime) -> None:
    expires = _time(claims, "exp")
    begins, issued = (
        _time(claims, "nbf") if "nbf" in claims else None,
        _time(claims, "iat") if "iat" in claims else None,
    )
    if now - expires >= rules.leeway:
        raise InvalidCredentialError(
            f"the token has expired, {_ago(now - expires)} ago by the clock of this server"
        )
    for each in (begins, issued):
        if each is not None and each - now > rules.leeway:
            raise InvalidCredentialError(
                f"the token counts only in {_ago(each - now)} by the clock of this server: "
                "set the clock of whoever issued it, or of this server"
            )
    if expires - (issued or now) > rules.lifetime + rules.leeway:
        raise InvalidCredentialError(f"the token would be good for longer than {_ago(rules.lifetime)}")


def _time(claims: Mapping[str, Any], name: str) -> datetime:
    found = claims.get(name)
    if not isinstance(found, int | float) or isinstance(found, bool):
        raise InvalidCredentialError(f"the token's {name!r} is no time")
    try:
        return datetime.fromtimestamp(found, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidCredentialError(f"the token's {name!r} is no time") from None


def _ago(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def _why(error: Exception, rules: TokenRules) -> str:
    match error:
        case jwt.InvalidAudienceError():
            return f"the token is not for {rules.audience!r}"
        case jwt.InvalidIssuerError():
            return f"the token is not from {rules.issuer!r}"
        case jwt.MissingRequiredClaimError():
            return f"the token has no {error.claim!r}"
        case jwt.InvalidSignatureError():
            return "the token's signature is wrong"
        case _:
            return "the token cannot be verified"
