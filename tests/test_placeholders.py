"""Placeholders: what a model reads holds no personal data, and what it writes gets the values back."""

import json
import re
from collections.abc import Sequence
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue

from hybrid_agent.redaction.checked import ibans
from hybrid_agent.redaction.contact import EMAIL, PHONE
from hybrid_agent.redaction.personal import Known, personal_of
from hybrid_agent.redaction.placeholders import Placeholders
from hybrid_agent.redaction.placeholders import placeholders_for as by_redactor
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent_tools import all_operations
from hybrid_agent_tools.fields import personal_fields
from hybrid_agent_tools.values import Email, Personal

KNOWN = (
    Known("name", "Anna de Vries"),
    Known("name", "Björn O'Neil"),
    Known("name", "王小明"),
    Known("email", "anna@post.example"),
    Known("phone", "+31 6 12345678"),
    Known("street", "Hoofdstraat 12"),
    Known("postcode", "6811 AB"),
    Known("city", "Arnhem"),
    Known("link", "https://track.example/NL/881?token=a1"),
    Known("name", "Vries GmbH Nord"),
)
SAID = ("b.long@mail.example", "+49 151 2345678", "ES91 2100 0418 4502 0005 1332", "4111 1111 1111 1111")
HOSTILE = (
    "<EMAIL_1>",
    "<NAME_1>",
    "EMAIL_1",
    "<<NAME_1>>",
    "<TEXT_1>",
    "<EMAIL_",
    "1>",
    "\\u003cNAME_1>",
    "\\n",
)

REDACTOR = Redactor(country="NL")


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Loading takes longer than a property test may."""
    REDACTOR.warm()


def placeholders_for(
    texts: Sequence[str], known: Sequence[Known] = (), redactor: Redactor = REDACTOR
) -> Placeholders:
    """The placeholders as a redactor without recognisers of its own gives them."""
    return by_redactor(texts, known, redactor)


pieces = st.one_of(
    st.sampled_from([*(each.value for each in KNOWN), "Anna", "de Vries", *SAID, *HOSTILE]),
    st.text(max_size=8),
    st.text("<>_1\\naA+@.0 ", max_size=8),
)
texts = st.builds(
    lambda parts, gaps: "".join(part + gap for part, gap in zip(parts, gaps, strict=False)),
    st.lists(pieces, max_size=8),
    st.lists(st.sampled_from(["", " ", ", ", "\n", "(", '"']), min_size=8, max_size=8),
)


def whole(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)


@given(texts)
def test_nothing_personal_is_left(text: str) -> None:
    """Neither a known value nor anything of a personal form is left in a masked text."""
    masked = placeholders_for([text], KNOWN).mask(text)
    assert [each.value for each in KNOWN if whole(each.value).search(masked)] == []
    assert [form.pattern for form in (EMAIL, PHONE) if form.search(masked)] == []
    assert list(ibans(masked)) == []


@given(st.lists(texts, max_size=3))
def test_what_was_masked_is_restored(said: list[str]) -> None:
    """Every text comes back, whatever placeholders the customer typed; equal values in the spelling known."""
    placeholders = placeholders_for(said, KNOWN)
    for text in said:
        masked = placeholders.mask(text)
        restored = placeholders.restore(masked)
        assert same(restored) == same(text)
        assert placeholders_for(said, KNOWN).mask(text) == masked


def same(text: str) -> str:
    """The text without what may differ between two spellings of one value."""
    return re.sub(r"[\s()./+\\n-]", "", text).casefold()


@given(st.text("ab <>_1", max_size=30))
def test_a_text_without_known_values_comes_back_exactly(text: str) -> None:
    """Masking and restoring changes no character of a text that spells no value in two ways."""
    placeholders = placeholders_for([text])
    assert placeholders.restore(placeholders.mask(text)) == text


@given(st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_numbers_stay_as_the_conversation_grows(before: list[str], after: list[str]) -> None:
    """What a text was masked to does not change when more texts follow it."""
    earlier, later = placeholders_for(before, KNOWN), placeholders_for([*before, *after], KNOWN)
    assert [later.mask(text) for text in before] == [earlier.mask(text) for text in before]


@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), texts), st.booleans())
def test_json_is_masked_with_its_escapes(data: dict[str, str], ascii_only: bool) -> None:
    """A known value is found in JSON text however JSON escapes it and what stands around it."""
    written = json.dumps(data | {"name": 'Björn "Bo" Öz'}, ensure_ascii=ascii_only)
    masked = placeholders_for([written], [*KNOWN, Known("name", 'Björn "Bo" Öz')]).mask(written)
    assert "Bo" not in masked
    assert "anna@post" not in masked


def test_data_is_masked_by_its_strings() -> None:
    """Data keeps its field names, numbers and shape, and only its strings change."""
    data: JsonValue = {"Anna": ["Anna de Vries", 3, None, {"mail": "ANNA@post.example"}]}
    placeholders = placeholders_for([], KNOWN)
    assert placeholders.mask_data(data) == {"Anna": ["<NAME_1>", 3, None, {"mail": "<EMAIL_1>"}]}


def test_nobody_gets_a_value_by_typing_its_placeholder() -> None:
    """A placeholder that a customer types becomes text of their own, and comes back as they typed it."""
    text = "Tell me <EMAIL_1> and <NAME_1>, mine is c@d.example"
    placeholders = placeholders_for([text], KNOWN)
    assert placeholders.mask(text) == "Tell me <TEXT_1> and <TEXT_2>, mine is <EMAIL_1>"
    assert placeholders.restore("You wrote <TEXT_1>.") == "You wrote <EMAIL_1>."


def test_a_value_that_is_a_placeholder_is_not_looked_into() -> None:
    """A customer who registers under the name <EMAIL_1> is called that, and gets nobody's address."""
    placeholders = placeholders_for([], [Known("name", "<EMAIL_1>"), Known("email", "x@y.example")])
    assert placeholders.restore("Hi <NAME_1>") == "Hi <EMAIL_1>"


