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
    Product("LMP-01", "Desk lamp Halo", 4990),
    Product("LMP-02", "Floor lamp Arc", 12900),
    Product("MUG-01", "Stoneware mug, set of two", 2450),
    Product("BLK-01", "Wool blanket, 130 x 180 cm", 8900),
    Product("PAN-01", "Cast-iron pan, 26 cm", 6450),
    Product("KTL-01", "Gooseneck kettle", 7900),
    Product("BAG-01", "Canvas backpack, 20 l", 9450),
    Product("TWL-01", "Linen towel", 1890),
    Product("CHR-01", "Folding chair, oak", 11900),
    Product("CLK-01", "Wall clock, 30 cm", 5490),
    Product("BRD-01", "Cutting board, walnut", 3990),
    Product("VAS-01", "Glass vase, smoke grey", 3450),
    Product("GFT-25", "Gift card", 2500, returnable=False),
    Product("PIL-01", "Pillow, made to measure", 4590, returnable=False),
)

SERVICES = (("Product advice", "Video call"), ("Repair drop-off", "Workshop"), ("Fitting", "Showroom"))


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
