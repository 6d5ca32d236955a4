"""The library's page, without what it lists: that is fetched by ``rag/web/library.js``."""

from __future__ import annotations

import html
import json

from rag.load import KINDS, SAVED_AS, SUFFIXES, SYSTEM_FILES, largest_bytes
from rag.web.library_render import LABELS

VIEWS = """\
<nav id="views" aria-label="Views">\
<a href="/"{chat}>Chat</a><a href="/library"{library}>Library</a></nav>"""
"""The tabs of the two pages."""
_CURRENT = ' aria-current="page"'
CHAT_VIEW = VIEWS.format(chat=_CURRENT, library="")
_COLUMNS = (
    ("title", "Title"),
    ("author", "Author"),
    ("date", "Date"),
    ("size", "Size"),
    ("language", "Language"),
    ("state", "State"),
)
_HEADINGS = "".join(
    f'<th scope="col" class="{key}"><button type="button" name="sort" value="{key}">{label}'
    "</button></th>"
    for key, label in _COLUMNS
)
_SORTS = "".join(f'<option value="{key}">{label}</option>' for key, label in _COLUMNS)
_SHOWS = '<option value="all">Everything</option>' + "".join(
    f'<option value="{state}">{label}</option>' for state, (label, _) in LABELS.items()
)
_LIMITS = html.escape(json.dumps({suffix: largest_bytes(f"a{suffix}") for suffix in SUFFIXES}))
_SAVED_AS = html.escape(json.dumps(dict(SAVED_AS)))
_SYSTEM_FILES = html.escape(json.dumps(sorted(SYSTEM_FILES)))

_LOG_OUT = '<a id="log-out" href="/logout">Log out</a>\n'


def library_page(logs_out: bool) -> str:
    """The page as HTML; ``logs_out`` puts the way out for who has logged in on it."""
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Library · Footnote</title>
<link rel="icon" href="/web/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/web/chat.css">
<link rel="stylesheet" href="/web/source.css">
<link rel="stylesheet" href="/web/library_tabs.css">
<link rel="stylesheet" href="/web/library.css">
<script src="/web/library.js" type="module"></script>
</head>
<body class="library">
<script src="/web/library_theme.js"></script>
<div id="library-view">
<header id="masthead">
<div id="wordmark"><h1>Footnote</h1></div>
{VIEWS.format(chat="", library=_CURRENT)}
<div id="library"><p class="state" role="status"></p></div>
{_LOG_OUT if logs_out else ""}</header>
<main aria-label="Library">
<section id="adding" aria-labelledby="adding-heading" data-largest="{_LIMITS}" \
data-saved-as="{_SAVED_AS}" data-kinds="{KINDS}" data-system-files="{_SYSTEM_FILES}">
<div>
<h2 id="adding-heading">Add articles</h2>
<p>Drop files or folders anywhere on this page: {KINDS}.</p>
</div>
<p class="choices">
<button id="choose-files" type="button">Choose files</button>
<button id="choose-folder" type="button">Choose a folder</button>
</p>
<input id="files" type="file" multiple hidden accept="{",".join(SUFFIXES)}">
<input id="folder" type="file" webkitdirectory hidden>
<div id="added" aria-live="polite" hidden></div>
</section>
<section id="building" aria-label="Build of the index">
<p id="pending" aria-live="polite"></p>
<p id="pace" hidden></p>
<progress id="progress" aria-label="Build" hidden></progress>
<p class="choices">
<button id="cancel" type="button" hidden>Cancel</button>
<button id="build" type="button">Rebuild index</button>
</p>
</section>
<p id="undo" role="status" hidden></p>
<form id="asked" role="search" aria-label="Library">
<input name="q" type="search" aria-label="Search the library" autocomplete="off" \
placeholder="Search titles, authors, files">
<label>Show <select name="show">{_SHOWS}</select></label>
<label class="sort">Sort by <select name="sort">{_SORTS}</select></label>
<button id="empty-trash" type="button" hidden>Empty the trash</button>
</form>
<p id="problem" role="alert"></p>
<table>
<caption class="unseen">The articles, and the files that are none yet</caption>
<thead><tr>{_HEADINGS}<td></td></tr></thead>
<tbody id="rows"></tbody>
</table>
<footer><p id="found" role="status"></p>
<nav id="pages" aria-label="Pages" hidden>
<button type="button" name="previous">Previous</button>
<span id="page"></span>
<button type="button" name="next">Next</button>
</nav></footer>
</main>
</div>
<aside id="source" aria-labelledby="source-heading" tabindex="-1">
<header>
<h2 id="source-heading">Article</h2>
<button id="close-source" type="button" title="Close (Esc)">Close</button>
</header>
<div id="source-tools"></div>
<div id="source-text" tabindex="0" role="region" aria-labelledby="source-heading"></div>
</aside>
<dialog id="sure" aria-labelledby="sure-heading">
<form method="dialog">
<h2 id="sure-heading"></h2>
<p id="sure-detail"></p>
<p class="choices"><button value="no">Keep</button><button value="yes" class="do"></button></p>
</form>
</dialog>
<div id="drop-here" hidden><p>Drop to add to the library</p></div>
</body>
</html>
"""
