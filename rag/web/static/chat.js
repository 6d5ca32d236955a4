// The page around the conversation: opens an answer's first source, and mends what Gradio makes.
import { command } from "./commands.js";
import { followServer } from "./conversations.js";
import { connect } from "./filters.js";
import "./settings.js";
import { followAnswer, isReading, markCurrent, open, show, turnOf, WIDE } from "./source.js";
import "./tip.js";

const AWAITED_MILLISECONDS = 3000;

let newest = ""; // the last answer, by its turn
let asked = false; // whether an answer is being made, or was just now
let library = "";
let questions = 0; // shown
let awaited = ""; // what was shown last of an answer being made
let since = 0;

new MutationObserver(() => {
  connect();
  followServer();
  asked ||= document.querySelector("#conversation .answer.working") !== null;
  const answer = [...document.querySelectorAll("#conversation .answer.whole")].pop();
  const turn = answer ? turnOf(answer) : "";
  if (turn !== newest) {
    newest = turn;
    if (answer) arrive(answer);
    else markCurrent();
  }
  const all = document.querySelectorAll("#conversation .question");
  if (all.length !== questions) begin();
  questions = all.length;
  const state = document.querySelector("#library .state");
  if (state && state.textContent !== library) {
    library = state.textContent;
    if (state.classList.contains("ready")) show();
  }
  // A screen reader should hear the answer once, when it is whole.
  const log = document.querySelector("#conversation [role=log]");
  if (log) log.ariaBusy = String(Boolean(log.querySelector(".working .words, .writing.working")));
  // Gradio's list of examples has buttons for items, which makes it no list.
  document.querySelector("#conversation .examples[role=list]")?.setAttribute("role", "group");
  // Gradio names each message by its HTML; a screen reader should read the message instead.
  for (const message of document.querySelectorAll("#conversation [data-testid][aria-label]")) {
    message.removeAttribute("aria-label");
  }
}).observe(document.body, { childList: true, subtree: true });

// However long an answer is, it is read from its beginning.
function begin() {
  const last = [...document.querySelectorAll("#conversation .question")].pop();
  last?.closest(".message-row")?.scrollIntoView({ block: "start" });
}

// Beside the conversation, an answer's first source opens by itself; over it, only when asked, and
// what the address names stays open.
function arrive(answer) {
  if (asked) begin();
  followAnswer(answer);
  if (WIDE.matches && (asked || !isReading())) {
    const first = answer.querySelector("a[href^='#source']");
    open(first ? first.getAttribute("href") : "", { asked: false });
  } else {
    markCurrent();
  }
  asked = false;
}

// An answer being made comes through a stream that the page may lose: Gradio closes it where a
// question comes just as another event ends. So where nothing of the answer has changed for a while,
// the server is asked to show it anew.
window.setInterval(() => {
  const working = document.querySelector("#conversation .working");
  const now = working ? working.outerHTML : "";
  if (now !== awaited) {
    awaited = now;
    since = performance.now();
  } else if (working && performance.now() - since >= AWAITED_MILLISECONDS) {
    since = performance.now();
    command({ act: "follow" });
  }
}, 1000);
