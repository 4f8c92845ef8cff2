"""The word lists that sentences are judged by: one TOML file for each language, read when first needed."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hybrid_agent.guardrails.stems import stem

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lists of a language, compiled. `deeds` gives for each form its group and whether it says "done",
    `actors` for each subject who it is, `agents` the same behind "by"."""

    deeds: Mapping[str, tuple[str, bool]]
    deed: re.Pattern[str]
    clause: re.Pattern[str]
    part: re.Pattern[str]
    mood: Mapping[str, re.Pattern[str]]
    no: re.Pattern[str]
    idle_no: re.Pattern[str]
    conditions: Mapping[str, re.Pattern[str]]
    binding: frozenset[str]
    owed: frozenset[str]
    limit: re.Pattern[str]
    general: re.Pattern[str]
    similar: tuple[frozenset[str], ...]
    opposites: tuple[tuple[frozenset[str], frozenset[str]], ...]
    strict: re.Pattern[str]
    idle_strict: re.Pattern[str]
    place: re.Pattern[str]
    idle_place: re.Pattern[str]
    actor: re.Pattern[str]
    actors: Mapping[str, str]
    agent: re.Pattern[str]
    agents: Mapping[str, str]
    courtesy: re.Pattern[str]
    opener: re.Pattern[str]
    idiom: re.Pattern[str]
    idioms: Mapping[str, str]
    plain: frozenset[str]
    same: Mapping[str, str]
    never: Mapping[str, tuple[re.Pattern[str], ...]]
    everyone: frozenset[str]


def words(phrases: Iterable[str]) -> re.Pattern[str]:
    """Any of the phrases as whole words, the longest first; "'ll" and "n't" stand behind another word."""
    return re.compile(alternatives(phrases))


def alternatives(phrases: Iterable[str]) -> str:
    """A regex part for any of the phrases as whole words."""
    ordered = sorted(set(phrases), key=lambda each: (-len(each), each))
    whole = "|".join(re.escape(each) for each in ordered if each[0] != "'" and each != "n't")
    behind = "|".join(re.escape(each) for each in ordered if each[0] == "'" or each == "n't")
    parts = [rf"(?<![\w'-])(?:{whole})(?![\w-]|'(?!s\b))"] if whole else []
    return "|".join([*parts, *([rf"(?<=\w)(?:{behind})(?!\w)"] if behind else [])])


def _any(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(phrases, key=lambda each: (-len(each), each)))


@lru_cache(maxsize=4)
def tables(language: str = LANGUAGE) -> dict[str, Any]:
    """The language's tables as they stand in its file. Raises FileNotFoundError where there is none."""
    file = files(__package__).joinpath("words", f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def lexicon(language: str = LANGUAGE) -> Lexicon:
    """The language's lists, compiled."""
    all_ = tables(language)
    deeds = {
        form: (group, kind == "done")
        for group, forms in all_["deeds"].items()
        for kind in ("other", "done")
        for form in forms[kind]
    }
    counting = all_["counting"]
    form = alternatives(deeds)
    marks = r"[()]|[,;:.!?\n]+(?:\s|$)|\s-+\s"
    split = "|".join(re.escape(each) for each in sorted(all_["polarity"]["split"], key=len, reverse=True))
    actors = {name: who for who in ("we", "you", "carrier") for name in all_["actors"][who]}
    agents = {name: who for who, names in all_["actors"]["agents"].items() for name in names}
    never = {rule: tuple(re.compile(each) for each in them) for rule, them in all_["never"].items()}
    return Lexicon(
        deeds=deeds,
        deed=re.compile(form),
        clause=re.compile(rf"{marks}|\s(?:{split})\s(?!{form})"),
        part=re.compile(rf"{marks}|\s(?:{split})\s"),
        mood={name: words(them) for name, them in all_["mood"].items()},
        no=words(all_["polarity"]["no"]),
        idle_no=words(all_["polarity"]["idle"]),
        conditions={
            name: words(them)
            for name, them in all_["conditions"].items()
            if name not in ("binding", "owed", "similar", "general", "limits")
        },
        binding=frozenset(all_["conditions"]["binding"]),
        owed=frozenset(all_["conditions"]["owed"]),
        limit=re.compile(
            rf"(?:{alternatives(all_['conditions']['limits'])})\s(?P<limit>\S+(?:\s\S+){{0,2}})"
        ),
        general=words(all_["conditions"]["general"]),
        similar=tuple(frozenset(each) for each in all_["conditions"]["similar"]),
        opposites=tuple(_opposites(all_["opposites"]["pairs"], _same(all_))),
        strict=words(all_["strict"]["words"]),
        idle_strict=words(all_["strict"]["idle"]),
        place=words(all_["strict"]["places"]),
        idle_place=words(all_["strict"]["idle_places"]),
        actor=re.compile(rf"\b({_any(actors)})\b(?:\W+\w+){{0,3}}\W*$"),
        actors=actors,
        agent=re.compile(rf"\W*(?:\w+\W+){{0,2}}?by ({_any([*actors, *agents])})\b"),
        agents=actors | agents,
        courtesy=words(all_["courtesy"]["phrases"]),
        opener=re.compile(rf"(?:^|(?<=[.!?]\s))(?:{alternatives(all_['courtesy']['openers'])})(?=[,.!?])"),
        idiom=words(all_["idioms"]),
        idioms=all_["idioms"],
        plain=frozenset([*all_["courtesy"]["words"], *counting["numbers"], *counting["scales"]]),
        same=_same(all_),
        never=never,
        everyone=frozenset(all_["everyone"]["rules"]),
    )


def _opposites(
    pairs: Iterable[tuple[list[str], list[str]]], same: Mapping[str, str]
) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Each pair both ways round, by stems or groups."""
    for pair in pairs:
        one, other = (frozenset(same.get(stem(each), stem(each)) for each in side) for side in pair)
        yield one, other
        yield other, one


def _same(all_: Mapping[str, Any]) -> dict[str, str]:
    """For each stem the name that all of its group go by; a deed's single words go by the deed."""
    named = dict[str, str]()
    for group in all_["same"]["groups"]:
        roots = [each if each[0] == "~" else stem(each) for each in group]
        name = next((named[each] for each in roots if each in named), f"={group[0]}")
        named |= {each: name for each in roots if each not in named}
    for group, forms in all_["deeds"].items():
        singles = [each for each in (*forms["done"], *forms["other"]) if each.isalpha()]
        name = named.get(f"~{group}", f"~{group}")
        named |= {stem(each): name for each in singles if stem(each) not in named}
    return named
