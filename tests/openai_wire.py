"""A server on loopback that speaks the OpenAI wire, scripted, and with every fault that a real one shows.

    with OpenAIWire([text("Hello"), status(429, retry_after=0.05), structured({"intent": "refund"})]) as wire:
        model = ChatOpenAI(model="scripted", base_url=wire.base_url, api_key="test")
        ...
        assert wire.requests[0].user == "Hi"

A script is a list of answers, one for each request, or a function from the request to its answer. What the
server cannot do is said once with `without` ("tools", "json_schema", "logprobs", "stream_options",
"max_tokens"): such a request is refused as real servers do and takes nothing from the script.
"""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Literal, Self

from openai_bodies import Answer, Logprobs, Request, completion, encoded, fitted, pieces

__all__ = [
    "Answer",
    "Lack",
    "Logprobs",
    "OpenAIWire",
    "Request",
    "Script",
    "cut",
    "empty",
    "endless",
    "json_text",
    "no_model",
    "overflow",
    "refusal_of",
    "slow",
    "status",
    "structured",
    "text",
    "tool_calls",
    "trickle",
    "truncated_json",
    "unauthorised",
]

Script = Sequence[Answer] | Callable[[Request], Answer]
Lack = Literal["tools", "json_schema", "logprobs", "stream_options", "max_tokens"]


def text(
    content: str, *, logprobs: Logprobs | None = None, usage: tuple[int, int] | None = (10, 5)
) -> Answer:
    """A reply in words. `logprobs` are its tokens, `usage` the tokens in and out, None where not counted."""
    return Answer(content, logprobs=logprobs, usage=usage)


def json_text(
    value: Any, *, logprobs: Logprobs | None = None, usage: tuple[int, int] | None = (10, 5)
) -> Answer:
    """A reply that is JSON text."""
    return text(json.dumps(value), logprobs=logprobs, usage=usage)


def structured(value: Mapping[str, Any], *, usage: tuple[int, int] | None = (10, 5)) -> Answer:
    """The value in the form that the request asks for: a call of the forced tool, else JSON text."""
    return Answer(fits=value, usage=usage)


def tool_calls(
    *calls: Mapping[str, Mapping[str, Any] | str], usage: tuple[int, int] | None = (10, 5)
) -> Answer:
    """Tool calls, as mappings of a name to its arguments; a string is sent as the arguments as it is."""
    made = tuple(
        (name, given if isinstance(given, str) else json.dumps(given))
        for call in calls
        for name, given in call.items()
    )
    return Answer(calls=made, usage=usage)


def status(code: int, message: str = "", *, error: str = "", retry_after: float | None = None) -> Answer:
    """An HTTP status with OpenAI's error body; `retry_after` in seconds."""
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
    body = {"message": message or f"status {code}", "type": "error", "param": None, "code": error or None}
    return Answer(code=code, error=body, headers=headers)


def unauthorised() -> Answer:
    """401, as OpenAI says it: with part of the key in the message."""
    return status(401, "Incorrect API key provided: sk-te***cret.", error="invalid_api_key")


def no_model(name: str = "scripted") -> Answer:
    """404 for a model that the server does not have."""
    return status(404, f"The model `{name}` does not exist.", error="model_not_found")


def overflow() -> Answer:
    """400 for a prompt that is too long."""
    said = "This model's maximum context length is 4096 tokens, your messages resulted in 9000 tokens."
    return status(400, said, error="context_length_exceeded")


def refusal_of(lack: Lack) -> Answer:
    """400 for a part of the request that the server or its model cannot do."""
    said = {
        "tools": "scripted does not support tools",
        "json_schema": "response_format of type json_schema is not supported by this model",
        "logprobs": "logprobs are not supported with this model",
        "stream_options": "Unrecognized request argument supplied: stream_options",
        "max_tokens": "max_completion_tokens is too large: 2048. The maximum context length is 1024.",
    }
    return status(400, said[lack], error="invalid_request_error")


def cut(after: int | None = None, content: str = "one two three four five six") -> Answer:
    """The connection breaks before any answer, or after that many pieces of a stream."""
    return Answer(content, cut=-1 if after is None else after)


