"""Tests of the preparation of training text, all on texts made here."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import zstandard
from tokenizers import Tokenizer

from hearth_mini.prepare.__main__ import DEFAULT_MANIFEST, DEFAULT_TOKENIZER, main
from hearth_mini.prepare.cleaning import REASONS, clean, is_offensive, prose_fault
from hearth_mini.prepare.documents import Document, content_hash, read_documents, write_documents
from hearth_mini.prepare.duplicates import first_occurrences, near_duplicates, paragraph_hashes
from hearth_mini.prepare.hashing import signature, word_hashes
from hearth_mini.prepare.manifest import load_sources
from hearth_mini.prepare.normal import decode, normalise
from hearth_mini.prepare.pieces import PIECE_CHARACTERS, cut
from hearth_mini.prepare.quality import assign_tiers, log_ratios, word_counts
from hearth_mini.prepare.readers import READERS
from hearth_mini.prepare.readers.dialogue import script
from hearth_mini.prepare.readers.encyclopaedia import article_text, tidy_line
from hearth_mini.prepare.readers.manuals import unwrap
from hearth_mini.prepare.repository import Repository
from hearth_mini.prepare.selection import hold_out
from hearth_mini.prepare.shards import compress
from hearth_mini.prepare.tally import Tally
from hearth_mini.prepare.tokenizer import SPECIAL_TOKENS, Encoder, check, train

PROSE = (
    "The old keeper of the lighthouse had lived on the rock for thirty years, and in all that time\n"
    "he had not once let the lamp go out. When the storm came he climbed the stairs as he always\n"
    "did, with the oil in one hand and his stick in the other, and sat down to watch the sea.\n"
)


def read(reader: str, path: str, content: str | bytes, tally: Tally | None = None) -> list[tuple[str, str]]:
    """Run one reader on a text."""
    raw = content.encode() if isinstance(content, str) else content
    return list(READERS[reader]("source", path, raw, tally or Tally()))


def book(body: str, head: str = "Title: The Lamp\n\nLanguage: English\n") -> str:
    """Wrap a body into the header and footer of a book."""
    return (
        f"The Project Gutenberg EBook\n\n{head}\n*** START OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***\n\n"
        f"Produced by Nobody\n\n{body}\n\n*** END OF THIS PROJECT GUTENBERG EBOOK THE LAMP ***\n\nFull licence.\n"
    )


def test_book_is_stripped_and_its_lines_are_joined() -> None:
    verse = "    O lamp that burns\n    above the foam\n    lead all the ships\n    in safety home\n"
    contents = "CHAPTER I\n\nCHAPTER II\n\n"
    tally = Tally()
    text = read("gutenberg", "A/B.txt", book(contents + (PROSE + "\n") * 8 + verse), tally)[0][1]
    assert text.startswith("CHAPTER II\n\nThe old keeper")
    assert "Gutenberg" not in text and "licence" not in text and "Produced" not in text
    assert "all that time he had not once" in text
    assert "foam" not in text
    assert tally.by_rule()["book: verse, index or table"]["source"]["items"] == 1


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("Language: French\n", "book: not English"),
        ("** This is a COPYRIGHTED Project Gutenberg eBook, Details Below **\n", "book: copyrighted edition"),
    ],
)
def test_book_in_another_language_or_under_copyright_is_dropped(head: str, rule: str) -> None:
    tally = Tally()
    assert read("gutenberg", "A/B.txt", book((PROSE + "\n") * 8, head), tally) == []
    assert rule in tally.by_rule()


def test_article_keeps_titles_that_have_text_and_loses_template_remains() -> None:
    text = article_text("Ada Stone", "Ada Stone\n\nAda Stone (; born 1901) was a baker ( ) .\nCareer.\nShe baked.\nAwards.\n")
    assert text == "Ada Stone\n\nAda Stone (born 1901) was a baker.\n\nCareer\n\nShe baked."
    assert tidy_line("A &amp; B <br/> c") == "A & B c"


def test_short_articles_and_lists_of_meanings_are_dropped() -> None:
    long = "This river flows through the valley and past the town. " * 10
    source = (
        f'<doc id="1" url="u" title="Tarn">\nTarn\n\n{long}\n\n</doc>\n'
        '<doc id="2" url="u" title="Stub">\nStub\n\nShort.\n\n</doc>\n'
        '<doc id="3" url="u" title="Mercury">\nMercury\n\nMercury may refer to:\n\n</doc>\n'
    )
    tally = Tally()
    assert [name for name, _ in read("wiki-extractor", "p", source, tally)] == ["p#1"]
    assert set(tally.by_rule()) == {"article: stub", "article: disambiguation"}


def test_textbook_module() -> None:
    module = (
        '<document xmlns="http://cnx.rice.edu/cnxml" xmlns:m="http://www.w3.org/1998/Math/MathML"><title>Tides</title>'
        "<content><section><title>Cause</title><para>The <term>tide</term> rises (<link target-id='f'/>). "
        + "It falls again after some hours. " * 8
        + "</para><list><item>spring tide</item><item>neap tide</item></list>"
        "<figure><caption>A chart</caption></figure><para>So <m:math><m:mi>x</m:mi></m:math> holds.</para></section></content>"
        "<glossary><definition><term>ebb</term><meaning>falling water</meaning></definition></glossary></document>"
    )
    text = read("cnxml", "m1/index.cnxml", module)[0][1]
    assert text.startswith("Tides\n\nCause\n\nThe tide rises. It falls")
    assert "- spring tide\n- neap tide" in text
    assert text.endswith("ebb: falling water")
    assert "chart" not in text and "holds" not in text


def test_manuals() -> None:
    page = "# cmd\n\n> Do a thing with the files of a folder, one after another.\n> More information: <https://x.y>.\n\n- Do it:\n\n`cmd {{[-a|--all]}} {{path/to/file}}`\n"
    text = read("command-pages", "pages/common/cmd.md", page)[0][1]
    assert "{{" not in text and "More information" not in text
    assert text.endswith(("`cmd -a path/to/file`", "`cmd --all path/to/file`"))
    assert unwrap("one\ntwo\n\n- item\n  more\n\n```\na\nb\n```\n# T\nx") == "one two\n\n- item more\n\n```\na\nb\n```\n# T\nx"
    docs = "---\ntitle: X\n---\n# Get-X\n\nSee [this page](https://x.y) for more. " + "Text of the page. " * 20
    docs += "\n\n### -Name\n\n```yaml\nType: System.String\n```\n\n## RELATED LINKS\n\n[a](b)\n"
    text = read("powershell-docs", "x.md", docs)[0][1]
    assert text.startswith("# Get-X\n\nSee this page for more.")
    assert "yaml" not in text and "RELATED" not in text


def test_dictionary_and_country_profile() -> None:
    words = {
        word: {"word": word, "meanings": [{"def": "a thing", "speech_part": "noun", "example": "the thing", "synonyms": ["it"]}]}
        for word in ("lamp", "oil", "wick", "flame", "glass", "wax", "spark", "torch", "x1")
    }
    texts = dict(read("wordset", "data/l.json", json.dumps(words)))
    assert set(texts) == set(words) - {"x1"}
    assert all(word in text and "a thing" in text for word, text in texts.items())
    profile = {
        "Geography": {"Area": {"total ": {"text": "10 sq km"}}, "Climate": {"text": "<p>mild &amp; wet</p>" + "rain " * 30}},
        "Government": {"Country name": {"conventional short form": {"text": "Lampland"}}},
    }
    texts = dict(read("factbook", "europe/xx.json", json.dumps(profile)))
    assert texts["europe/xx.json#Geography"].startswith("Lampland: Geography\n\nArea - total: 10 sq km\nClimate: mild & wet")


@pytest.mark.parametrize(("licence", "count"), [("[CC-BY]", 1), ("[Public Domain]", 1), ("[CC-BY-NC]", 0), ("CC BY-NC-SA", 0)])
def test_only_permissive_stories_are_read(licence: str, count: int) -> None:
    story = "# The Lamp\n\n##\nThe lamp was lit.\nIt shone.\n\n##\n" + "All saw it. " * 10 + f"\n\n##\n* License: {licence}\n* Text: N\n"
    texts = read("stories", "en/1.md", story)
    assert len(texts) == count
    assert all(text.startswith("The Lamp\n\nThe lamp was lit. It shone.\n\nAll") and "License" not in text for _, text in texts)


def test_dialogues() -> None:
    assert script([(0, "Hi "), (1, "Hello"), (1, "you\nthere"), (0, "")], ("A", "B")) == "A: Hi\nB: Hello you there"
    guided = [{"dialogue_id": "1", "turns": [{"speaker": "USER", "utterance": "A table"}, {"speaker": "SYSTEM", "utterance": "Where?"}]}]
    text = read("schema-guided", "dev/dialogues_001.json", json.dumps(guided))[0][1]
    assert [line.split(": ", 1)[1] for line in text.split("\n")] == ["A table", "Where?"]
    yaml = "conversations:\n- - Hello\n  - Hi there\n"
    assert len(read("chatterbot", "english/greetings.yml", yaml)) == 1
    assert read("chatterbot", "english/ai.yml", yaml) == []
    columns = ["AssignmentStatus", *(f"Answer.sentence{number}" for number in (1, 10, 2, 3, 4, 5, 6))]
    cells = ["Approved", *(f"sentence {number} of this chat, which is long enough" for number in (1, 10, 2, 3, 4, 5, 6))]
    table = ",".join(columns) + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"
    lines = read("self-dialogue", "corpus/a.csv", table)[0][1].split("\n")
    assert [line.split("sentence ")[1].split(" ")[0] for line in lines] == ["1", "2", "3", "4", "5", "6", "10"]


def test_normalisation() -> None:
    assert decode(b"caf\xe9") == "caf\u00e9"
    assert normalise("\u201cIt\u2019s\u201d\r\ne\u0301\x00") == "\"It's\"\n\u00e9"


def test_rules_name_the_fault() -> None:
    prose = " ".join(PROSE.split())
    assert prose_fault(prose) is None
    assert prose_fault("Der alte Leuchtturm stand seit vielen Jahren auf dem Felsen und niemand kannte seinen Namen mehr") == "rule: not English"
    assert prose_fault("1901 55 66 77 1902 44 33 22 1903 11 22 33 total of years 1904") in {"rule: digits", "rule: symbols"}
    assert prose_fault("THE LAMP AND THE SEA AND OTHER STORIES FROM THE NORTHERN ISLANDS FOR ALL") == "rule: capitals"
    assert prose_fault("the lamp is the lamp and " * 20) == "rule: repetition"
    assert is_offensive("what a bullshit", in_dialogue=True)
    assert not is_offensive("A lamp of brass, with a dark shade", in_dialogue=True)
    tally = Tally()
    document = clean(Document("s", "n", f"{prose}\n\n{'1 2 3 ' * 20}\n\n{prose}"), "books", tally)
    assert document is not None and document.text == f"{prose}\n\n{prose}"
    assert set(tally.by_rule()) <= set(REASONS)


def test_documents_survive_storage(tmp_path: Path) -> None:
    documents = [Document("s", "a", "one\n\n\u4f60"), Document("s", "b", "two\u2028three")]
    assert write_documents(tmp_path / "d.zst", documents) == 2
    assert list(read_documents(tmp_path / "d.zst")) == documents
    assert content_hash("A  b\nc") == content_hash("a b c") != content_hash("a b d")


def test_word_hashes_do_not_depend_on_place_or_case() -> None:
    hashes = word_hashes("The lamp, the LAMP! caf\u00e9 lamp's")
    assert hashes[0] == hashes[2] and hashes[1] == hashes[3]
    assert len(set(hashes.tolist())) == 4
    long = word_hashes("lamp " * 300_000)
    assert len(long) == 300_000 and len(set(long.tolist())) == 1


def test_near_duplicates_are_found() -> None:
    generator = np.random.default_rng(1)
    words = [f"w{number}" for number in generator.integers(0, 5000, 2000)]
    changed = words.copy()
    changed[700] = "other"
    texts = [" ".join(words), " ".join(generator.permutation(words)), " ".join(changed), "too short"]
    signatures = np.array([signature(word_hashes(text)) for text in texts])
    assert near_duplicates(signatures).tolist() == [False, False, True, False]
    assert first_occurrences(np.array([5, 7, 5, 7, 9], np.uint64)).tolist() == [True, True, False, False, True]
    assert len(paragraph_hashes("short\n\n" + "long " * 30)) == 1


def test_hold_out_is_by_content_and_leaves_most_documents() -> None:
    hashes = np.arange(10_000, dtype=np.uint64) * np.uint64(7)
    sources = np.repeat([0, 1], [9_960, 40])
    marked = hold_out(sources, hashes)
    assert marked[sources == 0].sum() == 30 and marked[sources == 1].sum() == 10
    backwards = hold_out(sources[::-1], hashes[::-1])[::-1]
    assert (marked == backwards).all()


def test_quality_prefers_the_wanted_style_and_tiers_fill_in_order() -> None:
    modern, old = word_hashes("okay because computer " * 50), word_hashes("thou hast because verily " * 50)
    ratios = log_ratios([word_counts(modern)], word_counts(old))
    mask = np.uint64(len(ratios) - 1)
    assert ratios[(modern & mask).astype(int)].sum() > 0 > ratios[(old & mask).astype(int)].sum()
    tiers = assign_tiers(np.array([1, 4, 3, 2], np.float32), np.array([10, 10, 10, 10]), [20, 10])
    assert tiers.tolist() == [-1, 0, 0, 1]


def test_pieces_are_cut_at_paragraph_ends_and_lose_nothing() -> None:
    text = "\n\n".join(f"Paragraph {number} " + "word " * 60 for number in range(400))
    pieces = cut(text, "book")
    assert "\n\n".join(pieces) == text
    assert len(pieces) > 3
    assert all(len(piece) < PIECE_CHARACTERS[1] * 1.3 for piece in pieces)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Return an encoder over a tokenizer trained on a small text."""

    def texts() -> Iterator[str]:
        for number in range(3000):
            yield f"{PROSE} It's number {number}, she'll say; word{chr(97 + number % 26)} caf\u00e9 \u4f60\u597d \n\n  def f(x): return {{}}"

    tokenizer = train(texts())
    assert [tokenizer.token_to_id(token) for token in SPECIAL_TOKENS] == list(range(32))
    return Encoder(tokenizer)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It's the lamp.\n\nShe'LL see 1234  things\t\n \n x",
        "\u4f60\u597d\uff0c\u4e16\u754c \U0001f600\U0001f468\u200d\U0001f469",
        bytes(range(256)).decode("latin-1"),
        "\u00bd cup\u00a0of caf\u00e9\n\nplain\n\n\n  indented \u2014 dash",
    ],
)
def test_fast_encoding_equals_the_tokenizer(encoder: Encoder, text: str) -> None:
    expected = encoder.tokenizer.encode(text).ids
    assert encoder.encode(text).tolist() == expected
    assert encoder.tokenizer.decode(expected, skip_special_tokens=False) == text


