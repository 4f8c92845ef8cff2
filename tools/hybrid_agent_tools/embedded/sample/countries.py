"""Where the sample shop's customers live: names, streets, money and carriers, consistent by country.

Phone numbers lie in ranges that are kept free for fiction where a country has such a range.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

__all__ = ["COUNTRIES", "SampleCountry"]


@dataclass(frozen=True, slots=True)
class SampleCountry:
    """One country; '#' stands for a random digit, `per_euro` for the price level in its currency."""

    code: str
    currency: str
    per_euro: Decimal
    language: str
    phone: str
    carrier: str
    tracking: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str | None, str], ...]


_ALL = (
    SampleCountry(
        "DE",
        "EUR",
        Decimal(1),
        "de",
        "+49 30 23125 ###",
        "DHL",
        "JD0140########",
        ("Anna", "Jonas", "Lena", "Paul", "Mia", "Felix", "Greta", "Emil"),
        ("Keller", "Brandt", "Vogel", "Sommer", "Lorenz", "Albrecht", "Winter", "Pohl"),
        ("Lindenstraße {n}", "Am Mühlbach {n}", "Gartenweg {n}", "Schillerstraße {n}"),
        (
            ("Berlin", None, "101##"),
            ("Leipzig", None, "041##"),
            ("Bremen", None, "281##"),
            ("Ulm", None, "890##"),
        ),
    ),
    SampleCountry(
        "FR",
        "EUR",
        Decimal(1),
        "fr",
        "+33 6 39 98 ## ##",
        "Colissimo",
        "8R0########",
        ("Camille", "Hugo", "Chloé", "Louis", "Inès", "Théo", "Manon", "Jules"),
        ("Moreau", "Garnier", "Lefèvre", "Rousseau", "Chevalier", "Perrin", "Marchand", "Renaud"),
        ("{n} rue des Lilas", "{n} avenue Pasteur", "{n} place du Marché", "{n} chemin Vert"),
        (
            ("Lyon", None, "6900#"),
            ("Nantes", None, "440##"),
            ("Lille", None, "590##"),
            ("Dijon", None, "210##"),
        ),
    ),
    SampleCountry(
        "ES",
        "EUR",
        Decimal(1),
        "es",
        "+34 600 000 ###",
        "Correos",
        "PQ4F##########",
        ("Lucía", "Mateo", "Carmen", "Diego", "Elena", "Pablo", "Nuria", "Iván"),
        ("Navarro", "Ortega", "Vidal", "Castillo", "Prieto", "Molina", "Serrano", "Rubio"),
        ("Calle del Sol {n}", "Calle Mayor {n}", "Avenida del Mar {n}", "Plaza Nueva {n}"),
        (("Valencia", None, "460##"), ("Sevilla", None, "410##"), ("Bilbao", None, "480##")),
    ),
    SampleCountry(
        "GB",
        "GBP",
        Decimal("0.85"),
        "en-GB",
        "+44 7700 900###",
        "Royal Mail",
        "RM########GB",
        ("Olivia", "Harry", "Freya", "George", "Isla", "Arthur", "Maya", "Callum"),
        ("Bennett", "Fletcher", "Hughes", "Marsh", "Ellis", "Barker", "Doyle", "Pearce"),
        ("{n} Orchard Road", "{n} Mill Lane", "{n} Station Street", "{n} Castle View"),
        (("Bristol", None, "BS1 #QA"), ("Leeds", None, "LS1 #BT"), ("York", None, "YO1 #DW")),
    ),
    SampleCountry(
        "US",
        "USD",
        Decimal("1.1"),
        "en-US",
        "+1 202 555 01##",
        "UPS",
        "1Z999AA1##########",
        ("Emma", "Noah", "Ava", "Liam", "Zoe", "Mason", "Ruby", "Caleb"),
        ("Turner", "Hayes", "Coleman", "Reyes", "Foster", "Sanders", "Price", "Wolfe"),
        ("{n}# Maple Avenue", "{n}# Oak Street", "{n}# Lakeview Drive", "{n}# Cedar Court"),
        (
            ("Portland", "OR", "972##"),
            ("Madison", "WI", "537##"),
            ("Austin", "TX", "787##"),
            ("Albany", "NY", "122##"),
        ),
    ),
    SampleCountry(
        "CA",
        "CAD",
        Decimal("1.5"),
        "en-CA",
        "+1 613 555 01##",
        "Canada Post",
        "70########",
        ("Claire", "Owen", "Sophie", "Ethan", "Leah", "Nathan", "Alice", "Gabriel"),
        ("Tremblay", "Macleod", "Roy", "Campbell", "Gagnon", "Fraser", "Bouchard", "Stewart"),
        ("{n} Birch Crescent", "{n} Elgin Street", "{n} Harbour Road", "{n} Pine Ridge"),
        (("Ottawa", "ON", "K1A #B1"), ("Halifax", "NS", "B3H #A2"), ("Calgary", "AB", "T2P #H4")),
    ),
    SampleCountry(
        "JP",
        "JPY",
        Decimal(160),
        "ja",
        "+81 90 0000 ####",
        "Yamato",
        "4#########",
        ("Yui", "Haruto", "Sakura", "Ren", "Hina", "Sota", "Aoi", "Riku"),
        ("Tanaka", "Mori", "Ishikawa", "Ogawa", "Hayashi", "Kondo", "Ueda", "Nakano"),
        ("{n}-# Sakuragaoka", "{n}-# Midori-cho", "{n}-# Honcho"),
        (
            ("Sapporo", "Hokkaido", "060-00##"),
            ("Kyoto", "Kyoto", "600-80##"),
            ("Sendai", "Miyagi", "980-00##"),
        ),
    ),
    SampleCountry(
        "SE",
        "SEK",
        Decimal(11),
        "sv",
        "+46 70 174 06 ##",
        "PostNord",
        "UC########SE",
        ("Elsa", "Oskar", "Alva", "Nils", "Ebba", "Axel", "Tuva", "Viggo"),
        ("Lindqvist", "Sandberg", "Nyström", "Ekman", "Forslund", "Hedlund", "Dahl", "Åberg"),
        ("Björkgatan {n}", "Storgatan {n}", "Ängsvägen {n}", "Hamngatan {n}"),
        (("Göteborg", None, "411 ##"), ("Uppsala", None, "753 ##"), ("Umeå", None, "903 ##")),
    ),
)

COUNTRIES: Mapping[str, SampleCountry] = MappingProxyType({country.code: country for country in _ALL})
