"""What the sample shop sells, and the kinds of story an order can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hybrid_agent_tools.order_states import Payment, ReturnStatus, ShipmentStatus

__all__ = ["PRODUCTS", "SCENARIOS", "SERVICES", "Product", "Scenario"]


@dataclass(frozen=True, slots=True)
class Product:
    """An article with its price in euro cents."""

    sku: str
    title: str
    cents: int
    returnable: bool = True


PRODUCTS = (
    Product("LMP-01", "Head torch Glimmer", 4990),
    Product("BOT-02", "Hiking boots Fellwalk", 12900),
    Product("MUG-01", "Insulated mug, 0.5 l", 2450),
    Product("JKT-01", "Fleece jacket Hollow", 8900),
    Product("STV-01", "Gas stove, folding", 6450),
    Product("BAG-02", "Sleeping bag Hush, 5 degrees", 7900),
    Product("BAG-01", "Backpack Moor, 20 l", 9450),
    Product("TWL-01", "Travel towel", 1890),
    Product("TNT-01", "Trekking poles, pair", 11900),
    Product("MAT-01", "Sleeping mat, 3 cm", 5490),
    Product("POT-01", "Cooking pot, titanium", 3990),
    Product("BTL-01", "Steel bottle, 1 l", 3450),
    Product("GFT-25", "Gift card", 2500, returnable=False),
    Product("UND-01", "Merino underwear, set", 4590, returnable=False),
)

SERVICES = (
    ("Boot fitting", "Utrecht"),
    ("Ski boot moulding", "Antwerp"),
    ("Backpack fitting", "Utrecht"),
    ("Tent advice", "Antwerp"),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What has happened to an order.

    `share` is its weight in the draw, `placed` the days ago it was placed (from, to); `shipped`, `returned`
    and `refunded` say "none", "part" or "all".
    """

    share: int
    placed: tuple[int, int]
    payment: Payment = Payment.PAID
    shipped: str = "none"
    parcel: ShipmentStatus = ShipmentStatus.DELIVERED
    returned: str = "none"
    return_status: ReturnStatus = ReturnStatus.RECEIVED
    refunded: str = "none"
    cancelled: bool = False


SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "unfulfilled": Scenario(10, (0, 1)),
        "payment_pending": Scenario(3, (0, 2), payment=Payment.PENDING),
        "partly_shipped": Scenario(5, (3, 5), shipped="part", parcel=ShipmentStatus.IN_TRANSIT),
        "label_created": Scenario(3, (1, 2), shipped="all", parcel=ShipmentStatus.LABEL_CREATED),
        "in_transit": Scenario(12, (2, 4), shipped="all", parcel=ShipmentStatus.IN_TRANSIT),
        "out_for_delivery": Scenario(4, (3, 5), shipped="all", parcel=ShipmentStatus.OUT_FOR_DELIVERY),
        "held_up": Scenario(3, (8, 12), shipped="all", parcel=ShipmentStatus.EXCEPTION),
        "delivered": Scenario(20, (7, 28), shipped="all"),
        "delivered_long_ago": Scenario(16, (60, 400), shipped="all"),
        "return_requested": Scenario(
            4, (10, 25), shipped="all", returned="part", return_status=ReturnStatus.REQUESTED
        ),
        "partly_returned": Scenario(4, (14, 60), shipped="all", returned="part", refunded="part"),
        "returned": Scenario(3, (14, 60), shipped="all", returned="all"),
        "refunded": Scenario(4, (20, 200), shipped="all", returned="all", refunded="all"),
        "partly_refunded": Scenario(4, (10, 120), shipped="all", refunded="part"),
        "cancelled": Scenario(3, (3, 200), refunded="all", cancelled=True),
        "cancelled_unpaid": Scenario(2, (3, 200), payment=Payment.VOIDED, cancelled=True),
    }
)
