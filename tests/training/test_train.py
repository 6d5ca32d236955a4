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

from rag.embed import E5Embedder  # noqa: E402
from rag.encoder import E5File, open_e5  # noqa: E402
from rag.models import ModelFolder  # noqa: E402
from rag.read.pairs import Pair, SpecialTokens, join  # noqa: E402
from rag.read.read import SpanReader  # noqa: E402
from rag.read.span_network import PairLogits, SpanNetwork  # noqa: E402
from tests.tiny_e5 import write_tiny_e5  # noqa: E402
from training.batches import Draws, Position, batches, draws  # noqa: E402
from training.corpus import load_corpus  # noqa: E402
from training.examples import GroupMaker  # noqa: E402
from training.export import difference, export, low_rank, restored, trained_values  # noqa: E402
from training.mine import mine  # noqa: E402
from training.near_miss import LISTED, Lexicon, Swap, make_lexicon, misspelt  # noqa: E402
from training.network import ReaderModel, load_encoder, new_model, pad  # noqa: E402
from training.sizes import sizes  # noqa: E402
from training.train import Recipe, Trainer, train  # noqa: E402

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
    with (folder / "squad.jsonl").open("w", encoding="utf-8") as file:
        near = (folder / "squad_near_miss.jsonl").open("w", encoding="utf-8")
        for number in range(40):
            who, where = NAMES[number % 12], PLACES[number % 10]
            passage = f"In {1950 + number} the mayor {who} opened a bridge in {where}."
            begin = passage.index(who)
            asked = {"question": f"Who opened a bridge in {where}?"}
            rows = [{**asked, "spans": [[begin, begin + len(who)]]}]
            title = f"Bridge {number}"
            line = {"title": title, "passage": passage, "questions": rows}
            file.write(json.dumps(line) + "\n")
            rows = [{"question": f"Who closed a bridge in {where}?", "spans": [], "cause": "A"}]
            line = {"title": "", "passage": passage, "questions": rows}
            near.write(json.dumps(line) + "\n")
        near.close()
    with (folder / "claims.jsonl").open("w", encoding="utf-8") as file:
        for number in range(60):
            said, other = PLACES[number % 10], PLACES[(number + 1) % 10]
            label = ("support", "refute", "neither")[number % 3]
            line = {
                "claim": f"The fair {number} is in {said}.",
                "evidence": f"The fair {number} is in {said if label == 'support' else other}.",
                "label": label,
                "source": "made",
            }
            file.write(json.dumps(line) + "\n")
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
    """An encoder's file of two layers, with random weights and the sets' words."""
    texts = "".join(path.read_text(encoding="utf-8") for path in sorted(sets.glob("*.jsonl")))
    words = sorted(set(re.findall(r"[A-Za-z]+|[0-9]{4}", texts)))
    return write_tiny_e5(tmp_path_factory.mktemp("encoder") / "tiny.bin", words)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def run(sets: Path, encoder: Path, out: Path, **changed: object) -> None:
    settings: dict[str, object] = {
        "steps": 24, "seed": 3, "learning_rate": 1e-3, "tokens_per_step": 512,
        "checkpoint_minutes": 60.0, "validate_every": 24, "stop_after": 0,
    }  # fmt: skip
    train(data=sets, out=out, encoder=encoder, **{**settings, **changed})  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="module")
