"""The shop's business rules, which are data in its settings table."""

import json

from pydantic import Field, ValidationError

from hybrid_agent_tools.embedded.refusals import misconfigured
from hybrid_agent_tools.embedded.shop import Session
from hybrid_agent_tools.order_states import Fulfillment, Payment
from hybrid_agent_tools.values import Value

__all__ = ["ShopRules", "load_rules", "save_rules"]


class ShopRules(Value):
    """What the shop allows; every rule is one row of `settings`, by its name here."""

    return_window_days: int = Field(30, ge=0)
    refundable_payments: tuple[Payment, ...] = (Payment.PAID, Payment.PARTLY_REFUNDED)
    cancellable: tuple[Fulfillment, ...] = (Fulfillment.UNFULFILLED,)
    address_changeable: tuple[Fulfillment, ...] = (Fulfillment.UNFULFILLED,)
    address_same_country: bool = True
    appointment_notice_hours: int = Field(24, ge=0)
    verify_attempts: int = Field(5, ge=1)
    verify_window_minutes: int = Field(15, ge=1)
    code_digits: int = Field(6, ge=4, le=10)
    code_attempts: int = Field(5, ge=1)
    code_minutes: int = Field(10, ge=1)
    codes_per_window: int = Field(3, ge=1)
    reset_url: str = "https://shop.example/reset/"


def load_rules(session: Session) -> ShopRules:
    """The rules as they stand now; Misconfigured where a setting is unknown or malformed."""
    rows = session.all("SELECT name, value FROM settings")
    try:
        return ShopRules.model_validate({row["name"]: json.loads(row["value"]) for row in rows})
    except (ValidationError, json.JSONDecodeError) as error:
        raise misconfigured(
            f"the shop's settings cannot be used: {error}",
            "settings",
            "Correct the rows of the table settings.",
        ) from error


def save_rules(session: Session, rules: ShopRules) -> None:
    """Write every rule as one row."""
    for name, value in rules.model_dump(mode="json").items():
        session.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))
