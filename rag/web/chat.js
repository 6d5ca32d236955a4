// The page around the conversation: opens an answer's first source, and mends what Gradio makes.
import { markCurrent, open, show, WIDE } from "./source.js";
import { followAnswer } from "./citations.js";
import { connect } from "./filters.js";
import "./tip.js";

let answers = 0;
let library = "";

new MutationObserver(() => {
  connect();
  const whole = document.querySelectorAll("#conversation .answer.whole");
  if (whole.length > answers) followAnswer(whole[whole.length - 1]);
  // Beside the conversation, an answer's first source opens by itself; over it, only when asked.
  if (whole.length > answers && WIDE.matches) {
    const first = whole[whole.length - 1].querySelector("a[href^='#source']");
    open(first ? first.getAttribute("href") : "", { asked: false });
  } else if (whole.length !== answers) {
    markCurrent();
  }
  answers = whole.length;
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