@pytest.mark.parametrize(
    "spellings",
    [
        ("anna@post.example", "Anna@Post.Example"),
        ("+31 6 12345678", "0031612345678", "06-12345678", "+31 (0)6 1234 5678"),
        ("Anna de Vries", "ANNA DE VRIES", "anna\nde  vries"),
        ("6811 AB", "6811ab"),
        ("Björn O'Neil", "Bjo\u0308rn O'Neil"),
    ],
)
def test_spellings_of_a_value_share_a_placeholder(spellings: tuple[str, ...]) -> None:
    """The same value has the same placeholder, however it is written."""
    placeholders = placeholders_for([], KNOWN)
    assert len({placeholders.mask(f"it is {each}.") for each in spellings}) == 1
    assert "<" in placeholders.mask(spellings[-1])


def test_a_first_name_alone_is_masked_and_restored_alone() -> None:
    """A greeting by first name stays one, also where two people share it."""
    placeholders = placeholders_for(["Anna and Mrs de Vries"], [*KNOWN, Known("name", "Anna Berg")])
    assert placeholders.mask("Anna and Mrs de Vries") == "<FIRST_NAME_1> and Mrs <LAST_NAME_1>"
    assert placeholders.restore("Hello <FIRST_NAME_1>!") == "Hello Anna!"


def test_a_name_that_is_a_word_needs_its_capital() -> None:
    """A customer called Will can still ask whether something will come."""
    placeholders = placeholders_for([], [Known("name", "Will Stone")])
    assert placeholders.mask("Will here, when will it come?") == "<FIRST_NAME_1> here, when will it come?"


def test_names_are_whole_words() -> None:
    """A name within a longer word is none; in a script without spaces it is one."""
    placeholders = placeholders_for([], KNOWN)
    assert placeholders.mask("Susanna in Arnhemia") == "Susanna in Arnhemia"
    assert placeholders.mask("我是王小明。") == "我是<NAME_3>。"


def test_the_longest_value_wins_and_the_rest_is_masked_too() -> None:
    """Where two values overlap, what the longer one leaves of the other is no leak."""
    placeholders = placeholders_for([], KNOWN)
    assert placeholders.mask("to Anna de Vries GmbH Nord now") == "to <FIRST_NAME_1> de <NAME_4> now"


def test_an_address_comes_from_the_recogniser_that_is_given() -> None:
    """The spans of a recogniser are masked as one address, over the parts that are known of it."""
    text = "Send it to Hoofdstraat 12, 6811 AB Arnhem please"

    def addresses(text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"Hoofdstraat.*Arnhem", text)]

    assert (
        placeholders_for([text], KNOWN, Redactor(recognisers=(("address", addresses),))).mask(text)
        == "Send it to <ADDRESS_1> please"
    )


def test_a_phone_number_comes_from_the_recogniser_that_is_given() -> None:
    """Digits alone are masked where a recogniser, or a record, knows them for a phone number."""
    text = "Call 0612345678 or 0687654321 about 1044"

    def phones(text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"06\d{8}", text)]

    masked = placeholders_for([text], KNOWN, Redactor(recognisers=(("phone", phones),))).mask(text)
    assert masked == "Call <PHONE_1> or <PHONE_2> about 1044"


def test_short_values_stay() -> None:
    """A value of one or two characters is not masked."""
    assert placeholders_for([], [Known("name", "Bo")]).mask("Bo is here") == "Bo is here"


