// An article read whole, beside the list: the address after # names it, as it does beside the chat.
const panel = document.getElementById("source");
const heading = document.getElementById("source-heading");
const tools = document.getElementById("source-tools");
const text = document.getElementById("source-text");
const LINK = 'a[href^="#source?"]';
let opener = ""; // the link that opened the panel, to give the focus back to
let requested = 0; // only the latest request may fill the panel

export function isReading() {
  return location.hash.startsWith("#source?");
}

async function show() {
  const request = ++requested;
  document.body.classList.toggle("reading", isReading());
  if (!isReading()) return;
  const response = await fetch("/source" + location.hash.slice("#source".length)).catch(() => null);
  const found = response && (response.ok || response.status === 404);
  const source = found ? await response.text() : "";
  const told = found ? null : await response?.json().catch(() => null);
  if (request !== requested) return;
  if (found) text.innerHTML = source; // escaped by rag/web/render_source.py
  else if (response?.status === 503 && told?.detail) text.textContent = told.detail;
  else text.textContent = "The article cannot be read: is the server still running?";
  heading.textContent = text.querySelector("article")?.getAttribute("aria-label") || "Article";
  tools.replaceChildren(...text.querySelectorAll(".tools"));
  text.scrollTop = 0;
}

function close() {
  if (!isReading()) return;
  history.pushState(null, "", location.pathname + location.search);
  show();
  document.querySelector(`a[href="${CSS.escape(opener)}"]`)?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINK);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  opener = link.getAttribute("href");
  history.pushState(null, "", location.pathname + location.search + opener);
  show();
  panel.focus();
});
// "Only this article" and "Only this author" ask the chat about them.
tools.addEventListener("click", (event) => {
  const button = event.target.closest("button.narrow");
  if (button) location.assign("/?" + new URLSearchParams({ [button.name]: button.value }));
});
document.getElementById("close-source").addEventListener("click", close);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
});
window.addEventListener("popstate", show);
window.addEventListener("hashchange", show);
show();
