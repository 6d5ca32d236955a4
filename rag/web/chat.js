// The page around the conversation: opens an answer's first source, and mends what Gradio makes.
import { isReading, markCurrent, open, show, WIDE } from "./source.js";
import { followAnswer, turnOf } from "./citations.js";
import { followServer } from "./conversations.js";
import { connect } from "./filters.js";
import "./answer_awaited.js";
import "./settings.js";
import "./tip.js";

let newest = ""; // the last answer, by its turn
let asked = false; // whether an answer is being made, or was just now
let library = "";

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
  const state = document.querySelector("#library .state");
  if (state && state.textContent !== library) {
    library = state.textContent;
    if (state.classList.contains("ready")) show();
  }
  // A screen reader should hear the answer once, when it is whole.
  const log = document.querySelector("#conversation [role=log]");
  if (log) log.ariaBusy = String(Boolean(log.querySelector(".working .words")));
  // Gradio's list of examples has buttons for items, which makes it no list.
  document.querySelector("#conversation .examples[role=list]")?.setAttribute("role", "group");
  // Gradio names each message by its HTML; a screen reader should read the message instead.
  for (const message of document.querySelectorAll("#conversation [data-testid][aria-label]")) {
    message.removeAttribute("aria-label");
  }
}).observe(document.body, { childList: true, subtree: true });

// Beside the conversation, an answer's first source opens by itself; over it, only when asked, and
// what the address names stays open.
function arrive(answer) {
  followAnswer(answer);
  if (WIDE.matches && (asked || !isReading())) {
    const first = answer.querySelector("a[href^='#source']");
    open(first ? first.getAttribute("href") : "", { asked: false });
  } else {
    markCurrent();
  }
  asked = false;
}