def test_shipped_tokenizer_keeps_its_promises() -> None:
    check(Tokenizer.from_file(str(DEFAULT_TOKENIZER)))


def test_shards_are_little_endian_and_compressed() -> None:
    tokens = np.array([1, 2, 0, 16383, 0], np.uint16)
    raw = zstandard.ZstdDecompressor().decompress(compress(tokens, 3), max_output_size=100)
    assert np.frombuffer(raw, "<u2").tolist() == tokens.tolist()


def test_manifest_names_commits_licences_and_readers() -> None:
    sources = load_sources(DEFAULT_MANIFEST)
    assert len({source.name for source in sources}) == len(sources)
    for source in sources:
        assert len(source.commit) == 40 and source.licence and source.reader in READERS


def test_reading_a_repository_and_the_whole_pipeline(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    words = "the of and to in a is was he for it with as his on be at by she that lamp sea boat storm keeper island".split()

    def paragraph() -> str:
        return " ".join(generator.choice(words, 60)) + "."

    def paragraphs(count: int) -> str:
        return "\n\n".join(paragraph() for _ in range(count))

    def git(folder: Path, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        return subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout.strip()

    folder = tmp_path / "mirror" / "own+texts"
    (folder / "books").mkdir(parents=True)
    git(folder, "init", "-q")
    articles = "".join(
        f'<doc id="{n}" url="u" title="T{n}">\nT{n}\n\n' + "\n".join(paragraph() for _ in range(4)) + "\n\n</doc>\n" for n in range(300)
    )
    (folder / "wiki").write_text(articles)
    for number in range(8):
        (folder / "books" / f"b{number}.txt").write_text(book(paragraphs(400)))
    for number in range(4):
        (folder / f"s{number}.md").write_text("# S\n\n##\n" + paragraphs(5) + "\n\n##\n* License: [CC-BY]\n")
    chats = [
        {"conversation_id": str(n), "utterances": [{"speaker": "user", "text": paragraph()}, {"speaker": "assistant", "text": paragraph()}]}
        for n in range(200)
    ]
    (folder / "d.json").write_text(json.dumps(chats))
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Texts")
    commit = git(folder, "rev-parse", "HEAD")
    bare = tmp_path / "bare" / "own+texts" / "repo"
    git(tmp_path, "clone", "-q", "--bare", str(folder), str(bare))
    assert {blob.path for blob, content in Repository(bare).read(Repository(bare).blobs(commit)) if content} >= {"wiki", "d.json"}

    manifest = tmp_path / "manifest.toml"
    rows = [
        ("wiki", "wiki", "wiki", "wiki-extractor"),
        ("books", "books", "books/.*", "gutenberg"),
        ("stories-own", "modern", "s[0-9].md", "stories"),
        ("chat", "dialogue", "d.json", "taskmaster"),
    ]
    manifest.write_text(
        "\n".join(
            f'[[source]]\nname = "{name}"\nkind = "{kind}"\nrepository = "own/texts"\ncommit = "{commit}"\nlicence = "CC0"\n'
            f'share_alike = false\npattern = "{pattern}"\nreader = "{reader}"\nuse = "test"\n'
            for name, kind, pattern, reader in rows
        )
    )
    common = ["text", "--mirror", str(tmp_path / "bare"), "--out", str(tmp_path / "out"), "--manifest", str(manifest), "--level", "3"]
    main([*common, "--steps", "read", "select"])
    held_out = [json.loads(line) for line in (tmp_path / "out/heldout/wiki.jsonl").read_text().splitlines()]
    assert len(held_out) == 20
    kept = {document.name for path in (tmp_path / "out/pieces").iterdir() for document in read_documents(path)}
    assert kept and not kept & {record["name"] for record in held_out}

    main([*common, "--steps", "pack", "report", "--book-tiers", "0.02", "0.04", "--wiki-tiers", "0.03", "1"])
    shards = tmp_path / "out/shards"
    index = json.loads((shards / "index.json").read_text())
    assert [(entry["kind"], entry["tier"]) for entry in index] == [
        ("dialogue", 0), ("modern", 0), ("wiki", 0), ("books", 0), ("wiki", 1), ("books", 1)
    ]
    tokenizer = Tokenizer.from_file(str(DEFAULT_TOKENIZER))
    trained = []
    for entry in index:
        packed = (shards / entry["shard"]).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == entry["sha256"] and len(packed) == entry["bytes"]
        tokens = np.frombuffer(zstandard.ZstdDecompressor().decompress(packed, max_output_size=10**8), "<u2")
        ends = np.flatnonzero(tokens == 0)
        assert len(tokens) == entry["tokens"] and len(ends) == entry["documents"] and ends[-1] == len(tokens) - 1
        trained += [tokenizer.decode(part.tolist()) for part in np.split(tokens, ends + 1)[:-1]]
    stored = {document.text for path in (tmp_path / "out/pieces").iterdir() for document in read_documents(path)}
    assert {text.removeprefix("<|endoftext|>") for text in trained} <= stored
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["passes"]["quality: trimmed"]["books"]["items"] > 0
    assert "| books |" in (tmp_path / "out/report.md").read_text()
