"""`support.yaml`: one file that says of which parts a deployment is made."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, JsonValue, model_validator

from hybrid_agent.catalog.durations import Duration
from hybrid_agent.catalog.parts import Part, Text
from hybrid_agent.chat_model.settings import ModelSettings
from hybrid_agent.plugging import Plug
from hybrid_agent.redaction.settings import RedactionSettings
from hybrid_agent.yamlfile import read_model

SETTINGS: Final = "support.yaml"

LEASE: Final = timedelta(seconds=60)
"""How long a write that was begun is left alone, where a deployment does not say."""


class Thinking(StrEnum):
    """Who understands and phrases: no language model, one alone, or one where the local is unsure."""

    LOCAL = "local"
    LLM = "llm"
    CASCADE = "cascade"


class ServiceSettings(Part):
    """The `service` of a deployment file: within which times people do their part.

    A hand-off is to be taken up within `answer_within`, for the `urgent` reasons within `urgent_within`. An
    approval is reminded of when `remind_before` is left of its time. A person who says nothing for
    `idle_after` loses the conversation: to the next one while its hand-off is open, else to the bot.
    `keep` is how long a conversation is kept after its last message, `keep_records` how long what was done.
    """

    answer_within: Duration = timedelta(hours=4)
    urgent_within: Duration = timedelta(minutes=30)
    urgent: frozenset[Text] = frozenset({"anger", "threat", "outcome_unknown", "write_failed"})
    remind_before: Duration = timedelta(minutes=30)
    idle_after: Duration = timedelta(minutes=30)
    keep: Duration = timedelta(days=365)
    keep_records: Duration = timedelta(days=7 * 365)

    def urgent_for(self, reasons: Collection[str]) -> bool:
        """Whether a hand-off for these reasons is urgent."""
        return not self.urgent.isdisjoint(reasons)


class Settings(Part):
    """The deployment file. Paths are relative to its folder.

    `knowledge` names folders, files and addresses (http:, https:, file:) of the help centre's articles.
    `systems` maps a connector (a known name, or `package.module:factory`) to its settings. `encoder` is
    `package.module:factory` of LangChain `Embeddings` that replace the packaged encoder, `index` one of a
    LlamaIndex vector store that passages are found in, `reranker` one of a LlamaIndex postprocessor that has
    the last word on their order. `lease` is how long a write that was begun is left alone before somebody
    else looks what became of it. `reasoner` is `cascade` where a `model` is named and nothing else is said.
    `prompts` is a folder with prompts of one's own, `calibration` a file that `hybrid-agent bench confidence
    --write` made for one's own model, `answerability` one that `hybrid-agent bench knowledge --write` made.
    `redaction` is what is personal beside what is known, and who sees it. `service` is within which times
    people do their part.
    """

    name: Text
    catalog: Path
    knowledge: tuple[Text, ...] = ()
    systems: Mapping[str, Mapping[str, JsonValue]] = Field(min_length=1)
    records: Text
    model: ModelSettings | None = None
    reasoner: Thinking | None = None
    prompts: Path | None = None
    calibration: Path | None = None
    answerability: Path | None = None
    encoder: Text | None = None
    index: Plug | None = None
    reranker: Plug | None = None
    cache: Path | None = None
    lease: Duration = LEASE
    redaction: RedactionSettings = RedactionSettings()
    service: ServiceSettings = ServiceSettings()

    @model_validator(mode="after")
    def _model_where_one_is_needed(self) -> Self:
        if self.model is None and self.reasoner not in (None, Thinking.LOCAL):
            raise ValueError(f"reasoner: {self.reasoner} needs a model, such as model: openai:gpt-5-mini")
        return self

    @property
    def thinking(self) -> Thinking:
        """The reasoner that is used."""
        return self.reasoner or (Thinking.CASCADE if self.model else Thinking.LOCAL)


def settings_file(path: Path) -> Path:
    """The deployment file that is meant: itself, or the one in a folder."""
    return path / SETTINGS if path.is_dir() else path


def read_settings(path: Path) -> Settings:
    """The deployment file. Raises ConfigurationError with the line of every problem."""
    return read_model(path, Settings)


def settings_schema() -> dict[str, Any]:
    """The JSON schema of a deployment file, for editors; a model or a plug may be a name alone."""
    schema = Settings.model_json_schema()
    keys, parts = schema["properties"], schema["$defs"]
    keys["model"]["anyOf"].insert(0, parts["ModelSettings"]["properties"]["name"])
    for key in ("index", "reranker"):
        keys[key]["anyOf"].insert(0, parts["Plug"]["properties"]["factory"])
    return schema


def cache_folder(settings: Settings, folder: Path) -> Path:
    """Where what can be computed again is kept; the user's own cache where none is named."""
    return folder / settings.cache if settings.cache else user_cache()


def user_cache() -> Path:
    """This package's folder in the user's cache, which nobody else writes to."""
    from platformdirs import user_cache_path

    return user_cache_path("hybrid-agent", appauthor=False)
