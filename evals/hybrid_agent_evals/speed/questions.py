"""Order-status questions about the orders of a sample shop: no two texts are alike.

A text that came before would be found in the encoder's cache and flatter every figure.
"""

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.settings import read_settings

_OPENINGS = ("", "Hi, ", "Hello! ", "Good morning, ", "hey ", "Sorry to bother you. ", "Dear team, ")
_ASKINGS = (
    "where is my order {}?",
    "has order {} been shipped yet?",
    "when will order {} arrive?",
    "can you track order {} for me?",
    "what is the status of order #{}?",
    "I'd like to know where order {} is now.",
    "is my parcel for order {} on its way?",
    "could you tell me when order {} will be delivered?",
    "when can I expect the delivery of order {}?",
    "has my order {} left the warehouse?",
    "do you have a tracking number for order {}?",
    "please give me an update on order #{}.",
)
_ENDINGS = ("", " Thanks!", " Thank you very much.", " Many thanks in advance", " Cheers")


@dataclass(frozen=True, slots=True)
class Question:
    """What one customer asks about an order of theirs."""

    customer_id: str
    text: str


def questions(deployment: Path, count: int, seed: int) -> list[Question]:
    """Different questions about the orders of a deployment's embedded shop; the same for the same seed."""
    orders = _orders(deployment)
    draw = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    drawn: dict[str, Question] = {}
    while len(drawn) < count:
        customer_id, number = draw.choice(orders)
        text = draw.choice(_OPENINGS) + draw.choice(_ASKINGS).format(number) + draw.choice(_ENDINGS)
        drawn.setdefault(text, Question(customer_id, text))
    return list(drawn.values())


def _orders(deployment: Path) -> list[tuple[str, str]]:
    """Customer and number of every order, from the shop's file."""
    shop = deployment.parent / str(read_settings(deployment).systems["embedded"]["database"])
    with closing(sqlite3.connect(f"{shop.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT customer_id, number FROM orders ORDER BY number").fetchall()
