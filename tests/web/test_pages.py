"""The page runs Gradio's own scripts and nothing else."""

from __future__ import annotations

import base64
import hashlib

from rag.web.pages import compose_page, security_policy

PAGE = (
    '<html><head><meta property="og:image" content="https://foreign.example/x.png">\n'
    '<meta name="viewport" content="width=device-width"><link rel="manifest" href="/m.json">'
    '<script>window.a = "1";</script><script src="./a.js"></script></head>'
    "<body><script>let b;\n</script></body></html>"
)


def hash_of(script: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"


def test_the_page_gets_our_styles_and_panel_and_loses_foreign_addresses() -> None:
    page = compose_page(PAGE)
    assert "foreign.example" not in page
    assert "manifest" not in page
    assert 'name="viewport"' in page
    assert "/web/chat.css" in page.partition("</head>")[0]
    assert '<aside id="source"' in page.partition("<body>")[2]


def test_the_policy_allows_the_inline_scripts_of_the_page_by_hash_alone() -> None:
    policy = security_policy(PAGE)
    allowed = policy.partition("script-src ")[2].partition(";")[0].split()
    assert allowed == ["'self'", hash_of('window.a = "1";'), hash_of("let b;\n")]
