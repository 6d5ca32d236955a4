// The library's page: the list. The address holds what is searched, sorted and shown, so that a
// view can be bookmarked; the server finds it, a page of rows at a time.
import { onBuilt, refreshBuild, tellPending } from "./build.js";
import { fillPanel, panel, text, tools } from "./panel.js";
import { forgetAdded, onAdded } from "./upload.js";

const SEARCH_MILLISECONDS = 200;
const form = document.getElementById("asked");
const rows = document.getElementById("rows");
const pages = document.getElementById("pages");
const undo = document.getElementById("undo");
const emptyTrash = document.getElementById("empty-trash");
const FIRST = { q: "", sort: "state", descending: "", show: "all", page: "1" };
const dialog = document.getElementById("sure");
const LINK = 'a[href^="#source?"]';
let requested = 0; // only the latest request may fill the list
let answered = () => {}; // what waits for an answer of the dialog
let opener = ""; // the link that opened an article, to give the focus back to

function inAddress() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(Object.keys(FIRST).map((name) => [name, query.get(name) || FIRST[name]]));
}

// Keeps what is asked for in the address, and lists it. A step, unlike typing, can be gone back over.
function choose(changes, { step = true } = {}) {
  const asked = { ...inAddress(), page: "1", ...changes };
  const told = Object.entries(asked).filter(([name, value]) => value && value !== FIRST[name]);
  const query = new URLSearchParams(told).toString();
  const address = location.pathname + (query && `?${query}`) + location.hash;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  list();
}

async function list() {
  const request = ++requested;
  const asked = inAddress();
  if (form.elements.q !== document.activeElement) form.elements.q.value = asked.q;
  form.elements.show.value = asked.show;
  form.elements.sort.value = asked.sort;
  rows.ariaBusy = "true";
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  const response = await fetch(`/library/list?${query}`).catch(() => null);
  const found = response && response.ok ? await response.json() : null;
  if (request !== requested) return;
  rows.ariaBusy = "false";
  const unread = response ? whyRefused(response) : "The list cannot be read: is the server still running?";
  document.getElementById("problem").textContent = found ? found.problem : unread;
  if (!found) return;
  fillRows(found.rows);
  document.getElementById("found").textContent = found.found;
  turnTo(found.page, found.pages);
  tellCounts(found.counts, asked.show);
  tellSort(asked);
  tellPending(found.counts);
}

// ``html`` is escaped by the server. What had the focus keeps it, where it is there still.
function fillRows(html) {
  const focused = rows.contains(document.activeElement) ? document.activeElement : null;
  rows.innerHTML = html;
  if (focused) [...rows.querySelectorAll("a, button")].find((one) => one.isEqualNode(focused))?.focus();
}

function whyRefused({ status }) {
  return status === 401 ? "You are logged out: reload the page." : "This address asks for what the list does not have.";
}

function turnTo(page, last) {
  pages.hidden = last === 1;
  const [previous, next] = pages.querySelectorAll("button");
  previous.value = page - 1;
  previous.disabled = page === 1;
  next.value = page + 1;
  next.disabled = page === last;
  document.getElementById("page").textContent = `Page ${page.toLocaleString("en")} of ${last.toLocaleString("en")}`;
}

function tellCounts(counts, shown) {
  for (const option of form.elements.show.options) {
    option.dataset.label ||= option.textContent;
    const here = option.value === "all" ? null : counts[option.value] || 0;
    option.textContent = here === null ? option.dataset.label : `${option.dataset.label} (${here.toLocaleString("en")})`;
    option.hidden = here === 0 && option.value !== shown;
  }
  emptyTrash.hidden = shown !== "in the trash" || !counts[shown];
}

function tellSort({ sort, descending }) {
  for (const button of document.querySelectorAll("thead button")) {
    const heading = button.closest("th");
    if (button.value !== sort) heading.removeAttribute("aria-sort");
    else heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  }
}

async function change(method, address) {
  const response = await fetch(address, { method }).catch(() => null);
  const told = response && (await response.json().catch(() => null));
  const problem = document.getElementById("problem");
  problem.textContent = response && response.ok ? "" : told?.detail || "This could not be done: try again.";
  return response && response.ok ? told : null;
}

