"""The whole of training at toy size: made-up sets, a tiny encoder with random weights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402

from rag.read.pairs import Pair, join, load_tokenizer, special_tokens  # noqa: E402
from rag.read.read import SpanReader  # noqa: E402
from rag.read.span_network import PairLogits, SpanNetwork  # noqa: E402
from training.batches import Position, batches, split  # noqa: E402
from training.corpus import load_corpus  # noqa: E402
from training.examples import GroupMaker  # noqa: E402
from training.export import (  # noqa: E402
    difference,
    export,
    low_rank,
    restored,
    trained_values,
)
from training.mine import embed, mine  # noqa: E402
from training.near_miss import LISTED, Lexicon, Swap, make_lexicon  # noqa: E402
from training.sizes import sizes  # noqa: E402
from training.span_model import SpanModel, load_encoder, pad  # noqa: E402
from training.train import Recipe, Trainer, new_model, train  # noqa: E402

PLACES = ["Lima", "Oslo", "Rome", "Cairo", "Quito", "Hanoi", "Dakar", "Sofia", "Tunis", "Minsk"]
NAMES = ["Ada", "Bo", "Cy", "Dee", "Eve", "Fay", "Gus", "Hal", "Ida", "Jo", "Kay", "Lea"]


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of training data: who visited which place in which year."""
    folder = tmp_path_factory.mktemp("sets")
    rng = np.random.default_rng(0)
    with (folder / "new_wiki.jsonl").open("w", encoding="utf-8") as file:
        for number in range(40):
            who, where = rng.choice(NAMES, 2, replace=False), rng.choice(PLACES, 2, replace=False)
            year = int(rng.integers(1950, 2000))
            first = f"In {year} the young {who[0]} visited the old city of {where[0]} twice. "
            passage = first + f"Later the other {who[1]} went to {where[1]} by train."
            begin = passage.index(who[0])
            questions = [
                {
                    "question": f"Who visited {where[0]}?",
                    "spans": [[begin, begin + len(who[0])]],
                },
                {
                    "question": f"Which city did {who[0]} visit?",
                    "spans": [[passage.index(where[0]), passage.index(where[0]) + len(where[0])]],
                },
            ]
            row = {"title": f"Journey {number}", "passage": passage, "questions": questions}
            file.write(json.dumps(row) + "\n")
    with (folder / "selqa.jsonl").open("w", encoding="utf-8") as file:
        for place in PLACES:
            row = {
                "article": place,
                "question": f"Is {place} near the sea?",
                "sentences": [f"{place} is a large town.", f"The harbour of {place} is deep."],
                "answering": [1],
            }
            file.write(json.dumps(row) + "\n")
    return folder


