"""HTTP for the list of conversations: find, rename, delete, export.

Each names a conversation by its id, which nobody can guess, and finds only the owner's. What
changes something is a PUT or DELETE, which no foreign page can send.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rag.conversations.export import file_name, to_html, to_markdown
from rag.conversations.store import MAX_TITLE_CHARS, PAGE, ConversationStore
from rag.conversations.stored_turns import Conversation
from rag.errors import ConversationMissingError, RagError
from rag.shown.escaping import escape
from rag.web.login_page import person_of
from rag.web.render_conversations import render_conversations

_EXPORTS: dict[str, tuple[Callable[[Conversation, date], str], str]] = {
    "md": (to_markdown, "text/markdown; charset=utf-8"),
    "html": (to_html, "text/html; charset=utf-8"),
}


def conversation_routes(store: ConversationStore) -> APIRouter:
    routes = APIRouter()

    @routes.get("/conversations", response_class=HTMLResponse)
    def find(
        request: Request,
        search: Annotated[str, Query(max_length=1000)] = "",
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> HTMLResponse:
        try:
            found = store.find(person_of(request.state), search, limit=PAGE + 1, offset=offset)
        except RagError as error:
            return HTMLResponse(f'<p class="nothing">{escape(str(error))}</p>', status_code=503)
        more = offset + PAGE if len(found) > PAGE else None
        return HTMLResponse(render_conversations(found[:PAGE], search, more))

    @routes.get("/conversation/{conversation_id}.{ending}")
    def export(request: Request, conversation_id: str, ending: Literal["md", "html"]) -> Response:
        write, kind = _EXPORTS[ending]
        try:
            conversation = store.get(person_of(request.state), conversation_id)
        except RagError as error:
            return _refused(error)
        return Response(
            write(conversation, date.today()),
            media_type=kind,
            headers={
                "content-disposition": f'attachment; filename="{file_name(conversation, ending)}"',
                "cache-control": "no-store",
            },
        )

    @routes.put("/conversation/{conversation_id}")
    def rename(
        request: Request,
        conversation_id: str,
        title: Annotated[str, Body(embed=True, max_length=10 * MAX_TITLE_CHARS)],
    ) -> JSONResponse:
        try:
            return JSONResponse(
                {"title": store.rename(person_of(request.state), conversation_id, title)}
            )
        except RagError as error:
            return _refused(error)

    @routes.delete("/conversation/{conversation_id}")
    def delete(request: Request, conversation_id: str) -> JSONResponse:
        try:
            store.delete(person_of(request.state), conversation_id)
        except RagError as error:
            return _refused(error)
        return JSONResponse({})

    return routes


def _refused(error: RagError) -> JSONResponse:
    status = 404 if isinstance(error, ConversationMissingError) else 409
    return JSONResponse({"detail": str(error)}, status_code=status)
