"""Tests of the task data: generators, the token streams, the evaluation sets and the scores."""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import zstandard

from hearth_mini.data import read_shard
from hearth_mini.tasks import (
    arithmetic, edits, encode, generate, heldout, letters, passages, registry, schema, score, wiki,
)  # fmt: skip
from hearth_mini.tasks.corpus import Corpus, HeldOutCorpus
from hearth_mini.tasks.encode import ID_MASK, Encoder, learned
from hearth_mini.tasks.facts import make_entity, paragraph
from hearth_mini.tasks.follow_up import follow_up
from hearth_mini.tasks.generate import MAX_TOKENS, Job, run, write_index
from hearth_mini.tasks.names import Ctx, article, held_out
from hearth_mini.tasks.sample import END, END_OF_TEXT, NO_LOSS, ROLE_ID, Sample
from hearth_mini.tasks.sources import tidy

_TOKENIZER = Path(__file__).resolve().parents[1] / "tokenizer.json"
_MADE = sorted(registry.made_families())


def _ctx(seed: int = 1, split: str = "train") -> Ctx:
    return Ctx(random.Random(seed), split)


def _samples(made: Sample | list[Sample] | None) -> list[Sample]:
    return made if isinstance(made, list) else [made] if made is not None else []


@pytest.mark.parametrize("family", _MADE)
@pytest.mark.parametrize("split", ["train", "held"])
def test_made_families_give_clean_chats(family: str, split: str) -> None:
    ctx = _ctx(3, split)
    make = registry.made_families()[family]
    for _ in range(5 if family.startswith("long") else 60):
        for sample in _samples(make(ctx)):
            assert sample.is_chat()
            for part in sample.parts:
                assert "<|" not in part.text
                assert part.learn == (part.role == "assistant")
                if part.role == "document":
                    assert not re.search(r"\{[a-z]", part.text), part.text


def test_same_seed_gives_the_same_samples() -> None:
    first = passages.passage_qa(_ctx(9)).show()
    second = passages.passage_qa(_ctx(9)).show()
    assert first == second
    assert first != passages.passage_qa(_ctx(10)).show()


def test_every_field_of_the_schema_can_be_filled() -> None:
    ctx = _ctx()
    for kind in schema.KINDS:
        for _ in range(8):
            entity = make_entity(ctx, kind, len(kind.attrs))
            text = paragraph(entity, ctx)
            assert "{" not in text and ".." not in text
            for fact in entity.facts:
                assert fact.value in entity.full(fact, ctx)
                question = entity.ask(fact, ctx)
                assert question[-1] in "?." and "{" not in question


def test_every_statement_of_the_documents_states_its_answer() -> None:
    ctx = _ctx()
    for genre in letters.GENRES:
        for _ in range(30):
            paper = letters.write(ctx, genre)
            for told in paper.told:
                first = re.sub(r"^(?:the|in the|on|with|behind the) ", "", told.answer.split(" and ")[0])
                assert first.lower() in paper.text.lower(), (told.answer, paper.text)


def test_training_and_evaluation_draw_different_names() -> None:
    train = {_ctx(seed).surname() for seed in range(400)}
    held = {_ctx(seed, "held").surname() for seed in range(400)}
    assert not train & held
    assert not any(held_out(name) for name in train)
    assert all(held_out(name) for name in held)


def test_twins_differ_in_the_answer_only() -> None:
    ctx = _ctx(5)
    for _ in range(40):
        first, second = passages.twins(ctx)
        assert first.parts[-1].text != second.parts[-1].text
        assert first.show().replace(first.parts[-1].text, second.parts[-1].text) == second.show()


def test_short_answers_stand_in_the_text() -> None:
    ctx = _ctx(6)
    for _ in range(100):
        sample = passages.multi_hop(ctx)
        text = " ".join(p.text for p in sample.parts if p.role != "assistant")
        for part in sample.parts:
            if part.role == "assistant" and len(part.text.split()) <= 3 and not part.text.startswith(("Yes", "No")):
                assert part.text in text


def test_lists_follow_the_order_of_the_text() -> None:
    text = "Ida Holm counted 478 trees, 1,204 boats and 4 goats in Dund, not in Dundby."
    assert edits._in_order(["4", "204", "1,204", "478", "4"], text) == ["478", "1,204", "4"]
    assert edits._in_order(["Dundby", "Dund", "Hol"], text) == ["Dund", "Dundby"]


def test_sums_are_right() -> None:
    ctx = _ctx(7)
    plain = re.compile(r"^(\d+) ([+×-]) (\d+)(?: = .*)? = (-?\d+)$")
    checked = 0
    for _ in range(600):
        _, result, full = arithmetic.problem(ctx)
        assert result.split(",")[0].strip() in full
        match = plain.match(full)
        if match:
            a, sign, b, value = int(match[1]), match[2], int(match[3]), int(match[4])
            if f"{a} {sign} {b} =" in full:
                assert value == {"+": a + b, "-": a - b, "×": a * b}[sign]
                checked += 1
    assert checked > 100