def slow(seconds: float, answer: Answer | None = None) -> Answer:
    """Nothing for that long, then the answer."""
    return replace(answer or text("At last."), wait=seconds)


def trickle(seconds: float, answer: Answer) -> Answer:
    """A pause of that length before each piece of a stream, or each byte of a whole answer."""
    return replace(answer, pause=seconds)


def truncated_json() -> Answer:
    """A whole HTTP answer whose body ends in the middle of its JSON."""
    return Answer(raw=b'{"id": "chatcmpl-1", "choices": [{"index": 0, "mess')


def endless(phrase: str = "again and ", times: int = 100_000) -> Answer:
    """The same words over and over; a stream goes on until the client hangs up."""
    return Answer(phrase, repeat=times, finish="length")


def empty() -> Answer:
    """A reply without a word."""
    return text("")


class OpenAIWire:
    """The server. `requests` are those for completions, in order; `hung_up` is set once a client left early.

    With a `key` any other is refused, with `models` any other model is.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        without: Collection[Lack] = (),
        key: str | None = None,
        models: Sequence[str] = (),
    ) -> None:
        self.requests: list[Request] = []
        self.hung_up = threading.Event()
        self._script = script if callable(script) else list(script)
        self._without, self._key, self._models = frozenset(without), key, tuple(models)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.wire = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def base_url(self) -> str:
        """What to give a client as `base_url`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Answer:
        """What the request gets: a refusal, or what the script has for it."""
        with self._lock:
            self.requests.append(request)
            refused = self._refusal(request)
            if refused is not None:
                return refused
            if callable(self._script):
                return self._script(request)
            return self._script.pop(0) if self._script else status(400, "the script has no answer left")

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self._stopping.wait(seconds)

    @property
    def models(self) -> tuple[str, ...]:
        """The models on offer."""
        return self._models or ("scripted",)

    def _refusal(self, request: Request) -> Answer | None:
        if self._key is not None and request.key != self._key:
            return unauthorised()
        if self._models and request.body.get("model") not in self._models:
            return no_model(str(request.body.get("model")))
        sent: dict[Lack, bool] = {
            "tools": bool(request.tools),
            "json_schema": request.schema is not None,
            "logprobs": bool(request.body.get("logprobs")),
            "stream_options": "stream_options" in request.body,
            "max_tokens": bool(request.body.keys() & {"max_tokens", "max_completion_tokens"}),
        }
        lacking = next((lack for lack, is_sent in sent.items() if is_sent and lack in self._without), None)
        return None if lacking is None else refusal_of(lacking)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    wire: OpenAIWire

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no error of the server's."""
        self.wire.hung_up.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on the terminal."""

    def do_GET(self) -> None:
        if self.path.rstrip("/") != "/v1/models":
            return self._send(404, encoded({"error": {"message": "no such path"}}))
        models = [{"id": name, "object": "model"} for name in self.server.wire.models]
        return self._send(200, encoded({"object": "list", "data": models}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        if self.path != "/v1/chat/completions":
            return self._send(404, encoded({"error": {"message": "no such path"}}))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.path, headers, body)
        answer = fitted(self.server.wire.answer(request), request)
        self.server.wire.wait(answer.wait)
        if answer.cut == -1:
            return self._hang_up()
        if answer.error is not None:
            return self._send(answer.code, encoded({"error": answer.error}), answer.headers)
        if request.streamed:
            return self._stream(answer, request)
        return self._send(200, answer.raw or encoded(completion(answer, request)), pause=answer.pause)

    def _send(
        self, code: int, body: bytes, headers: Mapping[str, str] | None = None, *, pause: float = 0.0
    ) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        for piece in (body[i : i + 1] for i in range(len(body))) if pause else (body,):
            self.server.wire.wait(pause)
            self.wfile.write(piece)

    def _stream(self, answer: Answer, request: Request) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for sent, piece in enumerate(pieces(answer, request)):
            if answer.cut is not None and sent >= answer.cut:
                return self._hang_up()
            self.server.wire.wait(answer.pause)
            event = piece if isinstance(piece, bytes) else b"data: " + encoded(piece) + b"\n\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")
        return None

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
