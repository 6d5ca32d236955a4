// An answer being made comes through a stream that the page may lose: Gradio closes it where a
// question comes just as another event ends. So where nothing of the answer has changed for a while,
// the server is asked to show it anew.
import { command } from "./commands.js";

const MILLISECONDS = 3000;
let shown = "";
let since = 0;

window.setInterval(() => {
  const working = document.querySelector("#conversation .answer.working");
  const now = working ? working.outerHTML : "";
  if (now !== shown) {
    shown = now;
    since = performance.now();
  } else if (working && performance.now() - since >= MILLISECONDS) {
    since = performance.now();
    command({ act: "follow" });
  }
}, 1000);
