"""Reads Markdown: rendered, as its reader sees it, then as HTML. Obsidian's marks are read too."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from rag.load.decode import decode
from rag.load.document import Document, field_name, metadata_of
from rag.load.hypertext import html_blocks
from rag.load.pages import mend_hyphens

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

_FRONT_MATTER = re.compile(
    r"\s*(?:---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
    r"|\+\+\+[ \t]*\n(?P<toml>.*?)\n\+\+\+[ \t]*(?:\n|\Z)|(?=\{\s*\")(?P<json>))",
    re.DOTALL,
)
_LINE = re.compile(r"^([\w-]+)[ \t]*:[ \t]+(.+)$", re.MULTILINE)
_OBSIDIAN = re.compile(
    r"(?P<code>^(```|~~~).*?^\2|`[^`\n]+`)"
    r"|%%.*?%%"  # a comment
    r"|!\[\[[^\[\]\n]*\]\]"  # a picture or a note that is shown here
    r"|\[\[(?:[^\[\]\n|]*\|)?(?P<link>[^\[\]\n|]+)\]\]"
    r"|==(?P<marked>[^=\n]+)=="
    r"|^(?P<callout>>[ \t]*)\[!\w+\][+-]?[ \t]*(?P<headed>[^\n]*)$"
    r"|[ \t]\^[\w-]+[ \t]*$",  # the name of a paragraph
    re.DOTALL | re.MULTILINE,
)
_TASK = re.compile(r"^(\s*(?:[-*+]|\d+[.)])[ \t]+)\[[ xX/-]\][ \t]+", re.MULTILINE)
_LONGEST_SETEXT_CHARS = 150
"""A longer "heading" is a paragraph above a line of dashes."""


def read_markdown(data: bytes) -> Document:
    """The blocks and the front matter of a Markdown file.

    Raises LoadError for bytes that are no text.
    """
    return markdown_document(decode(data))


def markdown_document(text: str) -> Document:
    """The blocks and the front matter (YAML, TOML or JSON) of Markdown text."""
    metadata: dict[str, str] = {}
    if front := _FRONT_MATTER.match(text):
        fields, end = _fields(text, front)
        if fields:
            metadata, text = metadata_of(fields), text[end:]
    text = _TASK.sub(r"\1", _OBSIDIAN.sub(_plain, mend_hyphens(text.replace("\f", "\n\n"))))
    return Document(tuple(html_blocks(_html(text))), metadata)


def _fields(text: str, front: re.Match[str]) -> tuple[Mapping[str, object], int]:
    """The front matter's fields, and where it ends; no field where it is none."""
    import tomllib

    import yaml

    found: object = None
    end = front.end()
    try:
        if front["json"] is not None:
            found, end = json.JSONDecoder().raw_decode(text, end)
        elif front["toml"] is not None:
            found = tomllib.loads(front["toml"])
        elif not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(front["yaml"])):
            found = yaml.safe_load(front["yaml"])  # aliases could unfold to gigabytes
        found = json.loads(json.dumps(found, default=str))  # days become text
    except (TypeError, ValueError, RecursionError, yaml.YAMLError):
        found = None
    if not isinstance(found, dict):
        found = {key: value.strip("\"' ") for key, value in _LINE.findall(front[0])}
    return {field_name(key): value for key, value in found.items()}, end


def _plain(mark: re.Match[str]) -> str:
    """What a reader of Obsidian sees of one of its marks."""
    if mark["callout"]:
        headed = f"**{mark['headed']}**\n>" if mark["headed"] else ""
        return f"{mark['callout']}{headed}"
    return mark["code"] or mark["link"] or mark["marked"] or ""


def _html(text: str) -> str:
    markdown = _parser()
    tokens = markdown.parse(text)
    for opening, inline, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_setext = opening.type == "heading_open" and not opening.markup.startswith("#")
        if is_setext and len(inline.content) > _LONGEST_SETEXT_CHARS:
            opening.tag = closing.tag = "p"
        elif inline.type == "inline" and {child.type for child in inline.children or ()} == {
            "image"
        }:
            opening.tag = closing.tag = "figcaption"
    return str(markdown.renderer.render(tokens, markdown.options, {}))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.subscript import sub_plugin
    from mdit_py_plugins.superscript import superscript_plugin

    # Articles indent their paragraphs more often than they hold indented code.
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("code")
    markdown.add_render_rule("image", _image)
    return markdown.use(deflist_plugin).use(footnote_plugin).use(superscript_plugin).use(sub_plugin)


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, _: object
) -> str:
    """What is written of a picture in its place."""
    return escape(renderer.renderInlineAsText(tokens[index].children, options, {}))
