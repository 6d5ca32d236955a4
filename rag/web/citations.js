// The citations of an answer, one after the other: by buttons, and by keys outside text fields.
import { close, isReading, open, WIDE } from "./source.js";

const CITATIONS = ".sources a.cite, .nearest a.near";
const bar = document.getElementById("citations");
let followed = null; // the answer whose citations the keys open: the one opened last, or the newest

export function followAnswer(answer) {
  followed = answer;
}

export function markPlace() {
  const current = document.querySelector("#conversation a[aria-current]");
  if (current) followed = current.closest(".answer");
  const all = citations();
  const place = all.findIndex((link) => link.getAttribute("href") === location.hash);
  bar.hidden = !isReading() || all.length < 2 || place < 0;
  document.getElementById("place").textContent = `${place + 1} of ${all.length}`;
  document.getElementById("previous").disabled = place <= 0;
  document.getElementById("next").disabled = place >= all.length - 1;
}

// The links in the order of their numbers; those of nearest passages, which have none, as listed.
function citations() {
  if (!followed || !followed.isConnected) return [];
  const links = [...followed.querySelectorAll(CITATIONS)];
  return links.sort((one, other) => number(one) - number(other));
}

function number(link) {
  return parseInt(link.textContent, 10) || 0;
}

function step(by) {
  const all = citations();
  const place = all.findIndex((link) => link.getAttribute("href") === location.hash);
  const next = all[place < 0 ? 0 : place + by];
  if (next) open(next.getAttribute("href"));
}

function types(target) {
  return target.closest("input, textarea, select, [contenteditable=true]") !== null;
}

function escape(event) {
  const choice = document.getElementById("filter-choice");
  if (choice && choice.open) {
    choice.open = false;
    choice.querySelector("summary").focus();
  } else if (isReading() && !WIDE.matches) {
    close(); // it covers the question, which has the focus after a reload
  } else if (event.target.closest("#question") && followed && followed.isConnected) {
    followed.tabIndex = -1; // so that the keys of this file are heard
    followed.focus({ preventScroll: true });
  } else {
    close();
  }
}

document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("next").addEventListener("click", () => step(1));
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return; // the keys are its own
  if (event.key === "Escape") escape(event);
  if (event.ctrlKey || event.metaKey || event.altKey || types(event.target)) return;
  if (event.key === "n" || event.key === "ArrowRight") step(1);
  else if (event.key === "p" || event.key === "ArrowLeft") step(-1);
  else if (/^[1-9]$/.test(event.key)) {
    const link = citations().find((each) => number(each) === Number(event.key));
    if (link) open(link.getAttribute("href"), { from: link });
  }
});
