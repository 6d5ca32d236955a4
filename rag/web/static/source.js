// The source panel: the address after # names an article and its quotes, and this shows them.
// Without an article it lists the library. Back closes the panel on a phone, and an opened source
// can be bookmarked. The citations of an answer are gone through by buttons, and by keys outside
// text fields.
import { say } from "./commands.js";
import { setFilter } from "./filters.js";
import { fillPanel, panel, text, tools } from "./panel.js";

export const WIDE = window.matchMedia("(min-width: 1000px)");
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const LINK = 'a[href^="#source"]';
const CITATIONS = ".sources a.cite, .nearest a.near";
const SEARCH_MILLISECONDS = 200;
const bar = document.getElementById("citations");
let opener = null; // the link that opened the panel, to give the focus back to
let followed = ""; // the turn whose citations the keys open: the one opened last, or the newest

export function isReading() {
  return location.hash.startsWith("#source");
}

export async function show() {
  const query = isReading() ? location.hash.slice("#source".length) : "";
  document.body.classList.toggle("reading", isReading());
  markCurrent();
  if (!(await fillPanel(query, "Library"))) return;
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

export function close() {
  if (!location.hash) return;
  history.pushState(null, "", location.pathname + location.search);
  show();
  if (opener && opener.isConnected) opener.focus();
}

export function markCurrent() {
  const answerer = answerFollowed();
  for (const link of document.querySelectorAll(LINK)) {
    const answer = link.closest(".answer");
    const current = isReading() && isOpen(link) && (!answer || answer === answerer);
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const all = citations();
  const place = all.findIndex(isOpen);
  bar.hidden = !isReading() || all.length < 2 || place < 0;
  document.getElementById("place").textContent = `${place + 1} of ${all.length}`;
  document.getElementById("previous").disabled = place <= 0;
  document.getElementById("next").disabled = place >= all.length - 1;
}

export function followAnswer(answer) {
  followed = answer ? turnOf(answer) : "";
}

// The answer that the open place is counted in: several may cite the same place.
function answerFollowed() {
  const answers = [...document.querySelectorAll("#conversation .answer")].reverse();
  const cites = (answer) => [...answer.querySelectorAll(CITATIONS)].some(isOpen);
  const chosen = answers.find((answer) => followed && turnOf(answer) === followed);
  if (chosen && (!isReading() || cites(chosen))) return chosen;
  return answers.find(cites) || chosen || answers[0];
}

// What tells an answer from others, and outlives that the page is shown anew.
export function turnOf(answer) {
  return answer.querySelector(".actions a")?.getAttribute("href") || "";
}

function isOpen(link) {
  return link.getAttribute("href") === location.hash;
}

// The links in the order of their numbers; those of nearest passages, which have none, as listed
// and as far as they are.
function citations() {
  const links = [...(answerFollowed()?.querySelectorAll(CITATIONS) || [])];
  return links
    .filter((link) => !link.closest("details:not([open])"))
    .sort((one, other) => number(one) - number(other));
}

function number(link) {
  return link.matches(".cite") ? parseInt(link.textContent, 10) : 0;
}

function step(by) {
  const all = citations();
  const place = all.findIndex(isOpen);
  const next = all[place < 0 ? 0 : place + by];
  if (next) open(next.getAttribute("href"));
}

function escape(event) {
  const choice = document.getElementById("filter-choice");
  if (choice && choice.open) {
    choice.open = false;
    choice.querySelector("summary").focus();
  } else if (isReading() && !WIDE.matches) {
    close(); // it covers the question, which has the focus after a reload
  } else if (event.target.closest("#question") && answerFollowed()) {
    const answer = answerFollowed();
    answer.tabIndex = -1; // so that the keys of this file are heard
    answer.focus({ preventScroll: true });
  } else {
    close();
  }
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

// Lists the articles that are searched for in place of those listed, or, from an offset on, below.
async function list(search, offset = 0) {
  const query = new URLSearchParams({ search, offset });
  const response = await fetch(`/source?${query}`).catch(() => null);
  const now = text.querySelector("nav");
  if (!response?.ok || !now || (text.querySelector("#contents-search")?.value ?? "") !== search) return;
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  const [items, more] = ["ol", "#contents-more"].map((name) => found.querySelector(`nav ${name}`));
  if (offset) now.querySelector("ol").append(...items.children);
  else now.querySelector("ol").replaceWith(items);
  now.querySelector("#contents-more")?.remove();
  if (more) now.append(more);
}

let typing = 0;
text.addEventListener("input", ({ target }) => {
  window.clearTimeout(typing);
  typing = window.setTimeout(() => list(target.value), SEARCH_MILLISECONDS);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest(LINK);
  if (!link) return;
  event.preventDefault(); // the page has a <base>, so that following the link would load it anew
  open(link.getAttribute("href"), { from: link });
});
text.addEventListener("click", ({ target }) => {
  const more = target.closest("#contents-more");
  if (more) list(text.querySelector("#contents-search")?.value ?? "", Number(more.value));
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
document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("next").addEventListener("click", () => step(1));
document.getElementById("close-source").addEventListener("click", close);
// "Show 7 more passages" was opened or closed; the event does not bubble.
document.addEventListener("toggle", ({ target }) => target.closest(".answer") && markCurrent(), true);
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return; // the keys are its own
  if (event.key === "Escape") escape(event);
  const types = event.target.closest("input, textarea, select, [contenteditable=true]");
  if (event.ctrlKey || event.metaKey || event.altKey || types) return;
  if (event.key === "n" || event.key === "ArrowRight") step(1);
  else if (event.key === "p" || event.key === "ArrowLeft") step(-1);
  else if (/^[1-9]$/.test(event.key)) {
    const link = citations().find((each) => number(each) === Number(event.key));
    if (link) open(link.getAttribute("href"), { from: link });
  }
});
window.addEventListener("popstate", show);

show();
