// The source panel: the address after # names an article and its quotes, and this shows them.
// Without an article it lists the library. Back closes the panel on a phone, and an opened source
// can be bookmarked.
import { answerFollowed, followAnswer, markPlace } from "./citations.js";
import { setFilter } from "./filters.js";

export const WIDE = window.matchMedia("(min-width: 1000px)");
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const LINK = 'a[href^="#source"]';
const panel = document.getElementById("source");
const heading = document.getElementById("source-heading");
const tools = document.getElementById("source-tools");
const text = document.getElementById("source-text");
let opener = null; // the link that opened the panel, to give the focus back to
let requested = 0; // only the latest request may fill the panel

export function isReading() {
  return location.hash.startsWith("#source");
}

export async function show() {
  const request = ++requested;
  const query = isReading() ? location.hash.slice("#source".length) : "";
  document.body.classList.toggle("reading", isReading());
  markCurrent();
  const response = await fetch("/source" + query).catch(() => null);
  const found = response && (response.ok || response.status === 404);
  const source = found ? await response.text() : "";
  const told = found ? null : await response?.json().catch(() => null);
  if (request !== requested) return;
  if (found) text.innerHTML = source; // escaped by rag/web/render_source.py
  else if (response?.status === 503 && told?.detail) text.textContent = told.detail;
  else text.textContent = "The source cannot be read: is the server still running?";
  const article = text.querySelector("article");
  heading.textContent = article ? article.getAttribute("aria-label") : "Library";
  tools.replaceChildren(...text.querySelectorAll(".tools"));
  const quote = text.querySelector("mark.current");
  if (!quote) {
    text.scrollTop = 0;
    return;
  }
  const room = (text.clientHeight - quote.getClientRects()[0].height) / 3;
  const top = quote.getBoundingClientRect().top - text.getBoundingClientRect().top;
  text.scrollTo({ top: text.scrollTop + top - room, behavior: CALM.matches ? "auto" : "smooth" });
}

// Opens what a link names, "" for the library; `asked` tells whether a person chose it.
export function open(hash, { asked = true, from = null } = {}) {
  if (from) {
    opener = from;
    followAnswer(from.closest(".answer"));
  }
  const address = location.pathname + location.search + hash;
  if (location.hash !== hash) {
    // Only the step from the conversation to the panel is one to go back over.
    if (asked && !isReading()) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }
  show();
  if (asked && !WIDE.matches && hash) panel.focus();
}

export function markCurrent() {
  const followed = answerFollowed();
  for (const link of document.querySelectorAll(LINK)) {
    const answer = link.closest(".answer");
    const opened = isReading() && link.getAttribute("href") === location.hash;
    const current = opened && (!answer || answer === followed);
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  markPlace();
}

export function close() {
  if (!location.hash) return;
  history.pushState(null, "", location.pathname + location.search);
  show();
  if (opener && opener.isConnected) opener.focus();
}

async function copy(button) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(button.value);
  } catch {
    copied = copyBySelection(button.value); // the clipboard is for https and localhost only
  }
  say(copied ? `Copied with its reference (${button.name})` : "The browser does not allow copying");
}

function copyBySelection(value) {
  const box = document.createElement("textarea");
  box.value = value;
  panel.append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  return copied;
}

function say(line) {
  const said = document.getElementById("said");
  said.textContent = line;
  window.setTimeout(() => {
    if (said.textContent === line) said.textContent = "";
  }, 4000);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINK);
  if (!link) return;
  event.preventDefault(); // the page has a <base>, so that following the link would load it anew
  open(link.getAttribute("href"), { from: link });
});
tools.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.classList.contains("copy")) copy(button);
  else {
    setFilter(button.name, button.value);
    if (!WIDE.matches) close();
    document.querySelector("#question textarea")?.focus();
  }
});
document.getElementById("close-source").addEventListener("click", close);
window.addEventListener("popstate", show);

show();
