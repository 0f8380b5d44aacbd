"""Sets that others published: reading tasks, worked sums, abstracts, split sentences. Read from bare git folders."""

from __future__ import annotations

import json
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .corpus import split_title
from .names import Ctx, capital
from .sample import Sample

# Repository, the commit that was read, and its licence.
REPOSITORIES = {
    "yizhongw/self-instruct": (
        "0b26ccaa415992100fa32df62d41b994cf928e23",
        "Apache-2.0; each set keeps its own licence",
    ),
    "openai/grade-school-math": ("3101c7d5072418e28b9008a6636bde82a006892c", "MIT"),
    "allenai/scitldr": ("5ccad9c00a60ad75c9e04abf7f27d0f53f983b20", "Apache-2.0"),
    "google-research-datasets/wiki-split": ("80f5bddf42d1a68201b7b107ee4b8d86d82e9fde", "CC BY-SA 4.0"),
}
_T0 = "data/finetuning/t0_train_50k/data_per_template/"
# Sets of the T0 collection that are believed to be free to use. Sets made of film plots, news or reviews are left out.
_T0_SETS = (
    "wiki_hop",
    "quoref",
    "adversarial_qa",
    "ropes",
    "cosmos_qa",
    "wiqa",
    "quartz",
    "qasc",
    "dbpedia_14",
    "quarel",
    "common_gen",
)
_T0_SKIP = (
    "generate_question",
    "no_prompt",
    "answer_id",
    "only_question",
    "explain_relation",
    "generate_subject",
    "is_correct",
    "answer_text",
    "random_task",
    "generate_object",
)


