// The filters beside the question. The page's address holds them, so that a view can be shared and
// kept as a bookmark; a hidden field hands the same words to the server, and the conversation's id.
import { fill } from "./commands.js";
import { kept } from "./settings.js";

const SEARCH_MILLISECONDS = 200;
const LABELS = { since: "From", until: "Until", author: "By", source: "In" };
let connected = null; // the form that this file has filled; Gradio may make it anew
let choices = 0; // only the latest may be put in force
let typing = 0;

// Fills the filter bar as soon as Gradio has made it.
export function connect() {
  const form = document.querySelector("#filter-choice form");
  if (!form || !document.querySelector("#page-address") || form === connected) return;
  connected = form;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose(form);
  });
  // Who goes on to the question need not set the filters first, nor see them over the answer.
  form.addEventListener("focusout", ({ relatedTarget }) => {
    const isLeft = form.parentElement.open && !form.parentElement.contains(relatedTarget);
    if (isLeft && document.hasFocus()) choose(form, { isAsked: false });
  });
  form.parentElement.addEventListener("toggle", () => {
    if (!form.parentElement.open) return;
    form.elements.since.focus();
    suggest(form);
  });
  form.addEventListener("input", ({ target }) => {
    window.clearTimeout(typing);
    if (target.list) typing = window.setTimeout(() => suggest(form, target.value), SEARCH_MILLISECONDS);
  });
  document.getElementById("chips").addEventListener("click", (event) => {
    const chip = event.target.closest("button");
    if (chip) setFilter(chip.name, "");
  });
  apply();
}

export function setFilter(name, value) {
  keep({ ...inForce(), [name]: value });
}

// Hands the address to the server, and how answers should be made.
export function tellAddress() {
  const query = new URLSearchParams(location.search);
  const told = [...Object.keys(LABELS), "c"].filter((name) => query.get(name));
  const named = Object.fromEntries(told.map((name) => [name, query.get(name)]));
  fill("page-address", new URLSearchParams({ ...kept(), ...named }).toString());
}

function inForce() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(Object.keys(LABELS).map((name) => [name, query.get(name) || ""]));
}

function keep(filters) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(filters)) {
    if (value.trim()) query.set(name, value.trim());
    else query.delete(name);
  }
  const search = query.size ? `?${query}` : "";
  history.replaceState(null, "", location.pathname + search + location.hash);
  apply();
}

function apply() {
  const filters = inForce();
  const chips = Object.entries(filters)
    .filter(([, value]) => value)
    .map(([name, value]) => chip(name, value));
  document.getElementById("chips").replaceChildren(...chips);
  for (const name of Object.keys(LABELS)) connected.elements[name].value = filters[name];
  tellAddress();
}

function chip(name, value) {
  const button = document.createElement("button");
  const shown = document.createElement("bdi");
  shown.textContent = value;
  button.type = "button";
  button.name = name;
  button.setAttribute("aria-label", `Remove the filter: ${LABELS[name]} ${value}`);
  button.append(`${LABELS[name]} `, shown);
  const item = document.createElement("li");
  item.append(button);
  return item;
}

// Puts the filters of the form in force, as asked by its button, or as the form is left.
async function choose(form, { isAsked = true } = {}) {
  const chosen = Object.fromEntries(
    Object.keys(LABELS).map((name) => [name, form.elements[name].value.trim()]),
  );
  const choice = ++choices;
  const wrong = await problem(chosen);
  if (choice !== choices) return;
  document.getElementById("filter-problem").textContent = wrong?.line || "";
  if (wrong) {
    if (isAsked) form.elements[wrong.name].focus();
    return;
  }
  keep(chosen);
  form.parentElement.open = false;
  if (isAsked) document.querySelector("#question textarea")?.focus();
}

// The server reads dates, and says what is wrong with them.
async function problem({ since, until }) {
  if (!since && !until) return null;
  const response = await fetch(`/filter-problem?${new URLSearchParams({ since, until })}`).catch(() => null);
  if (response?.ok) return response.json();
  return { name: "since", line: "The dates cannot be checked: is the server still running?" };
}

// Suggests what the library has of what is typed; the fields take any text without it.
async function suggest(form, typed = "") {
  const response = await fetch(`/choices?${new URLSearchParams({ search: typed })}`).catch(() => null);
  if (!response || !response.ok) return;
  for (const [name, values] of Object.entries(await response.json())) {
    const options = Object.entries(values).map(([value, label]) => new Option(label, value));
    form.querySelector(`#known-${name}`).replaceChildren(...options);
  }
}

// "Ask all articles instead" asks without filters, and so does what is asked after it.
document.addEventListener("click", (event) => {
  const isAnswering = document.querySelector("#conversation .working"); // then it is refused
  if (isAnswering || !event.target.closest('a[href^="#do?act=widen&"]')) return;
  keep({ since: "", until: "", author: "", source: "" });
});
