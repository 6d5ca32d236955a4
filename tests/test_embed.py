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
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

from rag.embed import E5Embedder, SentenceTransformerEmbedder, load_embedder
from rag.errors import ModelError
from rag.models import SHIPPED_ENCODER, ModelFolder, find_embedder, find_encoder
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
    return load_embedder(SHIPPED_ENCODER)


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
    assert query @ near > query @ far + 0.05


@pytest.mark.models
def test_tokens_are_counted_without_special_ones_and_without_a_limit(shipped: Embedder) -> None:
    assert shipped.count_tokens("It rained.") == 4
    assert shipped.count_tokens("") == 0
    shipped.embed_passages(["it"])  # sets truncation on the model's own tokenizer
    assert shipped.count_tokens("rain " * 5000) in (5000, 5001)
    assert shipped.max_tokens == 314


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
def test_vectors_are_those_of_the_same_model_in_sentence_transformers(tmp_path: Path) -> None:
    """The model written out as a folder, with the prompts that its authors give it."""
    from rag.encoder import open_e5
    from training.network import load_encoder

    model = find_encoder()
    file = open_e5(Path(model.path))
    load_encoder(file).save_pretrained(tmp_path)
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=file.tokenizer,
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=320,
    ).save_pretrained(tmp_path)
    peer = sentence_transformers.SentenceTransformer(
        modules=[
            (words := Transformer(str(tmp_path))),
            Pooling(words.get_embedding_dimension(), "mean"),
        ],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    )
    exact, rounded = (E5Embedder(model, int8=int8) for int8 in (False, True))
    for own, theirs in (
        (exact.embed_passages(TEXTS), peer.encode_document(TEXTS, normalize_embeddings=True)),
        (exact.embed_query(TEXTS), peer.encode_query(TEXTS, normalize_embeddings=True)),
    ):
        assert (own * theirs).sum(axis=1).min() > 0.9999
    near = (rounded.embed_passages(TEXTS) * exact.embed_passages(TEXTS)).sum(axis=1)
    assert 0.999 < near.min() < 0.999999, "computed in int8, and near"


@pytest.mark.models
def test_a_vector_does_not_depend_on_its_neighbours(shipped: Embedder) -> None:
    exact = E5Embedder(find_encoder(), int8=False)
    for embedder, least in ((exact, 0.999999), (shipped, 0.999)):  # int8 rounds otherwise
        alone = np.concatenate([embedder.embed_passages([text]) for text in TEXTS])
        assert (embedder.embed_passages(TEXTS) * alone).sum(axis=1).min() > least
        assert (embedder.embed_passages(TEXTS[::-1])[::-1] * alone).sum(axis=1).min() > least


@pytest.mark.models
def test_loading_is_silent_and_calls_nobody() -> None:
    code = (
        "import sys; "
        "sys.addaudithook(lambda event, _: event.startswith('socket.') and print(event)); "
        "from rag.embed import load_embedder; "
        "load_embedder('multilingual-e5-small').embed_passages(['x'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