def test_sums_of_the_evaluation_are_kept_from_training() -> None:
    train = {arithmetic.problem(ctx)[2] for ctx in [_ctx(1)] for _ in range(3000)}
    held = {arithmetic.problem(ctx)[2] for ctx in [_ctx(2, "held")] for _ in range(500)}
    assert not {full for full in train & held if len(full) >= 11}


def test_follow_up_answers_use_what_was_told() -> None:
    ctx = _ctx(8)
    for _ in range(100):
        values: list[str] = []
        sample = follow_up(ctx, values)
        assert len(values) == 1
        assert values[0].strip(".") in sample.parts[-1].text


def test_articles() -> None:
    assert [article(w) for w in ("oak", "unit", "hour", "pine", "European", "egg")] == [
        "an oak", "a unit", "an hour", "a pine", "a European", "an egg",
    ]  # fmt: skip


def test_sentences_are_not_split_at_initials() -> None:
    text = "Dr. Blum met J. Osk in 1920. They talked at 5 p.m. in the hall. It ended World War I. Then came peace."
    assert len(passages.split_sentences(text)) == 4


def test_rules_find_dates_places_and_makers() -> None:
    text = (
        "Orvan Telk (born 12 May 1931) is a painter and printmaker from Sund. He was born in Brakka, Norland. "
        "The mill was built in 1874 by Anders Holt. In 1952, he moved to the coast town. Lena Vord designed the new harbour hall."
    )
    found = {asked.question: asked.answer for seed in range(6) for asked in wiki.derive(text, "Orvan Telk", _ctx(seed))}
    assert found["Where was Orvan Telk born?"] == "Brakka, Norland"
    assert found["Who designed the new harbour hall?"] == "Lena Vord"
    assert "1874" in found.values() and "12 May 1931" in found.values()


def test_tidy_undoes_tokenised_spacing() -> None:
    assert tidy("He did n't go ( again ) , she said .") == "He didn't go (again), she said."


@pytest.fixture
def text_dir(tmp_path: Path) -> Path:
    """A few invented articles for training and others that are held out."""
    (tmp_path / "pieces").mkdir()
    (tmp_path / "heldout").mkdir()
    ctx = _ctx(20)

    def rows(source: str, mark: str) -> str:
        out = []
        for index in range(40):
            body = "\n\n".join(paragraph(make_entity(ctx, None, 6), ctx) + f" {mark}" for _ in range(9))
            out.append(json.dumps({"source": source, "name": str(index), "text": f"{ctx.place()}\n\n{body}"}))
        return "\n".join(out) + "\n"

    packed = zstandard.ZstdCompressor().compress(rows("wiki-2014", "Kept.").encode())
    (tmp_path / "pieces" / "0000.jsonl.zst").write_bytes(packed)
    (tmp_path / "heldout" / "wiki-2014.jsonl").write_text(rows("wiki-2014", "Secret."), encoding="utf-8")
    return tmp_path


def test_corpora_keep_held_out_text_apart(text_dir: Path) -> None:
    corpus, held = Corpus(text_dir, 1), HeldOutCorpus(text_dir, 1)
    for _ in range(60):
        assert "Secret." not in corpus.article()[1]
        assert "Kept." not in held.article()[1]


def test_parts_of_a_corpus_share_nothing(text_dir: Path) -> None:
    halves = [Corpus(text_dir, 1, part, 2) for part in range(2)]
    texts = [{half.next("wiki-2014") for _ in range(20)} for half in halves]
    assert len(texts[0]) == len(texts[1]) == 20
    assert not texts[0] & texts[1]


def test_streams_mark_what_is_learnt() -> None:
    encoder = Encoder(_TOKENIZER)
    sample = Sample("x").system("Be short.").document("The lamp is red.").turn("Colour?", "red")
    (stream,) = encoder.encode([sample])
    ids = [int(i) & ID_MASK for i in stream]
    free = [bool(int(i) & NO_LOSS) for i in stream]
    assert ids[0] == ROLE_ID["system"] and ids[-1] == END_OF_TEXT and free[-1]
    assert ids.count(END) == 4
    start = ids.index(ROLE_ID["assistant"])
    assert all(free[: start + 1]) and not any(free[start + 1 : -1])
    assert ids[-2] == END and learned(stream) == len(ids) - start - 2
    assert encoder.decode(stream).startswith("<|system|>Be short.<|end|><|document|>")


def test_texts_with_special_tokens_are_refused() -> None:
    (stream,) = Encoder(_TOKENIZER).encode([Sample("x").turn("a <|end|> b", "c")])
    assert len(stream) == 0


