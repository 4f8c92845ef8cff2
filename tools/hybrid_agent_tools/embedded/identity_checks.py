"""How the embedded shop checks who somebody is. Every answer is the same whether or not an account exists."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from sqlite3 import Row

from hybrid_agent_tools.customers import AccountStatus
from hybrid_agent_tools.embedded.refusals import rejected
from hybrid_agent_tools.embedded.rules import ShopRules, load_rules
from hybrid_agent_tools.embedded.shop import Session, stamp
from hybrid_agent_tools.identity import CodeSent, PasswordReset, Verification
from hybrid_agent_tools.values import Address

__all__ = ["check_code", "send_code", "start_password_reset", "verify"]


def verify(session: Session, number: str, email: str | None, postcode: str | None) -> Verification:
    """The order's customer if everything given matches; failures count against order and email."""
    rules = load_rules(session)
    subjects = [f"order {number.casefold()}"] + ([f"email {email.casefold()}"] if email else [])
    for subject in subjects:
        _refuse_repeats(session, subject, rules.verify_attempts, rules)
    row = session.one(
        "SELECT customers.*, orders.address AS sent_to FROM orders "
        "JOIN customers ON customers.id = customer_id WHERE number = ? AND status <> ?",
        number,
        AccountStatus.CLOSED,
    )
    if row is not None and _matches(row, email, postcode):
        return Verification(customer_id=row["id"])
    for subject in subjects:
        _count(session, subject)
    return Verification()


def send_code(session: Session, email: str) -> CodeSent:
    """Put a code into the outbox of the account, if there is one; earlier codes stay valid."""
    rules, customer = load_rules(session), _account(session, email)
    subject = f"code {email.casefold()}"
    _refuse_repeats(session, subject, rules.codes_per_window, rules)
    _count(session, subject)
    code = "".join(session.chance.choices("0123456789", k=rules.code_digits))
    challenge_id = session.chance.randbytes(8).hex()
    expires_at = session.now + timedelta(minutes=rules.code_minutes)
    session.run(
        "INSERT INTO challenges VALUES (?, ?, ?, ?, ?)",
        challenge_id,
        customer and customer["id"],
        _hash(challenge_id, code),
        stamp(expires_at),
        rules.code_attempts,
    )
    if customer:
        _mail(
            session, customer, "Your code", f"Your code is {code}. It works for {rules.code_minutes} minutes."
        )
    return CodeSent(challenge_id=challenge_id, expires_at=expires_at)


def check_code(session: Session, challenge_id: str, code: str) -> Verification:
    """The customer the code was sent to; a right code is used up, a wrong one costs an attempt."""
    row = session.one("SELECT * FROM challenges WHERE id = ?", challenge_id)
    if row is None or row["attempts_left"] < 1 or datetime.fromisoformat(row["expires_at"]) <= session.now:
        raise rejected("this code can no longer be used.", challenge_id, "Send a new code.")
    right = (
        hmac.compare_digest(row["code_hash"], _hash(challenge_id, code)) and row["customer_id"] is not None
    )
    left = 0 if right else row["attempts_left"] - 1
    session.run("UPDATE challenges SET attempts_left = ? WHERE id = ?", left, challenge_id)
    return Verification(customer_id=row["customer_id"] if right else None)


def start_password_reset(session: Session, email: str) -> PasswordReset:
    """Put a mail with a reset link into the outbox of the account, if there is one."""
    rules, customer = load_rules(session), _account(session, email)
    subject = f"reset {email.casefold()}"
    _refuse_repeats(session, subject, rules.codes_per_window, rules)
    _count(session, subject)
    if customer:
        link = rules.reset_url + urlsafe_b64encode(session.chance.randbytes(24)).decode()
        _mail(session, customer, "Choose a new password", f"Choose a new password here: {link}")
    return PasswordReset(requested_at=session.now)


def _account(session: Session, email: str) -> Row | None:
    return session.one("SELECT * FROM customers WHERE email = ? AND status <> ?", email, AccountStatus.CLOSED)


def _matches(row: Row, email: str | None, postcode: str | None) -> bool:
    if email is not None and email.casefold() != row["email"].casefold():
        return False
    if postcode is None:
        return email is not None
    known = {_plain(Address.model_validate_json(row[column]).postcode) for column in ("sent_to", "address")}
    return _plain(postcode) in known


def _plain(postcode: str) -> str:
    return "".join(character for character in postcode.casefold() if character.isalnum())


def _hash(challenge_id: str, code: str) -> str:
    return hashlib.sha256(f"{challenge_id}:{code}".encode()).hexdigest()


def _refuse_repeats(session: Session, subject: str, limit: int, rules: ShopRules) -> None:
    since = stamp(session.now - timedelta(minutes=rules.verify_window_minutes))
    row = session.one("SELECT count(*) AS made FROM attempts WHERE subject = ? AND at > ?", subject, since)
    if row is not None and row["made"] >= limit:
        raise rejected(
            "there were too many attempts.",
            subject.partition(" ")[0],
            f"Wait {rules.verify_window_minutes} minutes, or hand over to a person.",
        )


def _count(session: Session, subject: str) -> None:
    session.run("INSERT INTO attempts VALUES (?, ?)", subject, stamp(session.now))


def _mail(session: Session, customer: Row, subject: str, body: str) -> None:
    values = (customer["id"], customer["email"], subject, body, stamp(session.now))
    session.run(
        "INSERT INTO outbox (customer_id, recipient, subject, body, at) VALUES (?, ?, ?, ?, ?)", *values
    )
