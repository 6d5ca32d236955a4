from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import sentence_transformers
import torch
import transformers

from rag.embed import MiniLMEmbedder, SentenceTransformerEmbedder, load_embedder
from rag.errors import ModelError
from rag.models import SHIPPED_EMBEDDER, ModelFolder, find_embedder
from rag.types import Embedder
from tests.tiny_models import save_tiny_model, tiny_model, tiny_tokenizer, word_pieces


def test_weights_that_cannot_be_loaded(tmp_path: Path) -> None:
    broken = SentenceTransformerEmbedder(ModelFolder("broken", str(tmp_path), "1"))
    with pytest.raises(ModelError, match="Embedding model broken cannot be loaded") as caught:
        broken.embed_passages(["x"])
    assert "\n" not in str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sentence-transformers model, tiny and with random weights."""
    return save_tiny_model(tmp_path / "tiny", word_pieces(), transformers.BertModel)


def named(folder: Path) -> SentenceTransformerEmbedder:
    """The embedder in ``folder``, as a process finds it that starts now."""
    find_embedder.cache_clear()
    return SentenceTransformerEmbedder(find_embedder(str(folder)))


@pytest.mark.parametrize("kept", [0, 200])
def test_weights_that_are_cut_short(folder: Path, kept: int) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    with pytest.raises(ModelError, match="Embedding model tiny cannot be loaded .*: name a"):
        named(folder).embed_passages(["x"])


def test_other_weights_have_another_revision(folder: Path) -> None:
    first = named(folder).revision
    assert named(folder).revision == first
    model = transformers.AutoModel.from_pretrained(folder)
    with torch.no_grad():
        model.embeddings.word_embeddings.weight[0, 0] += 1
    model.save_pretrained(folder)
    assert named(folder).revision != first


def test_weights_in_several_files(folder: Path) -> None:
    whole = named(folder)
    expected = whole.revision, whole.embed_passages(["the boat left"])
    (folder / "model.safetensors").unlink()
    tiny_model(tiny_tokenizer(word_pieces()), transformers.BertModel).save_pretrained(
        folder, max_shard_size="10KB"
    )
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    assert (named(folder).revision, named(folder).embed_passages(["the boat left"]).tolist()) == (
        expected[0],
        expected[1].tolist(),
    )


def test_questions_and_passages_get_the_prompts_of_the_model(folder: Path) -> None:
    plain = named(folder).embed_passages(["boat met", "left met"])
    prompts = {"query": "boat ", "document": "left "}
    sentence_transformers.SentenceTransformer(str(folder), prompts=prompts).save(str(folder))
    model = named(folder)
    both = np.concatenate([model.embed_query(["met"]), model.embed_passages(["met"])])
    np.testing.assert_allclose(both, plain, atol=1e-6)


@pytest.fixture(scope="module")
def shipped() -> Embedder:
    return load_embedder("all-MiniLM-L6-v2")


@pytest.mark.models
def test_vectors_are_unit_vectors(shipped: Embedder) -> None:
    vectors = shipped.embed_passages(["It rained.", "x " * 5000, "鲸鱼"])
    assert (vectors.shape, vectors.dtype) == ((3, shipped.dimensions), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert shipped.embed_passages([]).shape == (0, shipped.dimensions)


@pytest.mark.models
def test_what_is_nearer_in_meaning_is_nearer(shipped: Embedder) -> None:
    (query,) = shipped.embed_query(["Who met in Baghdad?"])
    near, far = shipped.embed_passages(
        [
            "The American ambassador talked with his Iranian counterpart in Iraq's capital.",
            "Grey whales were seen near the harbour.",
        ]
    )
    assert query @ near > query @ far + 0.2


@pytest.mark.models
def test_tokens_are_counted_without_special_ones_and_without_a_limit(shipped: Embedder) -> None:
    assert shipped.count_tokens("It rained.") == 3
    assert shipped.count_tokens("") == 0
    shipped.embed_passages(["it"])  # sets truncation on the model's own tokenizer
    assert shipped.count_tokens("rain " * 5000) == 5000
    assert shipped.max_tokens == 254


@pytest.mark.models
def test_threads_share_the_model(shipped: Embedder) -> None:
    texts = [f"Storm number {n}." for n in range(6)]
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda text: shipped.embed_passages([text])[0], texts))
    np.testing.assert_allclose(
        found, [shipped.embed_passages([text])[0] for text in texts], atol=1e-5
    )


TEXTS = [
    "It rained.",
    "The harbour master counted nine whales before noon, and none after it.",
    "鲸鱼 and Ærøskøbing: 3,5 km!",
    "The council met on Tuesday to vote on the bridge. " * 40,
    "",
]


@pytest.mark.models
def test_in_float32_vectors_are_those_of_sentence_transformers() -> None:
    folder = find_embedder(SHIPPED_EMBEDDER)
    named_by_folder = load_embedder(folder.path)
    assert isinstance(named_by_folder, SentenceTransformerEmbedder)
    own = MiniLMEmbedder(folder, int8=False)
    np.testing.assert_allclose(
        own.embed_passages(TEXTS), named_by_folder.embed_passages(TEXTS), atol=1e-5
    )
    assert (own.dimensions, own.max_tokens) == (
        named_by_folder.dimensions,
        named_by_folder.max_tokens,
    )


@pytest.mark.models
def test_in_int8_vectors_are_near_those_in_float32() -> None:
    folder = find_embedder(SHIPPED_EMBEDDER)
    exact = MiniLMEmbedder(folder, int8=False).embed_passages(TEXTS)
    rounded = MiniLMEmbedder(folder, int8=True).embed_passages(TEXTS)
    assert (exact * rounded).sum(axis=1).min() > 0.99
    assert np.abs(exact - rounded).max() > 1e-4, "computed in float32"


@pytest.mark.models
def test_a_vector_does_not_depend_on_its_neighbours(shipped: Embedder) -> None:
    alone = np.concatenate([shipped.embed_passages([text]) for text in TEXTS])
    np.testing.assert_allclose(shipped.embed_passages(TEXTS), alone, atol=1e-4)
    np.testing.assert_allclose(shipped.embed_passages(TEXTS[::-1])[::-1], alone, atol=1e-4)


@pytest.mark.models
def test_loading_is_silent_and_calls_nobody() -> None:
    code = (
        "import sys; "
        "sys.addaudithook(lambda event, _: event.startswith('socket.') and print(event)); "
        "from rag.embed import load_embedder; "
        "load_embedder('all-MiniLM-L6-v2').embed_passages(['x'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
