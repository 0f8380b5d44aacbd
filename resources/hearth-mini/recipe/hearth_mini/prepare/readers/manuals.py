"""Readers of manuals in Markdown: command pages, PowerShell documentation and the Rust book."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..normal import decode, normalise, unescape
from ..randomness import choose
from ..tally import Tally

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s\"[^\"]*\")?\)|\[[^\[\]]*\])")
_LINK_DEFINITION = re.compile(r"^\[[^\]]+\]:\s+\S+.*$", re.MULTILINE)
_DOCS_DIRECTIVE = re.compile(r"^:::.*$|^\[TOC\]$|^>?\s*\[!INCLUDE.*$", re.MULTILINE)
_LISTING_TAG = re.compile(r"</?(?:Listing|a|span|img|div|kbd|code)\b[^>]*>")
_PARAMETER_TABLE = re.compile(r"```yaml\nType:.*?```\n", re.DOTALL)
_COMMON_PARAMETERS = re.compile(r"^### CommonParameters\n.*?(?=^#|\Z)", re.DOTALL | re.MULTILINE)
_RELATED_LINKS = re.compile(r"^## RELATED LINKS\n.*\Z", re.DOTALL | re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTINUES = re.compile(r"[A-Za-z0-9`*_(\"'\[<{$.@-]")
_BLOCK_START = re.compile(r"\s*(?:[-*+] |\d+[.)] |#|\||>|```|~~~|    )")
_OPTION = re.compile(r"\{\{\[([^\[\]|]+)\|([^\[\]]+)\]\}\}")
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")


def unwrap(markdown: str) -> str:
    """Join the hard-wrapped lines of paragraphs and list items, leaving code, tables and headings alone."""
    joined: list[str] = []
    in_code = False
    can_continue = False
    for line in markdown.split("\n"):
        stripped = line.strip()
        if stripped.startswith(("```", "~~~")):
            in_code = not in_code
            joined.append(line.rstrip())
            can_continue = False
        elif in_code:
            joined.append(line.rstrip())
        elif can_continue and stripped and not _BLOCK_START.match(stripped) and _CONTINUES.match(stripped):
            joined[-1] += " " + stripped
        else:
            quoted = stripped.startswith("> ") and joined and joined[-1].lstrip().startswith("> ")
            if quoted and len(stripped) > 2 and not _BLOCK_START.match(stripped[2:]) and "[!" not in joined[-1]:
                joined[-1] += " " + stripped[2:]
            else:
                joined.append(line.rstrip())
            can_continue = bool(stripped) and not stripped.startswith(("#", "|", ">"))
    return "\n".join(joined)


def _markdown(text: str) -> str:
    """Return Markdown without front matter, comments, link targets and wrapped lines."""
    text = _FRONT_MATTER.sub("", text)
    text = _COMMENT.sub("", text)
    text = _DOCS_DIRECTIVE.sub("", text)
    text = _LISTING_TAG.sub("", text)
    text = _LINK_DEFINITION.sub("", text)
    text = _LINK.sub(r"\1", text)
    return _BLANK_LINES.sub("\n\n", unwrap(text)).strip()


def read_powershell_docs(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield one page of the documentation without its parameter tables and link lists."""
    text = normalise(decode(content))
    before = len(text)
    for pattern in (_PARAMETER_TABLE, _COMMON_PARAMETERS, _RELATED_LINKS):
        text = pattern.sub("", text)
    tally.add(source, "manual: parameter tables and link lists", before - len(text))
    text = _markdown(text)
    if len(text) >= 300:
        yield path, text


def read_rust_chapter(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield the sections of one chapter, cut at its second-level headings."""
    text = normalise(decode(content))
    cleaned = _markdown(text)
    tally.add(source, "manual: comments and link targets", len(text) - len(cleaned))
    for number, section in enumerate(re.split(r"\n(?=## )", cleaned)):
        if len(section) >= 300:
            yield f"{path}#{number}", section


def read_command_page(source: str, path: str, content: bytes, tally: Tally) -> Iterator[tuple[str, str]]:
    """Yield one command page with readable placeholders and options, short or long alike."""
    lines = []
    for line in normalise(decode(content)).split("\n"):
        if line.startswith(("> More information:", "> See also:")):
            tally.add(source, "manual: links", len(line))
            continue
        line = _OPTION.sub(lambda match: match.group(choose((1, 2), path)), line)
        lines.append(unescape(_PLACEHOLDER.sub(r"\1", line).rstrip()))
    text = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
    if "This command is an alias of" in text:
        tally.add(source, "manual: alias page", len(text))
        return
    if len(text) >= 80:
        yield path, text
