"""The OpenAI wire's bodies: a request as it is read, and an answer as it is written, whole or in pieces."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Logprobs = Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request that the server saw."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages, as sent."""
        return list(self.body.get("messages", []))

    @property
    def system(self) -> str:
        """The text of the system message, empty without one."""
        return self._said_by("system")

    @property
    def user(self) -> str:
        """The text of the last user message, empty without one."""
        return self._said_by("user")

    @property
    def tools(self) -> list[str]:
        """The names of the tools on offer."""
        return [tool["function"]["name"] for tool in self.body.get("tools", [])]

    @property
    def forced_tool(self) -> str | None:
        """The tool that the model must call, if any."""
        choice = self.body.get("tool_choice")
        if isinstance(choice, dict):
            return str(choice["function"]["name"])
        return self.tools[0] if choice in ("any", "required") and self.tools else None

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that the answer must have, if any."""
        asked = self.body.get("response_format") or {}
        return dict(asked["json_schema"]["schema"]) if asked.get("type") == "json_schema" else None

    @property
    def streamed(self) -> bool:
        """Whether the answer is to come as a stream."""
        return bool(self.body.get("stream"))

    @property
    def key(self) -> str:
        """The API key, as sent."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    def _said_by(self, role: str) -> str:
        said = [message["content"] for message in self.messages if message["role"] == role]
        return str(said[-1]) if said else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server does with one request; made by the functions below."""

    content: str | None = None
    calls: tuple[tuple[str, str], ...] = ()
    logprobs: Logprobs | None = None
    usage: tuple[int, int] | None = (10, 5)
    finish: str | None = None
    code: int = 200
    error: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    wait: float = 0.0
    pause: float = 0.0
    repeat: int = 1
    cut: int | None = None
    fits: Mapping[str, Any] | None = None


def fitted(answer: Answer, request: Request) -> Answer:
    """The answer with its value, if it is a structure, in the form that the request asks for."""
    if answer.fits is None:
        return answer
    value = json.dumps(answer.fits)
    tool = request.forced_tool
    return replace(answer, calls=((tool, value),)) if tool else replace(answer, content=value)


def encoded(value: Any) -> bytes:
    """A value as a JSON body."""
    return json.dumps(value).encode()


def _usage(answer: Answer) -> dict[str, int] | None:
    if answer.usage is None:
        return None
    put_in, out = answer.usage
    return {"prompt_tokens": put_in, "completion_tokens": out, "total_tokens": put_in + out}


def _finish(answer: Answer) -> str:
    return answer.finish or ("tool_calls" if answer.calls else "stop")


def _calls(answer: Answer) -> list[dict[str, Any]]:
    return [
        {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(answer.calls)
    ]


def _logprobs(tokens: Iterable[tuple[str, float]]) -> dict[str, Any]:
    return {"content": [{"token": token, "logprob": p, "top_logprobs": []} for token, p in tokens]}


def completion(answer: Answer, request: Request) -> dict[str, Any]:
    """The body of a whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": (answer.content or "") * answer.repeat}
    if answer.calls:
        message |= {"content": answer.content, "tool_calls": _calls(answer)}
    choice = {"index": 0, "message": message, "finish_reason": _finish(answer)}
    if request.body.get("logprobs") and answer.logprobs is not None:
        choice["logprobs"] = _logprobs(answer.logprobs)
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "scripted"}
    usage = _usage(answer)
    return {**body, "choices": [choice], **({} if usage is None else {"usage": usage})}


def pieces(answer: Answer, request: Request) -> Iterator[dict[str, Any] | bytes]:
    """The events of a streamed answer: chunks, or bytes that are sent as they are."""
    if answer.raw is not None:
        yield b"data: " + answer.raw + b"\n\n"
        return
    for delta, tokens in _deltas(answer):
        choice: dict[str, Any] = {"index": 0, "delta": delta, "finish_reason": None}
        if request.body.get("logprobs") and tokens:
            choice["logprobs"] = _logprobs(tokens)
        yield _chunk([choice])
    yield _chunk([{"index": 0, "delta": {}, "finish_reason": _finish(answer)}])
    usage = _usage(answer)
    if usage is not None and (request.body.get("stream_options") or {}).get("include_usage"):
        yield {**_chunk([]), "usage": usage}
    yield b"data: [DONE]\n\n"


def _chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
    return {**body, "choices": choices}


def _deltas(answer: Answer) -> Iterator[tuple[dict[str, Any], Logprobs]]:
    yield {"role": "assistant", "content": ""}, ()
    if answer.logprobs is not None:
        yield from (({"content": token}, [(token, p)]) for token, p in answer.logprobs)
    else:
        words = (answer.content or "").split(" ")
        for _ in range(answer.repeat):
            for n, word in enumerate(words):
                if word or n:
                    yield {"content": word if n == 0 else f" {word}"}, ()
    for n, call in enumerate(_calls(answer)):
        yield {"tool_calls": [{"index": n, **call}]}, ()