def test_an_account_number_ends_where_its_check_does() -> None:
    """The word after an IBAN is not taken for its last group."""
    text = "Pay to ES91 2100 0418 4502 0005 1332 with thanks"
    assert placeholders_for([text]).mask(text) == "Pay to <IBAN_1> with thanks"


def test_numbers_that_a_model_needs_stay() -> None:
    """Order numbers, dates, amounts and long numbers that are no card are not masked."""
    text = "Order 302-1234567-1234567 of 2025-06-10 2025-06-12 cost 1,299.00 EUR, parcel 00340434161094021501"
    assert placeholders_for([text], KNOWN).mask(text) == text


def test_a_value_from_elsewhere_is_hidden() -> None:
    """What is neither known nor in the conversation's texts is masked without a placeholder."""
    assert placeholders_for([]).mask("Ask new@mail.example") == "Ask [email]"


def test_only_exact_placeholders_are_restored_and_others_are_leftovers() -> None:
    """A broken or unknown placeholder is not restored and can be told; a good one is no leftover."""
    placeholders = placeholders_for([], KNOWN)
    good = "Hello <FIRST_NAME_1>, we wrote to <EMAIL_1>."
    assert placeholders.leftovers(good) == ()
    assert placeholders.restore(good) == "Hello Anna, we wrote to anna@post.example."
    broken = ["<email_1>", "EMAIL_1", "<EMAIL_9>", "<EMAIL\\_1>", "<EMAIL_1", "< EMAIL_1 >", "<ORDER_NUMBER>"]
    for each in [*broken, "[email]", "{Name}", "[First Name]", "<EMAIL_01>", "EMAIL 1"]:
        assert placeholders.leftovers(f"We wrote to {each}.") != ()
        assert placeholders.restore(f"We wrote to {each}.") == f"We wrote to {each}."
    assert placeholders.leftovers("Order 1044 costs < 5 EUR by card or e-mail, see <https://a.example>") == ()


def test_placeholders_do_not_show_their_values() -> None:
    """The representation that a log or a traceback would print holds nothing personal."""
    assert "nna" not in repr(placeholders_for(["Anna"], KNOWN))


def test_an_unknown_kind_is_refused() -> None:
    """A known value of a kind that has no placeholders is an error that names the kinds there are."""
    with pytest.raises(ValueError, match=r"shoe_size.*first_name"):
        placeholders_for([], [Known("shoe_size", "forty two")])


def test_every_kind_that_a_field_declares_has_placeholders() -> None:
    """What the ports can declare as personal can be masked."""
    known = [Known(kind, "something of it") for kind in Personal]
    assert set(placeholders_for([], known).values.values()) >= {"something of it"}


def test_operations_know_their_personal_fields() -> None:
    """Results and arguments say which of their fields are personal, by the paths of result_fields."""
    operations = all_operations()
    profile, found = operations["customers.profile"], operations["orders.find"]
    assert profile.personal_fields()["email"] is Personal.EMAIL
    assert profile.personal_fields()["address.line1"] is Personal.STREET
    assert found.personal_fields()["[].shipments[].tracking_url"] is Personal.LINK
    assert (
        operations["orders.get"].personal_fields().keys() <= operations["orders.get"].result_fields().keys()
    )
    assert "number" not in operations["orders.get"].personal_fields()
    assert operations["customers.update_contact"].personal_arguments()["phone"] is Personal.PHONE


def test_a_mark_is_found_wherever_an_annotation_holds_it() -> None:
    """A marked type is as personal in a union, a list or a default as by itself."""

    class Person(BaseModel):
        mail: Email
        other: Email | None = None
        more: list[Email] = []
        names: Annotated[tuple[str, ...], Personal.NAME] = ()
        age: int = 0

    assert dict(personal_fields(list[Person])) == {
        "[].mail": "email",
        "[].other": "email",
        "[].more[]": "email",
        "[].names[]": "name",
    }


def test_personal_values_are_collected_from_facts() -> None:
    """The values at a fact's personal paths are known, in lists too, and missing ones are passed over."""
    order: JsonValue = {
        "shipping_address": {"name": "Anna Berg", "line1": "Weg 1", "line2": None},
        "shipments": [],
    }
    data: JsonValue = {"items": [order, {"shipping_address": None}, order], "count": 3}
    fields = all_operations()["orders.find"].personal_fields()
    assert personal_of(data, fields) == (Known("name", "Anna Berg"), Known("street", "Weg 1"))
    assert personal_of(order, all_operations()["orders.get"].personal_fields()) == personal_of(data, fields)
    assert personal_of(None, fields) == ()
