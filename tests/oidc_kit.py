"""An OpenID Connect provider on loopback, small and strict: it checks what a client must send."""

import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
from chat_kit import listen
from identity_kit import published, rsa_key
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, CLIENT_SECRET = "hybrid-agent", "the client's secret"


@dataclass
class Issuer:
    """A provider where one person is signed in. `says` replaces claims, `answers` values on the way back.

    `kid` names the key that signs now, `keys` are those it publishes; `down` makes it answer 503.
    """

    url: str
    says: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    key: str = "one"
    keys: tuple[str, ...] = ("one",)
    down: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def token(self, **more: Any) -> str:
        """A token of this provider, signed with its key of now; a value of None leaves a claim out."""
        now = datetime.now(UTC)
        whole = {
            "iss": self.url,
            "sub": "u-17",
            "aud": CLIENT,
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "name": "Noor Haddad",
            "roles": ["support"],
            **self.says,
            **more,
        }
        claims = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(claims, rsa_key(self.key), algorithm="RS256", headers={"kid": self.key})

    def app(self) -> Starlette:
        """Its endpoints."""
        routes = {
            "/.well-known/openid-configuration": self._configuration,
            "/keys": self._keys,
            "/authorize": self._authorize,
        }
        listed = [Route(path, self._up(endpoint)) for path, endpoint in routes.items()]
        return Starlette(routes=[*listed, Route("/token", self._up(self._token), methods=["POST"])])

    def _up(self, endpoint: Any) -> Any:
        async def answer(request: Request) -> Response:
            self.asked.append(request.url.path)
            return Response(status_code=503) if self.down else await endpoint(request)

        return answer

    async def _configuration(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "authorization_response_iss_parameter_supported": True,
                **self.document,
            }
        )

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [published(rsa_key(each), each) for each in self.keys]})

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = token_urlsafe(16)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.url, **self.answers}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(answer)}", 302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        begun = self.codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        if (
            begun is None
            or form["grant_type"] != "authorization_code"
            or form["redirect_uri"] != begun["redirect_uri"]
            or challenge.rstrip(b"=").decode() != begun["code_challenge"]
            or request.headers.get("authorization") != f"Basic {basic}"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"id_token": self.token(nonce=self.says.get("nonce", begun["nonce"]))})


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """A provider that runs on this loop."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = Issuer(f"http://127.0.0.1:{listening.getsockname()[1]}")
        async with listen(issuer.app(), listening):
            yield issuer