def test_shards_and_index_agree(text_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "BATCH", 16)
    out = tmp_path / "shards"
    out.mkdir()
    goals = {"tasks": 60_000, "long": 20_000}
    records = run(Job(text_dir, out, _TOKENIZER, None, 4, 0, 1, goals))
    write_index(out, records, 4, _TOKENIZER)
    index = json.loads((out / "index.json").read_text())
    assert {shard["kind"] for shard in index["shards"]} == {"tasks", "long"}
    for shard in index["shards"]:
        packed = (out / shard["shard"]).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == shard["sha256"]
        stream = np.frombuffer(zstandard.ZstdDecompressor().decompress(packed), dtype="<u2")
        assert len(stream) == shard["tokens"] and learned(stream) == shard["learned"]
        ends = np.flatnonzero((stream & ID_MASK) == END_OF_TEXT)
        assert len(ends) == shard["samples"] and ends[-1] == len(stream) - 1
        assert np.diff(ends, prepend=-1).max() <= MAX_TOKENS[shard["kind"]]
        assert b"Secret" not in Encoder(_TOKENIZER).decode(stream).encode()


def test_needle_items_hide_the_fact_far_back(text_dir: Path) -> None:
    encoder = Encoder(_TOKENIZER)
    for item in heldout.needle(_ctx(2, "held"), 3, HeldOutCorpus(text_dir, 1), encoder):
        (document,) = item.documents
        at = document.index(item.answers[0])
        assert encoder.count(document[at:]) >= heldout.NEEDLE_BACK
        assert encoder.count(document) < heldout.NEEDLE_TOKENS


def test_items_become_a_shard_of_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"id": "a", "kind": "qa", "documents": ["The lamp is red."], "turns": [["Hi", "Hello!"]], "question": "Colour?",
         "answers": ["red", "Red"]},
        {"id": "b", "kind": "summary", "documents": ["x"], "turns": [], "question": "Sum it up.", "answers": ["x"]},
        {"id": "c", "kind": "missing", "documents": ["The lamp is red."], "turns": [], "question": "Price?",
         "answers": ["The document does not say."]},
    ]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["encode", str(tmp_path / "items.jsonl"), "--out", str(tmp_path / "out")])
    encode.main()
    stream = read_shard(tmp_path / "out" / "items.u16.zst").view(np.uint16)
    encoder = Encoder(_TOKENIZER)
    assert encoder.decode(stream) == (
        "<|document|>The lamp is red.<|end|><|user|>Hi<|end|><|assistant|>Hello!<|end|><|user|>Colour?<|end|>"
        "<|assistant|>red<|end|><|endoftext|><|document|>The lamp is red.<|end|><|user|>Price?<|end|>"
        "<|assistant|>The document does not say.<|end|><|endoftext|>"
    )
    assert encoder.decode(stream[(stream & NO_LOSS) == 0]) == "red<|end|>The document does not say.<|end|>"


def test_twin_items_come_in_pairs() -> None:
    items = heldout.twins(_ctx(3, "held"), 5)
    assert len(items) == 10
    for first, second in zip(items[::2], items[1::2], strict=True):
        assert first.pair == second.pair and first.question == second.question and first.answers != second.answers


def test_scores() -> None:
    assert score.exact_match("1,204", ["1,204"]) and score.exact_match("red.", ["red"])
    assert not score.exact_match("the red", ["red"])
    assert score.normalised_match("In the Hall", ["hall"]) and score.normalised_match("1204", ["1,204"])
    assert score.contains_match("It has 1,204 inhabitants.", ["1,204"])
    assert not score.contains_match("It has 11,204 inhabitants.", ["1,204"])
    assert score.contains_match("抱歉,内置模型只会说英语。", ["英语"])
    assert score.word_overlap("the old red lamp", ["red lamp"]) == pytest.approx(0.8)
    assert score.faithful_share("It was Anders Holt in 1874.", "Anders Holt built it in 1874.") == 1.0
    assert score.faithful_share("It was Anders Holt in 1875.", "Anders Holt built it in 1874.") < 1.0
    assert score.quoted_share("the lamp is very red", "Here the lamp is very red indeed.") == 1.0


def test_scores_of_a_set_count_pairs_and_missing_answers() -> None:
    items = [
        {"id": "a", "kind": "qa", "documents": [], "answers": ["red"], "pair": "p"},
        {"id": "b", "kind": "qa", "documents": [], "answers": ["blue"], "pair": "p"},
        {"id": "c", "kind": "qa", "documents": [], "answers": ["green"]},
    ]
    result = score.score_all(items, {"a": "red", "b": "blue"})
    assert result["exact"] == pytest.approx(2 / 3)
    assert result["pairs"] == 1.0
    assert score.score_all(items, {"a": "red", "b": "red"})["pairs"] == 0.0


def test_the_table_of_families_adds_up() -> None:
    for kind in ("tasks", "long"):
        assert 90 <= sum(f.share for f in registry.FAMILIES if f.kind == kind) <= 120
    assert len({f.name for f in registry.FAMILIES}) == len(registry.FAMILIES)
    assert set(registry.made_families()) <= {f.name for f in registry.FAMILIES}
