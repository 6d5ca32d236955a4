// The build of the index: what awaits it, how far it is, how to stop it.
const MILLISECONDS = { building: 400, idle: 5000 };
const line = document.querySelector("#library .state");
const pending = document.getElementById("pending");
const pace = document.getElementById("pace");
const progress = document.getElementById("progress");
const cancel = document.getElementById("cancel");
const build = document.getElementById("build");
let built = () => {};
let last = null; // the state that the server last told
let counts = {}; // of the list
let stopped = false; // whether the build that ends now was cancelled here
let timer = 0;

// Told after each build whether there is a new index: not where it failed or was cancelled.
export function onBuilt(callback) {
  built = callback;
}

// What the list says awaits a build.
export function tellPending(found) {
  counts = found;
  show();
}

function show() {
  if (!last) return;
  const working = last.kind === "working";
  line.className = `state ${last.kind}`;
  line.textContent = working && last.total ? "Building the index" : last.line;
  const waiting = [["new", "new"], ["changed", "changed"], ["gone", "removed"]]
    .filter(([state]) => counts[state])
    .map(([state, word]) => `${counts[state].toLocaleString("en")} ${word}`);
  build.classList.toggle("wanted", waiting.length > 0);
  build.hidden = working;
  cancel.hidden = !last.building;
  progress.hidden = !working;
  pace.hidden = !working;
  if (!working) {
    const told = waiting.length ? [`Not in the index yet: ${waiting.join(", ")}.`] : [];
    if (stopped) told.unshift("The build was cancelled: the index is as it was before.");
    else if (last.summary) told.unshift(last.summary);
    pending.textContent = told.join(" ");
    return;
  }
  if (!pending.textContent.startsWith("Building")) pending.textContent = "Building the index.";
  pace.textContent = last.total ? last.line : `${last.line}…`;
  if (last.total) {
    progress.max = last.total;
    progress.value = last.done;
  } else progress.removeAttribute("value");
}

export async function refreshBuild(method = "GET") {
  window.clearTimeout(timer);
  const response = await fetch("/library/build", { method }).catch(() => null);
  const told = response && response.ok ? await response.json() : null;
  if (told) {
    const isNew = last && last.generation !== told.generation;
    const ended = last?.kind === "working" && told.kind !== "working";
    const began = last?.kind !== "working" && told.kind === "working";
    if (isNew || began) stopped = false; // it came too late, or this is another build
    if (isNew || ended) counts = {}; // the list tells them anew
    last = told;
    show();
    if (isNew || ended) built(isNew);
  } else {
    line.className = "state failed";
    line.textContent = response?.status === 401 ? "You are logged out." : "The server does not answer.";
  }
  const next = last?.kind === "working" ? MILLISECONDS.building : MILLISECONDS.idle;
  timer = window.setTimeout(() => (document.hidden ? null : refreshBuild()), next);
}

build.addEventListener("click", async () => {
  stopped = false;
  await refreshBuild("POST");
  if (!cancel.hidden) cancel.focus();
});
cancel.addEventListener("click", () => {
  stopped = true;
  refreshBuild("DELETE");
});
document.addEventListener("visibilitychange", () => document.hidden || refreshBuild());