@pytest.fixture(scope="module")
def encoder(sets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder: a BERT of two layers with random weights and the sets' words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from tokenizers.trainers import WordPieceTrainer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = WordPieceTrainer(
        vocab_size=600,
        special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", ":"],
        show_progress=False,
    )
    tokenizer.train([str(path) for path in sorted(sets.glob("*.jsonl"))], trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def run(sets: Path, encoder: Path, out: Path, **changed: object) -> None:
    settings: dict[str, object] = {
        "minutes": 1.0, "steps": 24, "seed": 3, "learning_rate": 3e-3, "tokens_per_step": 512,
        "checkpoint_minutes": 60.0, "validations": 1, "stop_after": 0, "near_misses": 0.5,
    }  # fmt: skip
    train(data=sets, out=out, encoder=encoder, **{**settings, **changed})  # type: ignore[arg-type]


def losses_of(output: str, name: str) -> list[float]:
    words = output.split()
    return [float(words[i + 1]) for i, word in enumerate(words) if word == name]


@pytest.fixture(scope="module")
def trained(sets: Path, encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    run(sets, encoder, out)
    return out


def test_training_lowers_the_loss(sets: Path, encoder: Path) -> None:
    tokenizer = load_tokenizer(encoder)
    maker, numbers = _maker(sets, encoder)
    groups = next(batches(maker, numbers, 1, 2048, Position()))[1]
    trainer = Trainer(new_model(encoder, 1), Recipe(1, 60, learning_rate=3e-3), tokenizer)
    found = [trainer.learn(groups) for _ in range(50)]
    assert found[-1]["span"] < 0.5 * found[0]["span"]
    assert found[-1]["relevance"] < found[0]["relevance"]


def test_going_on_gives_what_one_run_gives(
    sets: Path, encoder: Path, trained: Path, tmp_path: Path
) -> None:
    run(sets, encoder, tmp_path, stop_after=9)
    run(sets, encoder, tmp_path)
    one = torch.load(trained / "checkpoint.pt", weights_only=True)
    two = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert one["step"] == two["step"] == 24
    for name, value in one["average"].items():
        # A step moves a weight by up to the learning rate, 3e-3; sums round differently at times.
        torch.testing.assert_close(two["average"][name], value, rtol=0, atol=1e-4)


def test_validation_is_logged(trained: Path) -> None:
    log = (trained / "validation.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines[-1]["step"] == 24
    assert all(0 <= lines[-1][name] <= 1 for name in ("f1", "em", "hit", "auc"))


class TorchNetwork:
    """The network as it is trained."""

    def __init__(self, model: SpanModel, encoder: Path) -> None:
        self._model = model.eval()
        self._special = special_tokens(load_tokenizer(encoder))

    def logits(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        with torch.inference_mode():
            logits = self._model(pad(pairs, self._special))
        return [
            PairLogits(
                float(logits.relevance[row]),
                logits.start[row, pair.passage_from : pair.passage_to].numpy(),
                logits.end[row, pair.passage_from : pair.passage_to].numpy(),
            )
            for row, pair in enumerate(pairs)
        ]


@pytest.mark.parametrize(("int8", "within"), [(False, 1e-3), (True, 0.1)])
def test_exported_weights_read_as_the_trained_model_does(
    trained: Path, encoder: Path, tmp_path: Path, int8: bool, within: float
) -> None:
    weights = tmp_path / "reader.safetensors"
    export(trained / "checkpoint.pt", weights, rank=32, mean_with=None, encoder=encoder)
    model = new_model(encoder, 3)
    average = torch.load(trained / "checkpoint.pt", weights_only=True)["average"]
    model.load_state_dict(average, strict=False)
    tokenizer = load_tokenizer(encoder)
    special = special_tokens(tokenizer)
    texts = ["In 1950 the young Ada visited the old city of Lima twice.", "It rained.", ""]
    question, *passages = (
        tokenizer.encode(text, add_special_tokens=False).ids for text in ("Who visited?", *texts)
    )
    pairs = [join(question, context, ids, special) for context in ((), (5, 6)) for ids in passages]
    found = SpanNetwork(encoder, weights, int8).logits(pairs)
    for one, two in zip(found, TorchNetwork(model, encoder).logits(pairs), strict=True):
        assert one.relevance == pytest.approx(two.relevance, abs=within)
        np.testing.assert_allclose(one.start, two.start, atol=within)
        np.testing.assert_allclose(one.end, two.end, atol=within)


def test_low_rank_is_the_nearest_matrix() -> None:
    torch.manual_seed(0)
    matrix = torch.randn(12, 4) @ torch.randn(4, 9)
    left, right = low_rank(matrix, 4)
    torch.testing.assert_close(left @ right, matrix, rtol=1e-4, atol=1e-4)
    rest = matrix - torch.mm(*low_rank(matrix, 2))
    singular = torch.linalg.svdvals(matrix)
    assert float(rest.square().sum()) == pytest.approx(float(singular[2:].square().sum()), rel=1e-3)


def test_the_mean_with_a_run_itself_is_that_run(
    trained: Path, encoder: Path, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    checkpoint = trained / "checkpoint.pt"
    export(checkpoint, one, rank=32, mean_with=None, encoder=encoder)
    export(checkpoint, two, rank=32, mean_with=one, encoder=encoder)
    start = load_encoder(encoder).state_dict()
    trained_once, mean = (restored(load_file(path), start) for path in (one, two))
    for name, value in trained_once.items():
        torch.testing.assert_close(mean[name], value, rtol=0, atol=1e-3)


def test_the_mean_of_two_runs_is_weighted(trained: Path, encoder: Path, tmp_path: Path) -> None:
    start = load_encoder(encoder).state_dict()
    other = tmp_path / "other.safetensors"
    run = torch.load(trained / "checkpoint.pt", weights_only=True)["average"]
    moved = {name: value + 1.0 for name, value in run.items()}
    save_file(difference(moved, start, rank=64), other)
    for name, value in trained_values(trained / "checkpoint.pt", other, 0.7, start).items():
        torch.testing.assert_close(value, run[name] + 0.3, rtol=0, atol=0.02)


def test_every_size_is_measured(
    trained: Path, sets: Path, encoder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes(sets, trained, encoder=encoder, rank=[2])
    whole, cut = capsys.readouterr().out.splitlines()
    assert re.match(r"whole: f1 [01]\.\d+ em ", whole)
    assert re.match(r"rank 2, 0\.\d MiB: f1 [01]\.\d+ em ", cut)


def _maker(sets: Path, encoder: Path) -> tuple[GroupMaker, dict[str, list[int]]]:
    tokenizer, plain = load_tokenizer(encoder), load_encoder(encoder)
    corpus = load_corpus(sets, tokenizer)
    questions = [item.question for items in corpus.items.values() for item in items]
    lexicon = make_lexicon(
        [text.text for text in corpus.texts],
        questions,
        lambda texts: embed(texts, plain, tokenizer),
    )
    maker = GroupMaker(corpus, mine(corpus, plain, tokenizer), lexicon, tokenizer, near_misses=1.0)
    return maker, split(corpus)[0]


def test_targets_are_the_marked_words(sets: Path, encoder: Path) -> None:
    tokenizer = load_tokenizer(encoder)
    maker, numbers = _maker(sets, encoder)
    known = {word.lower() for word in PLACES + NAMES}
    for _, groups in _take(batches(maker, numbers, 1, 2048, Position()), 4):
        for group in groups:
            answer, *others = group.examples
            assert answer.role == "answer"
            assert others
            assert all(not example.targets for example in others)
            for first, last in answer.targets:
                words = tokenizer.decode(answer.pair.ids[first : last + 1])
                assert words in known or (answer.within and "harbour" in words)


def test_batches_repeat_and_go_on_from_a_position(sets: Path, encoder: Path) -> None:
    maker, numbers = _maker(sets, encoder)
    first = _take(batches(maker, numbers, 1, 1024, Position()), 6)
    rest = _take(batches(maker, numbers, 1, 1024, first[2][0]), 3)
    assert [groups for _, groups in rest] == [groups for _, groups in first[3:]]
    assert _take(batches(maker, numbers, 2, 1024, Position()), 1)[0][1] != first[0][1]


def _take(stream: Iterator, count: int) -> list:  # type: ignore[type-arg]
    return [next(stream) for _ in range(count)]


def test_near_misses_exchange_a_term_for_one_of_its_kind() -> None:
    lexicon = Lexicon(names={"lima": ("Oslo", "Rome")}, words={"harbour": ("airport",)})
    question = "Who won the first race in Lima in 1984?"
    rng = np.random.default_rng(0)
    kinds = {}
    for term in lexicon.terms(question):
        swap = lexicon.sibling(question, term, "Oslo", rng)
        assert swap is not None
        kinds[swap.old] = (term.kind, swap.new)
        assert swap.apply(question) != question
    assert kinds["Lima"] == ("name", "Rome")
    assert kinds["1984"][0] == "year"
    assert kinds["1984"][1] != "1984"
    assert kinds["first"][1] in LISTED["first"]
    assert Swap("name", "Lima", "Rome").apply("In lima, not Limassol") == "In Rome, not Limassol"


def test_special_tokens_must_exist() -> None:
    from tokenizers import Tokenizer, models

    with pytest.raises(ValueError, match="lacks"):
        special_tokens(Tokenizer(models.WordPiece({"a": 0}, unk_token="a")))


def test_a_model_never_marks_question_or_title(encoder: Path) -> None:
    network = TorchNetwork(SpanModel(load_encoder(encoder)), encoder)
    reader = SpanReader(network, load_tokenizer(encoder), "random")
    text = "Ada visited Lima. " * 60
    (reading,) = reader.score("Who visited Lima?", [("Journey 1 · 1950", text)])
    assert reading.spans
    for span in reading.spans:
        words = text[span.start : span.end]
        assert words == words.strip()
        assert 0 <= span.start < span.end <= len(text)
