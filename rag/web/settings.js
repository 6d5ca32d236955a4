// The dialog "How answers are made".
import { tellAddress } from "./filters.js";
import { keep, kept } from "./settings_kept.js";

const dialog = document.getElementById("settings");
const form = dialog.querySelector("form");
const problem = document.getElementById("settings-problem");

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
