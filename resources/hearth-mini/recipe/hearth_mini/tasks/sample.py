"""Samples: chats as a list of parts, each with an explicit flag that says whether it is learnt."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "document", "user", "assistant"]

# Ids of the special tokens, fixed by docs/adr/0001.
END_OF_TEXT = 0
END = 4
ROLE_ID: dict[Role, int] = {"system": 1, "user": 2, "assistant": 3, "document": 7}
NO_LOSS = 0x8000


@dataclass(frozen=True)
class Part:
    """One `<|role|>text<|end|>` of a chat. `learn` covers the text and its `<|end|>`, never the role token."""

    role: Role
    text: str
    learn: bool


@dataclass
class Sample:
    """A training sample of one family."""

    family: str
    parts: list[Part] = field(default_factory=list)

    def system(self, text: str) -> Sample:
        return self._add("system", text, False)

    def document(self, text: str) -> Sample:
        return self._add("document", text, False)

    def user(self, text: str) -> Sample:
        return self._add("user", text, False)

    def answer(self, text: str, learn: bool = True) -> Sample:
        return self._add("assistant", text, learn)

    def turn(self, question: str, answer: str) -> Sample:
        return self.user(question).answer(answer)

    def _add(self, role: Role, text: str, learn: bool) -> Sample:
        stripped = text.strip().replace(".m..", ".m.").replace(".M..", ".M.")
        if not stripped:
            raise ValueError(f"empty {role} text in family {self.family}")
        self.parts.append(Part(role, stripped, learn))
        return self

    def num_chars(self) -> int:
        return sum(len(part.text) for part in self.parts)

    def is_chat(self) -> bool:
        """True if the order is [system] document* (user assistant)+ and something is learnt."""
        roles = [part.role for part in self.parts]
        if roles and roles[0] == "system":
            roles = roles[1:]
        while roles and roles[0] == "document":
            roles = roles[1:]
        pairs = len(roles) // 2
        return pairs > 0 and roles == ["user", "assistant"] * pairs and any(p.learn for p in self.parts)

    def show(self) -> str:
        """The chat in the written form of docs/adr/0001, for reading."""
        return "".join(f"<|{part.role}|>{part.text}<|end|>" for part in self.parts)


@dataclass(frozen=True)
class Item:
    """One evaluation question. `answers` lists every accepted answer; `pair` links the two halves of a twin pair."""

    id: str
    kind: str
    documents: list[str]
    turns: list[tuple[str, str]]
    question: str
    answers: list[str]
    pair: str | None = None

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "documents": self.documents,
            "turns": [list(turn) for turn in self.turns],
            "question": self.question,
            "answers": self.answers,
        }
        if self.pair is not None:
            out["pair"] = self.pair
        return out