def in_float32() -> Iterator[None]:
    """bfloat16 rounds so much that two runs differ visibly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.train.has_fast_bfloat16", lambda: False)
        yield


@pytest.fixture(scope="module")
def trained(sets: Path, encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run")
    run(sets, encoder, out)
    return out


def test_training_lowers_every_loss(sets: Path, encoder: Path) -> None:
    groups = next(batches(_kinds(sets, encoder), 1, 2048, Position()))[1]
    model = new_model(load_encoder(open_e5(encoder)), 1)
    trainer = Trainer(model, Recipe(1, 90, learning_rate=3e-3), SpecialTokens())
    found = [trainer.learn(groups) for _ in range(60)]
    assert found[-1]["span"] < 0.5 * found[0]["span"]
    assert found[-1]["relevance"] < found[0]["relevance"]
    assert found[-1]["nothing"] < found[0]["nothing"]


def test_going_on_gives_what_one_run_gives(
    sets: Path, encoder: Path, trained: Path, tmp_path: Path
) -> None:
    run(sets, encoder, tmp_path, stop_after=9)
    run(sets, encoder, tmp_path)
    one = torch.load(trained / "checkpoint.pt", weights_only=True)
    two = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert one["step"] == two["step"] == 24
    for name, value in one["average"].items():
        # A step moves a weight by up to the learning rate, 1e-3; sums round differently at times.
        torch.testing.assert_close(two["average"][name], value, rtol=0, atol=5e-4)


def test_a_new_run_may_begin_with_what_was_exported(
    sets: Path, encoder: Path, trained: Path, tmp_path: Path
) -> None:
    weights = tmp_path / "reader.safetensors"
    export(trained / "checkpoint.pt", weights, rank=32, mean_with=None, encoder=encoder)
    run(sets, encoder, tmp_path / "more", start=weights, stop_after=1, learning_rate=1e-9)
    before = torch.load(trained / "checkpoint.pt", weights_only=True)["average"]
    after = torch.load(tmp_path / "more" / "checkpoint.pt", weights_only=True)["weights"]
    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=0, atol=2e-3)


def test_validation_is_logged(trained: Path) -> None:
    log = (trained / "validation.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert lines[-1]["step"] == 24
    assert all(0 <= lines[-1][name] <= 1 for name in ("f1", "em", "hit", "auc", "support right"))


class TorchNetwork:
    """The network as it is trained."""

    def __init__(self, model: ReaderModel) -> None:
        self._model = model.eval()

    def logits(self, pairs: Sequence[Pair]) -> list[PairLogits]:
        with torch.inference_mode():
            logits = self._model(pad(pairs, SpecialTokens()))
        return [
            PairLogits(
                float(logits.relevance[row]),
                logits.support[row].numpy(),
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
    file = open_e5(encoder)
    model = new_model(load_encoder(file), 3)
    average = torch.load(trained / "checkpoint.pt", weights_only=True)["average"]
    model.load_state_dict(average, strict=False)
    texts = ["In 1950 the young Ada visited the old city of Lima twice.", "It rained.", ""]
    question, *passages = (
        file.tokenizer.encode(text, add_special_tokens=False).ids
        for text in ("Who visited?", *texts)
    )
    pairs = [
        join(question, context, ids, SpecialTokens())
        for context in ((), (5, 6))
        for ids in passages
    ]
    found = SpanNetwork(file, weights, int8).logits(pairs)
    for one, two in zip(found, TorchNetwork(model).logits(pairs), strict=True):
        assert one.relevance == pytest.approx(two.relevance, abs=within)
        np.testing.assert_allclose(one.support, two.support, atol=within)
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
    start = load_encoder(open_e5(encoder)).state_dict()
    trained_once, mean = (restored(load_file(path), start) for path in (one, two))
    for name, value in trained_once.items():
        torch.testing.assert_close(mean[name], value, rtol=0, atol=1e-3)


def test_the_mean_of_two_runs_is_weighted(trained: Path, encoder: Path, tmp_path: Path) -> None:
    start = load_encoder(open_e5(encoder)).state_dict()
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


def _kinds(sets: Path, encoder: Path) -> list[Draws]:
    file = open_e5(encoder)
    corpus = load_corpus(sets, file.tokenizer)
    questions = [item.question for items in corpus.items.values() for item in items]
    lexicon = make_lexicon(
        [text.text for text in corpus.texts],
        questions,
        E5Embedder(ModelFolder("tiny", str(encoder))).embed_query,
    )
    maker = GroupMaker(corpus, mine(corpus), lexicon, file.tokenizer, SpecialTokens())
    return draws(corpus, maker, held_out=False)


def test_targets_are_the_marked_words(sets: Path, encoder: Path) -> None:
    tokenizer = _file(encoder).tokenizer
    known = {word.lower() for word in PLACES + NAMES}
    seen = set()
    for _, groups in _take(batches(_kinds(sets, encoder), 1, 2048, Position()), 8):
        for group in groups:
            first, *others = group.examples
            seen |= {example.role for example in group.examples}
            assert all(not example.targets for example in others)
            assert all(example.cause for example in others if example.role == "near")
            assert all((e.label is not None) == (e.role == "claim") for e in group.examples)
            for begin, end in first.targets:
                words = tokenizer.decode(list(first.pair.ids[begin : end + 1])).lower()
                assert words in known or (first.within and "harbour" in words)
    assert seen == {"answer", "other", "near", "claim"}


def test_batches_repeat_and_go_on_from_a_position(sets: Path, encoder: Path) -> None:
    kinds = _kinds(sets, encoder)
    first = _take(batches(kinds, 1, 1024, Position()), 6)
    rest = _take(batches(kinds, 1, 1024, first[2][0]), 3)
    assert [groups for _, groups in rest] == [groups for _, groups in first[3:]]
    assert _take(batches(kinds, 2, 1024, Position()), 1)[0][1] != first[0][1]


def _file(encoder: Path) -> E5File:
    return open_e5(encoder)


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


def test_a_misspelt_question_differs_in_one_word() -> None:
    rng = np.random.default_rng(0)
    question = "Who opened the harbour in Lima?"
    for _ in range(30):
        words = misspelt(question, rng).split()
        assert sum(a != b for a, b in zip(words, question.split(), strict=True)) <= 1


def test_a_model_never_marks_question_or_title(encoder: Path) -> None:
    file = open_e5(encoder)
    network = TorchNetwork(ReaderModel(load_encoder(file)))
    reader = SpanReader(network, file.tokenizer, SpecialTokens(), "random")
    text = "Ada visited Lima. " * 60
    (reading,) = reader.score("Who visited Lima?", [("Journey 1 · 1950", text)])
    assert reading.spans
    for span in reading.spans:
        words = text[span.start : span.end]
        assert words == words.strip()
        assert 0 <= span.start < span.end <= len(text)


def test_support_is_three_chances_for_each_text(encoder: Path) -> None:
    file = open_e5(encoder)
    network = TorchNetwork(new_model(load_encoder(file), 1))
    reader = SpanReader(network, file.tokenizer, SpecialTokens(), "random")
    texts = ["Ada visited Lima.", "It rained. " * 200, ""]
    for verdict in reader.support("Ada visited Lima.", texts):
        chances = (verdict.supports, verdict.contradicts, verdict.neither)
        assert sum(chances) == pytest.approx(1)
        assert min(chances) >= 0
