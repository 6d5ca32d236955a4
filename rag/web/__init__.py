"""The browser's side: HTTP, pages, safe HTML."""
