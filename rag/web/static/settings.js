// The dialog "How answers are made": what this browser's person chooses is kept here, and sent with
// every question.
import { tellAddress } from "./filters.js";

const PLACE = "footnote-answers";
const NAMES = ["writes", "quotes", "strictness"];
const dialog = document.getElementById("settings");
const form = dialog.querySelector("form");
const problem = document.getElementById("settings-problem");

export function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE)) || {};
    return Object.fromEntries(NAMES.filter((name) => found[name]).map((name) => [name, found[name]]));
  } catch {
    return {}; // nothing may be kept here, or it was not this page that kept it
  }
}

// Says whether the browser keeps it.
function keep(settings) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(settings));
    return true;
  } catch {
    return false;
  }
}

async function open() {
  dialog.showModal();
  const response = await fetch("/answer-settings").catch(() => null);
  problem.textContent = response?.ok ? "" : "The settings cannot be read: is the server still running?";
  if (!response?.ok) return;
  form.innerHTML = await response.text(); // escaped by the server
  const chosen = kept();
  for (const choice of form.querySelectorAll("input, option")) {
    const { name } = choice.matches("option") ? choice.parentElement : choice;
    if (choice.disabled || choice.value !== chosen[name]) continue;
    choice[choice.matches("option") ? "selected" : "checked"] = true;
  }
}

function change(settings) {
  problem.textContent = keep(settings) ? "" : "This browser keeps nothing: allow it to, and choose again.";
  tellAddress();
}

form.addEventListener("change", ({ target }) => change({ ...kept(), [target.name]: target.value }));
form.addEventListener("reset", () => change({})); // the page's own choices are the server's
form.addEventListener("submit", (event) => event.preventDefault());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
document.getElementById("close-settings").addEventListener("click", () => dialog.close());
document.addEventListener("click", (event) => event.target.closest("#show-settings") && open());
window.addEventListener("storage", tellAddress); // another tab has chosen
