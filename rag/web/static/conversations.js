// The list of conversations, and which one the page shows: the address names it by its id (?c=...),
// so that it can be reloaded and bookmarked.
import { command } from "./commands.js";
import { tellAddress } from "./filters.js";
import { show, WIDE } from "./source.js";

const SEARCH_MILLISECONDS = 200;
const list = document.getElementById("conversations");
const items = document.getElementById("conversation-list");
const search = document.getElementById("conversation-search");
const problem = document.getElementById("conversation-problem");
const deletion = document.getElementById("deletion");
let known = null; // the conversation that the server last said to be open
let told = null; // the element by which it said so
let requested = 0; // only the latest request may fill the list
let deleted = ""; // the one that the dialog asks about

function inAddress() {
  return new URLSearchParams(location.search).get("c") || "";
}

function address(id) {
  const query = new URLSearchParams(location.search);
  if (id) query.set("c", id);
  else query.delete("c");
  return location.pathname + (query.size ? `?${query}` : "");
}

function entitle(title) {
  document.title = title ? `${title} · Footnote` : "Footnote";
}

// Brings title and address to what the server shows: a conversation begins, or cannot be found.
export function followServer() {
  const opened = document.querySelector("#opened output");
  if (!opened || opened === told) return;
  told = opened;
  entitle(decodeURIComponent(opened.dataset.title));
  if (opened.dataset.id === known) return;
  const isLeft = known && !opened.dataset.id; // and with it the source, which was its own
  known = opened.dataset.id;
  if (isLeft || inAddress() !== known) {
    history.replaceState(null, "", address(known) + (isLeft ? "" : location.hash));
  }
  tellAddress();
  if (isLeft) show();
}

function open(id) {
  history.pushState(null, "", address(id)); // without a source: that was another conversation's
  tellAddress();
  show();
  command({ act: "open", c: id });
  list.close();
}

async function refresh(offset = 0) {
  const request = ++requested;
  const query = new URLSearchParams({ search: search.value, offset });
  const response = await fetch(`/conversations?${query}`).catch(() => null);
  const found = response?.ok ? await response.text() : "";
  const told = response && !response.ok ? await response.json().catch(() => null) : null;
  if (request !== requested) return;
  problem.textContent = response?.ok ? "" : told?.detail || "The list cannot be read: is the server still running?";
  items.querySelector("[name=more]")?.remove();
  if (offset) items.insertAdjacentHTML("beforeend", found); // escaped by the server
  else items.innerHTML = found;
  items.querySelectorAll("time").forEach(tellHour);
  for (const link of items.querySelectorAll("a.open")) {
    const current = link.closest("li").dataset.id === inAddress();
    if (current) link.setAttribute("aria-current", "page");
  }
}

// Of today the hour tells one from another.
function tellHour(time) {
  const when = new Date(time.dateTime);
  if (when.toDateString() !== new Date().toDateString()) return;
  const hour = when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  time.textContent = `today, ${hour}`;
}

async function change(method, id, body) {
  const response = await fetch(`/conversation/${encodeURIComponent(id)}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  }).catch(() => null);
  if (response && response.ok) {
    await refresh();
    return true;
  }
  const told = response && (await response.json().catch(() => null));
  problem.textContent =
    told && typeof told.detail === "string" ? told.detail : "This could not be done: try again.";
  return false;
}

function rename(item) {
  const link = item.querySelector("a.open");
  const form = document.createElement("form");
  const field = document.createElement("input");
  const save = document.createElement("button");
  field.value = link.querySelector("bdi").textContent;
  field.maxLength = 200;
  field.setAttribute("aria-label", "New title");
  save.textContent = "Save";
  form.append(field, save);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { id } = item.dataset;
    if (await change("PUT", id, { title: field.value })) {
      const renamed = items.querySelector(`[data-id="${CSS.escape(id)}"] a.open`);
      if (renamed && id === inAddress()) entitle(renamed.querySelector("bdi").textContent);
      renamed?.focus();
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // or the list would close
    form.replaceWith(link);
    link.focus();
  });
  link.replaceWith(form);
  field.select();
}

function confirmDeletion(item) {
  deleted = item.dataset.id;
  document.getElementById("deletion-title").textContent = item.querySelector("bdi").textContent;
  deletion.showModal();
}

deletion.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  deletion.close();
  const id = deleted; // another may be asked about before this one is gone
  if ((await change("DELETE", id)) && id === inAddress()) {
    history.replaceState(null, "", address(""));
    tellAddress();
    show();
    command({ act: "open", c: "" });
  }
});
items.addEventListener("click", (event) => {
  const item = event.target.closest("li");
  const button = event.target.closest("button[name]");
  if (button && button.name === "more") refresh(Number(button.value));
  else if (button && button.name === "rename") rename(item);
  else if (button && button.name === "delete") confirmDeletion(item);
  const link = event.target.closest("a.open");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(item.dataset.id);
});
let typing = 0;
search.addEventListener("input", () => {
  window.clearTimeout(typing);
  typing = window.setTimeout(() => refresh(), SEARCH_MILLISECONDS);
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("#show-conversations")) return;
  search.value = "";
  list.showModal();
  if (WIDE.matches) search.focus(); // on a phone its keyboard would cover the list
  refresh();
});
list.addEventListener("click", (event) => event.target === list && list.close());
document.getElementById("close-conversations").addEventListener("click", () => list.close());
window.addEventListener("popstate", () => {
  if (known === null || inAddress() === known) return;
  tellAddress();
  command({ act: "open", c: inAddress() });
});
