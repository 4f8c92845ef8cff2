"""What language models took: tokens, time, money."""

from collections.abc import Iterable

from pydantic import Field

from hybrid_agent.frozen import Frozen


class Call(Frozen):
    """One attempt to have a language model answer: what for, with which prompt, what it took, how it ended.

    `prompt` is the template's name and the first characters of its SHA-256; tokens are estimated from the
    text's length where `estimated`; `cost` is in the currency of the model's prices, None without prices.
    """

    purpose: str
    model: str
    prompt: str
    tokens_in: int = Field(0, ge=0)
    tokens_out: int = Field(0, ge=0)
    estimated: bool = False
    ms: float = 0.0
    cost: float | None = None
    outcome: str = "ok"


class Usage(Frozen):
    """What language models took: calls, tokens, seconds, and cost as far as prices are known."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost: float | None = None

    @property
    def tokens(self) -> int:
        """Tokens in and out."""
        return self.tokens_in + self.tokens_out

    def plus(self, calls: Iterable[Call]) -> "Usage":
        """This and the calls together."""
        made = tuple(calls)
        costs = [each for each in (self.cost, *(call.cost for call in made)) if each is not None]
        return Usage(
            calls=self.calls + len(made),
            tokens_in=self.tokens_in + sum(call.tokens_in for call in made),
            tokens_out=self.tokens_out + sum(call.tokens_out for call in made),
            seconds=self.seconds + sum(call.ms for call in made) / 1000,
            cost=sum(costs) if costs else None,
        )
