"""Hard negatives: the passages of the same set that retrieval finds nearest to a question.

Dense (the shipped embedder's vectors) and BM25 ranks are fused by reciprocal rank, as when asking.
Sets without titles are ranked by BM25 alone: what is near in meaning there answers too often.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from transformers import PreTrainedModel

from training.corpus import Corpus

CANDIDATES = 40
_RANK_CONSTANT = 60
_EMBEDDED_AT_ONCE = 128


def embed(
    texts: Sequence[str], encoder: PreTrainedModel, tokenizer: Tokenizer, max_tokens: int = 200
) -> NDArray[np.float32]:
    """Unit vectors of ``texts`` by the shipped embedder: mean of the last hidden states."""
    rows = [
        encoding.ids[: max_tokens + 2]
        for encoding in tokenizer.encode_batch(list(texts), add_special_tokens=True)
    ]
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    vectors = np.zeros((len(rows), encoder.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for begin in range(0, len(order), _EMBEDDED_AT_ONCE):
            batch = order[begin : begin + _EMBEDDED_AT_ONCE]
            width = len(rows[batch[-1]])
            ids = torch.zeros(len(batch), width, dtype=torch.long)
            mask = torch.zeros_like(ids)
            for place, row in enumerate(batch):
                ids[place, : len(rows[row])] = torch.tensor(rows[row])
                mask[place, : len(rows[row])] = 1
            hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            mean = (hidden * mask.unsqueeze(-1)).sum(1)
            vectors[batch] = nn.functional.normalize(mean, dim=-1).numpy()
    return vectors


def _terms_ranking(passages: Sequence[str], questions: Sequence[str]) -> list[list[int]]:
    """For each question the best passages by BM25, best first."""
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for passage in passages:
        writer.add_document(tantivy.Document(text=passage))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    if searcher.num_segments != 1:  # else a hit's place in its segment is not the passage's number
        raise RuntimeError("the in-memory index has more than one segment")
    rankings: list[list[int]] = []
    for question in questions:
        words = " ".join(re.findall(r"\w+", question.lower()))
        query = index.parse_query(words, ["text"]) if words else tantivy.Query.empty_query()
        rankings.append([hit.doc for _, hit in searcher.search(query, CANDIDATES).hits])
    return rankings


def mine(
    corpus: Corpus, encoder: PreTrainedModel, tokenizer: Tokenizer
) -> dict[str, NDArray[np.int32]]:
    """For each set an array (questions, CANDIDATES) of indexes into ``corpus.texts``, best first.

    A question's own text is among them where retrieval finds it; -1 where there are fewer.
    """
    found: dict[str, NDArray[np.int32]] = {}
    for source, items in corpus.items.items():
        members = [i for i, text in enumerate(corpus.texts) if text.source == source]
        passages = [f"{corpus.texts[i].title} {corpus.texts[i].text}" for i in members]
        questions = [item.question for item in items]
        by_terms = _terms_ranking(passages, questions)
        if any(corpus.texts[i].title for i in members):
            vectors = embed(passages, encoder, tokenizer)
            similarity = embed(questions, encoder, tokenizer) @ vectors.T
            by_meaning = np.argsort(-similarity, axis=1)[:, :CANDIDATES].tolist()
        else:
            by_meaning = [[]] * len(questions)
        rows = np.full((len(items), CANDIDATES), -1, dtype=np.int32)
        for row, rankings in enumerate(zip(by_meaning, by_terms, strict=True)):
            score: dict[int, float] = {}
            for ranking in rankings:
                for rank, member in enumerate(ranking):
                    score[member] = score.get(member, 0.0) + 1 / (_RANK_CONSTANT + rank)
            best = sorted(score, key=lambda member: (-score[member], member))[:CANDIDATES]
            rows[row, : len(best)] = [members[member] for member in best]
        found[source] = rows
    return found


def mine_once(
    corpus: Corpus, encoder: PreTrainedModel, tokenizer: Tokenizer, folder: Path
) -> dict[str, NDArray[np.int32]]:
    """``mine``, kept in ``folder`` and read from there when the corpus is the same."""
    digest = hashlib.sha256()
    for source in corpus.items:
        for item in corpus.items[source]:
            digest.update(f"{item.question}\0{item.text}\0".encode())
    path = folder / f"candidates-{digest.hexdigest()[:12]}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, **mine(corpus, encoder, tokenizer))  # type: ignore[arg-type]
    with np.load(path) as stored:
        return {source: stored[source] for source in stored.files}
