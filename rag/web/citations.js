// The citations of an answer, one after the other: by buttons, and by keys outside text fields.
import { close, isReading, open, WIDE } from "./source.js";

const CITATIONS = ".sources a.cite, .nearest a.near";
const bar = document.getElementById("citations");
let followed = ""; // the turn whose citations the keys open: the one opened last, or the newest

export function followAnswer(answer) {
  followed = answer ? turnOf(answer) : "";
}

// The answer that the open place is counted in: several may cite the same place.
export function answerFollowed() {
  const answers = [...document.querySelectorAll("#conversation .answer")].reverse();
  const chosen = answers.find((answer) => followed && turnOf(answer) === followed);
  if (chosen && (!isReading() || cites(chosen))) return chosen;
  return answers.find(cites) || chosen || answers[0];
}

// What tells an answer from others, and outlives that the page is shown anew.
export function turnOf(answer) {
  return answer.querySelector(".actions a")?.getAttribute("href") || "";
}

function cites(answer) {
  return [...answer.querySelectorAll(CITATIONS)].some(isOpen);
}

function isOpen(link) {
  return link.getAttribute("href") === location.hash;
}

export function markPlace() {
  const all = citations();
  const place = all.findIndex(isOpen);
  bar.hidden = !isReading() || all.length < 2 || place < 0;
  document.getElementById("place").textContent = `${place + 1} of ${all.length}`;
  document.getElementById("previous").disabled = place <= 0;
  document.getElementById("next").disabled = place >= all.length - 1;
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
  } else if (event.target.closest("#question") && answerFollowed()) {
    const answer = answerFollowed();
    answer.tabIndex = -1; // so that the keys of this file are heard
    answer.focus({ preventScroll: true });
  } else {
    close();
  }
}

document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("next").addEventListener("click", () => step(1));
// "Show 7 more passages" was opened or closed; the event does not bubble.
document.addEventListener("toggle", ({ target }) => target.closest(".answer") && markPlace(), true);
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
