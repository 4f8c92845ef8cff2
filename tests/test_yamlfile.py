"""Files that people write by hand: every mistake is told with its line, and none does harm."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from hybrid_agent.errors import ConfigurationError
from hybrid_agent.yamlfile import MAX_BYTES, Partly, read_model, read_partly


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int = 0


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = "unnamed"
    parts: Mapping[str, Part] = {}
    words: tuple[str, ...] = ()


def read(tmp_path: Path, text: str | bytes) -> Settings:
    path = tmp_path / "settings.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_model(path, Settings)


def complaint(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert str(tmp_path / "settings.yaml") in str(caught.value)
    return str(caught.value)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """What is written is what is loaded."""
    settings = read(tmp_path, "name: Tarn\nparts:\n  one: {count: 3}\nwords: [a, b]\n")
    assert (settings.name, settings.parts["one"].count, settings.words) == ("Tarn", 3, ("a", "b"))


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_gives_the_defaults(tmp_path: Path, text: str) -> None:
    """Where nothing is required, nothing need be written."""
    assert read(tmp_path, text).name == "unnamed"


def test_an_unknown_key_is_told_with_its_line(tmp_path: Path) -> None:
    """A misspelt key is not silently ignored."""
    message = complaint(tmp_path, "name: Tarn\nparts:\n  one:\n    coutn: 3\n")
    assert ":4: parts.one.coutn: is not a known key" in message


def test_a_wrong_type_is_told_with_its_line(tmp_path: Path) -> None:
    """A word where a number belongs is pointed at."""
    message = complaint(tmp_path, "name: Tarn\nwords: []\nparts:\n  one: {count: many}\n")
    assert ":4: parts.one.count: Input should be a valid integer" in message


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to run the check once for each mistake."""
    message = complaint(tmp_path, "nmae: Tarn\nparts: {one: {count: x}}\n")
    assert ":1: nmae" in message
    assert ":2: parts.one.count" in message


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """The second of two equal keys does not quietly win."""
    message = complaint(tmp_path, "parts:\n  one: {count: 1}\n  two: {count: 2}\n  one: {count: 3}\n")
    assert ":4: the key 'one' stands twice, first in line 2" in message


def test_broken_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    """A bracket that is never closed is pointed at."""
    assert "settings.yaml:3" in complaint(tmp_path, "name: Tarn\nwords: [a, b\nparts: {}\n")


def test_a_list_is_no_settings_file(tmp_path: Path) -> None:
    """A file of another shape altogether is refused in words."""
    assert "the file: Input should be" in complaint(tmp_path, "- a\n- b\n")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['true']\n",
        "name: !!python/object/apply:os.getcwd []\n",
        "name: !thing x\n",
        "parts: {one: {count: !!timestamp nonsense}}\n",
        "? [a, b]\n: 1\n",
        "? {a: 1}\n: 1\n",
        "<<: 3\n",
        "name: !!int abc\n",
        "name: !!bool perhaps\n",
    ],
)
def test_what_only_yaml_can_say_is_refused(tmp_path: Path, text: str) -> None:
    """Tags that build objects, and keys that are no words, end in a message."""
    complaint(tmp_path, text)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A file in another encoding says where it stops being UTF-8."""
    assert "byte 6 is not UTF-8" in complaint(tmp_path, b"name: \xff\xfe\n")


def test_control_characters_are_refused(tmp_path: Path) -> None:
    """A binary file is no settings file."""
    complaint(tmp_path, b"name: a\x00b\n")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A log that was named by mistake does not fill the memory."""
    assert "over 5 MB" in complaint(tmp_path, b"#" * (MAX_BYTES + 1))


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    """The first start ends in advice."""
    with pytest.raises(ConfigurationError, match="no such file") as caught:
        read_model(tmp_path / "none.yaml", Settings)
    assert "hybrid-agent init" in str(caught.value)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """A folder in the place of the file is told as such."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_model(tmp_path, Settings)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """What is no regular file may never end, and is told instead of read."""
    os.mkfifo(tmp_path / "settings.yaml")
    with pytest.raises(ConfigurationError, match="pipe or a device"):
        read_model(tmp_path / "settings.yaml", Settings)


def test_aliases_that_multiply_do_no_harm(tmp_path: Path) -> None:
    """A "billion laughs" file ends in a complaint, quickly and in little memory."""
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for here, before in zip("bcdefghij", "abcdefghi", strict=True):
        lines.append(f"{here}: &{here} [{', '.join([f'*{before}'] * 10)}]")
    assert "its aliases multiply" in complaint(tmp_path, "\n".join(lines))


def test_an_alias_to_itself_does_no_harm(tmp_path: Path) -> None:
    """A value that holds itself is refused like any other wrong value."""
    complaint(tmp_path, "parts: &p\n  one: *p\n")


def test_deep_nesting_does_no_harm(tmp_path: Path) -> None:
    """Ten thousand brackets end in a message, not in a stack overflow."""
    complaint(tmp_path, "words: " + "[" * 10_000)


# ----- Files that are mostly a list -----


class Listed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = "unnamed"
    parts: tuple[Part, ...]


def partly(tmp_path: Path, text: str) -> Partly[Listed]:
    path = tmp_path / "list.yaml"
    path.write_text(text)
    return read_partly(path, Listed, "parts")


def test_one_bad_item_does_not_take_the_others_away(tmp_path: Path) -> None:
    """Every bad item is told with its line, whatever is wrong with it; the good ones are read."""
    items = ["count: 1", "coutn: 2", "count: 3\n    count: 4", "count: !!int x", "count: many", "count: 6"]
    read = partly(tmp_path, "name: Tarn\nparts:\n" + "".join(f"  - {each}\n" for each in items))
    assert read.model == Listed(name="Tarn", parts=(Part(count=1), Part(count=6)))
    assert read.lines == (3, 9)
    told = "\n".join(read.problems)
    assert len(read.problems) == 4
    assert ":4: parts.1.coutn: is not a known key" in told
    assert ":6: the key 'count' stands twice, first in line 5" in told
    assert ":7: a value does not fit its tag" in told
    assert ":8: parts.4.count: Input should be a valid integer" in told


def test_a_list_without_a_good_item_is_none(tmp_path: Path) -> None:
    """Where nothing can be read, only the complaints are left."""
    read = partly(tmp_path, "parts:\n  - {coutn: 1}\n  - 7\n")
    assert (read.model, read.lines, len(read.problems)) == (None, (), 2)


@pytest.mark.parametrize(
    "text", ["nmae: x\nparts: [{count: 1}]", "parts: []\nnmae: x", "", "[1]", "parts: 3"]
)
def test_what_is_wrong_around_the_list_is_the_files_fault(tmp_path: Path, text: str) -> None:
    """No item counts in a file that is not what it should be."""
    with pytest.raises(ConfigurationError, match=r"list.yaml:\d+: "):
        partly(tmp_path, text)