class Repositories:
    """Files of the repositories, read from `folder/owner+name` as the newest stored commit has them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _git_dir(self, name: str) -> Path:
        base = self._folder / name.replace("/", "+")
        for path in (base / "repo", base / "repo" / ".git", base, base / ".git"):
            if (path / "HEAD").exists():
                return path
        raise FileNotFoundError(f"no git folder of {name} under {self._folder}")

    def read(self, name: str, path: str) -> str:
        commit = REPOSITORIES[name][0]
        out = subprocess.run(
            ["git", f"--git-dir={self._git_dir(name)}", "cat-file", "blob", f"{commit}:{path}"],
            check=True,
            capture_output=True,
        )
        return out.stdout.decode("utf-8", "replace")

    def paths(self, name: str, under: str) -> list[str]:
        commit = REPOSITORIES[name][0]
        out = subprocess.run(
            ["git", f"--git-dir={self._git_dir(name)}", "ls-tree", "-r", "--name-only", "-z", commit, "--", under],
            check=True,
            capture_output=True,
        )
        return [p for p in out.stdout.decode().split("\0") if p]


def _lines(text: str) -> Iterator[dict[str, str]]:
    for line in text.split("\n"):
        if line.strip():
            yield json.loads(line)


def tidy(text: str) -> str:
    """Undoes tokenised spacing and stray blank lines."""
    text = (
        text.replace("<|endoftext|>", "")
        .replace("-LRB-", "(")
        .replace("-RRB-", ")")
        .replace("-lrb-", "(")
        .replace("-rrb-", ")")
    )
    text = text.replace("``", '"').replace("''", '"')
    text = re.sub(r" ([.,;:!?%)])(?=\s|$)", r"\1", text)
    text = re.sub(r"(\() ", r"\1", text)
    text = re.sub(r" (n't|'s|'re|'ve|'ll|'m|'d)\b", r"\1", text)
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r"(?m)^ +| +$", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def reading_tasks(repositories: Repositories, seed: int) -> list[Sample]:
    """The reading tasks of the T0 collection: at most two templates a passage, short enough for one sample."""
    name = "yizhongw/self-instruct"
    rng = random.Random(seed)
    rows: list[tuple[str, str, str]] = []
    for path in repositories.paths(name, _T0):
        base = path.rsplit("/", 1)[-1]
        if not base.startswith(_T0_SETS) or any(skip in base for skip in _T0_SKIP):
            continue
        for record in _lines(repositories.read(name, path)):
            prompt, answer = tidy(record["prompt"]), tidy(record["completion"])
            if answer and 40 <= len(prompt) <= 3600 and len(answer) <= 400:
                rows.append((base, prompt, answer))
    rng.shuffle(rows)
    uses: dict[tuple[str, str], int] = {}
    out = []
    for _, prompt, answer in rows:
        longest = max(re.split(r"[\n]", prompt), key=len)
        key = (longest[:80], answer)
        uses[key] = uses.get(key, 0) + 1
        if uses[key] > 2:
            continue
        out.append(Sample("reading_tasks").turn(prompt, capital(answer) if answer[-1:] == "." else answer))
    return out


def worked_sums(repositories: Repositories) -> list[Sample]:
    """GSM8K, training part only: the reasoning in lines and the result."""
    text = repositories.read("openai/grade-school-math", "grade_school_math/data/train.jsonl")
    out = []
    for record in _lines(text):
        steps, _, result = record["answer"].partition("####")
        steps = re.sub(r"<<[^>]*>>", "", steps).strip()
        out.append(Sample("worked_sums").turn(record["question"].strip(), f"{steps}\nThe answer is {result.strip()}."))
    return out


def word_runs(text: str, size: int = 10) -> set[str]:
    """All runs of `size` words of a text, by which copies of it are found."""
    words = text.split()
    return {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}


def published_runs(repositories: Repositories, seed: int) -> set[str]:
    """The word runs of those published sets that are made from the encyclopaedia."""
    samples = reading_tasks(repositories, seed) + split_sentences_set(repositories, Ctx(random.Random(seed)))
    return {run for sample in samples for part in sample.parts for run in word_runs(part.text)}


_ABSTRACT = (
    "Summarise this abstract in one sentence.",
    "What is the main point of this paper?",
    "Give a one-sentence summary.",
    "Sum up the abstract in a sentence.",
    "tl;dr of this abstract?",
)


def abstracts(repositories: Repositories, ctx: Ctx) -> list[Sample]:
    """SciTLDR, training part: abstract and summary, where the summary keeps to words of the abstract."""
    text = repositories.read("allenai/scitldr", "SciTLDR-Data/SciTLDR-A/train.jsonl")
    out = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        record = json.loads(line)
        body = tidy(" ".join(record["source"]))
        own = set(re.findall(r"[a-z]{4,}", body.lower()))
        for target in record["target"][:2]:
            summary = capital(tidy(target))
            words = re.findall(r"[a-z]{4,}", summary.lower())
            if not words or sum(w in own for w in words) / len(words) < 0.7 or len(body) > 3400:
                continue
            if "\\" in body or "\\" in summary or "$" in summary:
                continue
            out.append(
                Sample("abstracts")
                .document(body)
                .turn(ctx.pick(_ABSTRACT), summary if summary.endswith(".") else summary + ".")
            )
    return out


_SMALL = frozenset("he she it they the this that was were is are his her its their had has also who which a an".split())
_SPLIT = (
    "Split this into two sentences: {t}",
    "Write this as two shorter sentences: {t}",
    "Make two sentences of this: {t}",
    "Rewrite in two sentences: {t}",
    "Divide this sentence: {t}",
    "Make this easier to read: {t}",
)


def split_sentences_set(repositories: Repositories, ctx: Ctx) -> list[Sample]:
    """Wiki-split, the tuning part: a long sentence and its two halves."""
    out = []
    for line in repositories.read("google-research-datasets/wiki-split", "tune.tsv").split("\n"):
        whole, _, halves = line.partition("\t")
        if "<::::>" not in halves:
            continue
        long, short = tidy(whole), tidy(halves.replace(" <::::> ", " "))
        if not long or not long[0].isupper() or not short[0].isupper() or '"' in long or len(long) > 400:
            continue
        # The halves come from another edition of the page; those that add words are no rewriting.
        own = set(re.findall(r"\w+", long.lower())) | _SMALL
        if any(word not in own for word in re.findall(r"\w+", short.lower())):
            continue
        out.append(Sample("split_set").turn(ctx.pick(_SPLIT).format(t=long), short))
    return out


# Dictionary, country facts, commands and service chats come from the prepared texts.

_DEFINE = (
    'What does "{w}" mean?', "What does {w} mean?", "Define {w}.", "What is the meaning of {w}?", 'Explain the word "{w}".', "Definition of {w}?",
    "{w}: what does it mean?", "What does the word {w} mean?", "Please define the word {w}.", 'Give the meaning of "{w}".', "Meaning of {w}, please.",
)  # fmt: skip
_MEANING = re.compile(r'^(?:\d+\. )?\((\w+)\) (.*?)(?: Example: "(.*?)")?(?: Similar words: (.*?)\.)?$')


def definition(text: str, ctx: Ctx) -> Sample | None:
    """A question about a dictionary entry: meaning, example, similar words, kind of word."""
    word, body = split_title(text)
    meanings = [m for m in (_MEANING.match(line.strip()) for line in body.split("\n")) if m is not None]
    meanings = [m for m in meanings if m[2] and not m[2].startswith("(")]
    if not meanings or len(word) > 24:
        return None
    meaning = meanings[0]
    kind, sense, example, similar = meaning[1], meaning[2].strip(), meaning[3], meaning[4]
    sample = Sample("definitions")
    if ctx.chance(0.3):
        # With the entry at hand this is reading, which such a small model can do.
        sample.document(text)
        options = [(f"What does {word} mean?", capital(sense) + ".")]
        if example:
            options.append((f"Give an example with {word}.", capital(example) + ("" if example[-1] in ".!?" else ".")))
        if similar:
            options.append((f"Which words are similar to {word}?", similar))
        if len(meanings) > 1:
            options.append(
                (f"How many meanings of {word} are given?", str(len(re.findall(r"^\d+\. ", body, re.MULTILINE)) or 1))
            )
        for question, answer in ctx.some(options, 2):
            sample.turn(question, answer)
        return sample
    sense = sense.split(";")[0].strip()
    noun = {"noun": "noun", "verb": "verb", "adjective": "adjective", "adverb": "adverb"}.get(kind, "word")
    article = "an" if noun.startswith("a") else "a"
    sample.turn(ctx.phrase(_DEFINE).format(w=word), f"{capital(word)} ({noun}): {sense}.")
    if example and ctx.chance(0.3):
        sample.turn(
            ctx.pick(("Give an example.", "Can you use it in a sentence?", "An example, please.")),
            capital(example) + ("" if example[-1] in ".!?" else "."),
        )
    elif ctx.chance(0.15):
        sample.turn("What kind of word is it?", f"It is {article} {noun}.")
    return sample


_COUNTRY_ASKS = {
    "Capital - name": ("What is the capital of {c}?", "The capital of {c} is {v}."),
    "Government type": ("What type of government does {c} have?", "{c} is a {v}."),
    "Location": ("Where is {c}?", "{c} is in this place: {v}."),
    "Area - total": ("What is the area of {c}?", "The area of {c} is {v}."),
    "Coastline": ("How long is the coastline of {c}?", "The coastline of {c} is {v} long."),
    "Elevation - highest point": ("What is the highest point of {c}?", "The highest point of {c} is {v}."),
    "Elevation - lowest point": ("What is the lowest point of {c}?", "The lowest point of {c} is {v}."),
    "Population - total": ("What is the population of {c}?", "The population of {c} is {v}."),
    "Independence": ("When did {c} become independent?", "{c} became independent on {v}."),
    "Natural resources": ("Which natural resources does {c} have?", "The natural resources of {c} are {v}."),
    "Climate": ("What is the climate of {c}?", "The climate of {c}: {v}."),
    "Terrain": ("What is the land in {c} like?", "The land in {c}: {v}."),
    "Languages - Languages": ("Which languages are spoken in {c}?", "The languages of {c} are {v}."),
    "Religions": ("Which religions are there in {c}?", "The religions in {c} are {v}."),
    "National holiday": ("What is the national holiday of {c}?", "The national holiday of {c} is {v}."),
    "Exchange rates - currency": ("What is the currency of {c}?", "The currency of {c} is {v}."),
    "Internet country code": ("What is the internet country code of {c}?", "The internet country code of {c} is {v}."),
    "National anthem(s) - title": ("What is the title of the national anthem of {c}?", "The title of the national anthem of {c} is {v}."),
}  # fmt: skip


def country(text: str, ctx: Ctx) -> Sample | None:
    """Questions about a country profile, with the profile at hand or, for few facts, from memory."""
    title, body = split_title(text)
    name = title.split(":")[0].strip()
    split = [line.split(": ", 1) for line in body.split("\n") if ": " in line and 4 < len(line) < 300]
    labels = [label for label, *_ in split]
    rows = [
        (label, value) for label, value in split if labels.count(label) == 1 and ": " not in value and value != "NA"
    ]
    if len(rows) < 3 or len(name) > 40:
        return None
    known = [(label, value) for label, value in rows if label in _COUNTRY_ASKS and len(value) < 140]
    sample = Sample("countries")
    if known and ctx.chance(0.35):
        for label, value in ctx.some(known, ctx.integer(1, 3)):
            ask, answer = _COUNTRY_ASKS[label]
            value = re.sub(r" \(\d{4}(?: est\.)?\)", "", value).rstrip(".")
            sample.turn(ask.format(c=name), answer.format(c=name, v=value))
        return sample
    start = ctx.integer(0, max(0, len(rows) - 6))
    shown: list[tuple[str, str]] = []
    size = 0
    for label, value in rows[start:]:
        if size + len(value) > 2400 or len(shown) > 25:
            break
        shown.append((label, value))
        size += len(label) + len(value)
    if len(shown) < 3:
        return None
    sample.document(f"{title}\n\n" + "\n".join(f"{label}: {value}" for label, value in shown))
    for label, value in ctx.some(shown, ctx.integer(2, 4)):
        if label in _COUNTRY_ASKS and ctx.chance(0.5):
            sample.turn(_COUNTRY_ASKS[label][0].format(c=name), value)
        else:
            forms = (
                "What does the document give under {l}?",
                "{l} of {c}?",
                "Look up: {l}.",
                "What is said about {l}?",
                "Give the entry {l}.",
                "What stands under {l}?",
            )
            sample.turn(ctx.phrase(forms).format(l=label, c=name), value)
    return sample


_DO = (
    "How do I {t}?",
    "Which command is used to {t}?",
    "Command to {t}?",
    "I want to {t}. Which command?",
    "Show the command to {t}.",
    "How can I {t} in the terminal?",
    "What is the command to {t}?",
)


def command(text: str, ctx: Ctx) -> Sample | None:
    """Command help: what a command does, and the command line for a purpose, with and without the page at hand."""
    title, body = split_title(text)
    name = title.lstrip("# ").strip()
    about = re.search(r"^> (.+)$", body, re.MULTILINE)
    pairs = re.findall(r"^- (.+?):?\n\n`(.+?)`$", body, re.MULTILINE)
    pairs = [(re.sub(r"\[(\w+)\]", r"\1", purpose).rstrip(":"), line) for purpose, line in pairs]
    if about is None or not pairs:
        return None
    sample = Sample("commands")
    at_hand = ctx.chance(0.6)
    if at_hand:
        sample.document(text)
    what = re.sub(r"`", "", about[1]).strip()
    if ctx.chance(0.5):
        sample.turn(
            ctx.phrase(
                (
                    "What does {n} do?",
                    "What is {n}?",
                    "What is the command {n} for?",
                    "Explain {n}.",
                    "What does the command {n} do?",
                )
            ).format(n=name),
            what,
        )
    for purpose, line in ctx.some(pairs, ctx.integer(1, 3)):
        task = purpose[:1].lower() + purpose[1:]
        plain = re.match(r"[a-z]+ ", task) and not task.startswith(("the ", "same ", "in ", "for ", "with "))
        if not plain:
            continue
        ask = ctx.phrase(_DO).format(t=task)
        sample.turn(
            ask if at_hand or name.split()[0] in ask else f"{ask.rstrip('?.')} with {name}{ask[-1]}", f"`{line}`"
        )
    return sample if any(p.role == "assistant" for p in sample.parts) else None


_SERVICE = (
    "You are an assistant that books tables, rooms, rides and tickets. Ask for what is missing and confirm before booking.",
    "You are a booking assistant. Be polite and short.", "You help with bookings. Confirm the details first.",
    "You are the assistant of a booking service. Answer in one or two sentences.",
)  # fmt: skip


def service_chat(text: str, ctx: Ctx) -> Sample | None:
    """A service dialogue as a chat; the second speaker is the assistant. The system text says what kind it is."""
    sample = Sample("service_chats")
    sample.system(ctx.pick(_SERVICE))
    speaker = None
    turns: list[tuple[str, str]] = []
    for line in text.split("\n"):
        name, sep, said = line.partition(": ")
        if not sep or not said.strip() or len(name) > 12:
            return None
        if speaker is None:
            speaker = name
        turns.append(("user" if name == speaker else "assistant", said.strip()))
    size = 0
    for index in range(0, len(turns) - 1, 2):
        if turns[index][0] != "user" or turns[index + 1][0] != "assistant":
            break
        size += len(turns[index][1]) + len(turns[index + 1][1])
        if size > 3000:
            break
        sample.turn(turns[index][1], turns[index + 1][1])
    return sample if len(sample.parts) > 4 else None
