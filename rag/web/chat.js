// The source panel: the address after # names an article and its quotes, and this shows them.
// Without an article it lists the library. Back closes the panel on a phone, and an opened source
// can be bookmarked.
(() => {
  "use strict";

  const WIDE = window.matchMedia("(min-width: 1000px)");
  const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
  const LINK = 'a[href^="#source"]';
  const panel = document.getElementById("source");
  const heading = document.getElementById("source-heading");
  const text = document.getElementById("source-text");
  let opener = null; // the link that opened the panel, to give the focus back to
  let requested = 0; // only the latest request may fill the panel

  async function show() {
    const request = ++requested;
    const reading = location.hash.startsWith("#source");
    const query = reading ? location.hash.slice("#source".length) : "";
    document.body.classList.toggle("reading", reading);
    markCurrent();
    const response = await fetch("/source" + query).catch(() => null);
    if (request !== requested) return;
    if (response && (response.ok || response.status === 404)) {
      text.innerHTML = await response.text(); // escaped by rag/render_source.py
    } else {
      text.textContent = "The source cannot be read: is the server still running?";
    }
    const article = text.querySelector("article");
    heading.textContent = article ? article.getAttribute("aria-label") : "Library";
    const quote = text.querySelector("mark.current");
    if (!quote) {
      text.scrollTop = 0;
      return;
    }
    const room = (text.clientHeight - quote.getClientRects()[0].height) / 3;
    const top = quote.getBoundingClientRect().top - text.getBoundingClientRect().top;
    text.scrollTo({ top: text.scrollTop + top - room, behavior: CALM.matches ? "auto" : "smooth" });
  }

  function markCurrent() {
    for (const link of document.querySelectorAll(LINK)) {
      const current = link.getAttribute("href") === location.hash;
      if (current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  function close() {
    if (!location.hash) return;
    history.pushState(null, "", location.pathname + location.search);
    show();
    if (opener && opener.isConnected) opener.focus();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(LINK);
    if (!link) return;
    event.preventDefault(); // the page has a <base>, so that following the link would load it anew
    opener = link;
    if (location.hash === link.getAttribute("href")) show();
    else location.hash = link.getAttribute("href");
    if (!WIDE.matches) panel.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  document.getElementById("close-source").addEventListener("click", close);
  window.addEventListener("hashchange", show);
  window.addEventListener("popstate", show);

  // Beside the conversation, an answer's first source opens by itself; over it, only when asked.
  let answers = 0;
  let library = "";
  new MutationObserver(() => {
    const whole = document.querySelectorAll("#conversation .answer.whole");
    if (whole.length > answers && WIDE.matches) {
      const first = whole[whole.length - 1].querySelector(LINK);
      history.replaceState(null, "", first ? first.getAttribute("href") : location.pathname);
      show();
    }
    answers = whole.length;
    const state = document.querySelector("#library .state");
    if (state && state.textContent !== library) {
      library = state.textContent;
      if (state.classList.contains("ready")) show();
    }
    // A screen reader should hear the answer once, when it is whole.
    const log = document.querySelector("#conversation [role=log]");
    if (log) log.ariaBusy = String(Boolean(log.querySelector(".working .words")));
    // Gradio names each message by its HTML; a screen reader should read the message instead.
    for (const message of document.querySelectorAll("#conversation [data-testid][aria-label]")) {
      message.removeAttribute("aria-label");
    }
  }).observe(document.body, { childList: true, subtree: true });

  show();
})();
