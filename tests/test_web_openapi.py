"""The OpenAPI document says what the JSON routes do, and they do it whatever they are sent."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from chat_kit import Chat, serve_chat
from graph_kit import Stage
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as tries
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from hybrid_agent.serving.chat.pages import PAGES
from hybrid_agent.serving.web.build import all_pages

pytest_plugins = ["graph_fixtures"]

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
BOUNDED = tries(
    max_examples=6,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ENDLESS = "/chat/conversations/{id}/events"


@dataclass
class Fuzz:
    """Calls of a chat's addresses with whatever its document allows, and with what it does not."""

    url: str
    document: dict[str, Any]
    tokens: list[str | None]
    conversation: str

    def __call__(self) -> set[str]:
        """Try every operation; which were answered well at least once."""
        schema, good = from_dict(self.document), set[str]()
        for each in schema.get_all_operations():
            self._try(each.ok(), good)
        return good

    def _try(self, operation: Any, good: set[str]) -> None:
        @seed(6)
        @BOUNDED
        @given(case=operation.as_strategy(), token=st.sampled_from(self.tokens), known=st.booleans())
        def tried(case: Case, token: str | None, known: bool) -> None:
            if known and operation.path != ENDLESS and "id" in (case.path_parameters or {}):
                case.path_parameters["id"] = self.conversation
            headers = {"authorization": f"Bearer {token}"} if token else {}
            response = case.call(base_url=self.url, headers=headers, timeout=10)
            case.validate_response(response, checks=CHECKS)
            if response.status_code < 300:
                good.add(operation.path)

        tried()


@pytest.fixture
def document_of() -> Any:
    async def read(chat: Chat) -> dict[str, Any]:
        async with chat.client(None) as program:
            answer = await program.get("/site/openapi.json")
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    return read


async def test_every_json_route_does_what_the_document_says(stage: Stage, document_of: Any) -> None:
    """Whatever the routes are sent, no answer is a fault of ours or one that the document does not have."""
    async with serve_chat(stage, demo=True) as chat:
        async with chat.client(chat.token()) as customer:
            conversation = (await customer.post("/chat/conversations")).json()["id"]
        document = await document_of(chat)
        fuzz = Fuzz(chat.url, document, [chat.token(), chat.token(), None, "made-up"], conversation)
        good = await asyncio.to_thread(fuzz)
    assert {"/chat/visit", "/chat/conversations", "/chat/conversations/{id}/messages"} <= good


async def test_the_document_has_every_json_route_and_no_page(stage: Stage, document_of: Any) -> None:
    """What answers programs is described, with its errors and whether it wants a token; pages are not."""
    async with serve_chat(stage) as chat:
        document = await document_of(chat)
    assert document["openapi"] == "3.1.0"
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    pages = all_pages(chat.site, PAGES)
    assert set(operations) == {f"{each.method} {each.path}" for each in pages if each.json}
    ids = [each["operationId"] for each in operations.values()]
    assert len(set(ids)) == len(ids)
    for each in operations.values():
        problem = each["responses"]["503"]["content"]["application/problem+json"]
        assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert operations["POST /chat/conversations"]["security"] == [{"bearer": []}]
    assert operations["POST /chat/visit"]["security"] == []