async function remove(button) {
  const file = decodeURIComponent(button.value);
  const articles = Number(button.dataset.articles);
  const held = articles > 1 ? ` It holds ${articles.toLocaleString("en")} articles.` : "";
  const sure = await ask({
    question: "Remove this file?",
    name: file,
    detail: `${held} It goes to the trash of the folder of articles and can be put back. The index forgets it when it is rebuilt.`.trim(),
    yes: "Remove",
  });
  if (!sure) return button.focus();
  const removed = await change("DELETE", `/library/file?source=${button.value}`);
  if (removed) offerUndo(file, removed.trash_id);
  await list();
}

function offerUndo(file, trashId) {
  const name = document.createElement("bdi");
  const button = document.createElement("button");
  name.textContent = file;
  button.type = "button";
  button.textContent = "Undo";
  button.setAttribute("aria-label", `Undo: put back ${file}`);
  button.addEventListener("click", () => putBack(trashId));
  undo.replaceChildren(name, " was removed. ", button);
  undo.hidden = false;
  button.focus();
}

async function putBack(trashId) {
  const back = await change("POST", `/library/trash/${encodeURIComponent(trashId)}`);
  if (back) tellDone(back.source, " was put back.");
  await list();
}

function tellDone(file, what) {
  const name = document.createElement("bdi");
  name.textContent = file;
  undo.replaceChildren(name, what);
  undo.hidden = false;
  form.elements.q.focus();
}

// The event comes after closing: by then the dialog may ask something else, which it must not answer.
dialog.addEventListener("close", () => dialog.open || answered(dialog.returnValue === "yes"));

// Asks before something is done: the answer is true only where a person says so.
function ask({ question, name, detail, yes }) {
  answered(false);
  const named = document.createElement("bdi");
  named.textContent = name;
  document.getElementById("sure-heading").textContent = question;
  document.getElementById("sure-detail").replaceChildren(...(name ? [named, document.createElement("br")] : []), detail);
  dialog.querySelector(".do").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => { answered = resolve; });
}

// An article is read whole beside the list: the address after # names it, as it does in the chat.
function isReading() {
  return location.hash.startsWith("#source?");
}

async function read() {
  document.body.classList.toggle("reading", isReading());
  if (isReading() && (await fillPanel(location.hash.slice("#source".length), "Article"))) text.scrollTop = 0;
}

function close() {
  if (!isReading()) return;
  history.pushState(null, "", location.pathname + location.search);
  read();
  document.querySelector(`a[href="${CSS.escape(opener)}"]`)?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINK);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  opener = link.getAttribute("href");
  history.pushState(null, "", location.pathname + location.search + opener);
  read();
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
window.addEventListener("popstate", read);
window.addEventListener("hashchange", read);

form.addEventListener("submit", (event) => event.preventDefault());
let typing = 0;
form.elements.q.addEventListener("input", (event) => {
  window.clearTimeout(typing);
  typing = window.setTimeout(() => choose({ q: event.target.value }, { step: false }), SEARCH_MILLISECONDS);
});
form.elements.show.addEventListener("change", (event) => choose({ show: event.target.value }));
form.elements.sort.addEventListener("change", (event) => choose({ sort: event.target.value, descending: "" }));
document.querySelector("thead").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { sort, descending } = inAddress();
  choose({ sort: button.value, descending: sort === button.value && !descending ? "true" : "" });
});
pages.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  choose({ page: button.value });
  document.querySelector("main").scrollTop = 0;
});
rows.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.name === "remove") remove(button);
  else putBack(button.value);
});
emptyTrash.addEventListener("click", async () => {
  const sure = await ask({
    question: "Empty the trash?",
    name: "",
    detail: "What is in it is deleted for good.",
    yes: "Delete for good",
  });
  if (!sure) return emptyTrash.focus();
  await change("DELETE", "/library/trash");
  choose({ show: "all" });
  form.elements.q.focus();
});
window.addEventListener("popstate", list);
onAdded(list);
onBuilt((isNew) => {
  if (isNew) forgetAdded();
  list();
});
list();
refreshBuild();
read();
