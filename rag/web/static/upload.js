// Files come in: chosen, or dropped anywhere on the page, one after the other, each told as added or
// why not. The server checks everything again.
const adding = document.getElementById("adding");
const told = document.getElementById("added");
const veil = document.getElementById("drop-here");
const largest = JSON.parse(adding.dataset.largest);
const savedAs = JSON.parse(adding.dataset.savedAs); // what other programs can write instead
const systemFiles = JSON.parse(adding.dataset.systemFiles);
const REFUSED_SHOWN = 20;
let added = () => {};
let settled = false; // whether all that was chosen has come, and nothing is to be read or decided
let waiting = Promise.resolve(); // drops during an upload come after it
let queued = 0; // uploads begun or to come
let untold = null; // what became of uploads, while others are queued
let undecided = []; // files whose names others have, until it is said what becomes of them

export function onAdded(callback) {
  added = callback;
}

// That files came is no news once the index has them.
export function forgetAdded() {
  if (settled) told.hidden = true;
}

function add(chosen, clash = "ask") {
  queued += 1;
  waiting = waiting.then(() => upload(chosen, clash));
  return waiting;
}

// Each chosen one is { file, name }, where the name may have folders.
async function upload(chosen, clash) {
  const outcomes = untold || { sum: { added: 0, replaced: 0, there: 0 }, refused: [], taken: undecided };
  const { sum, refused, taken } = outcomes;
  let sent = 0;
  for (const one of chosen) {
    tell(`Adding ${++sent} of ${chosen.length}: `, one.name);
    const outcome = await send(one, clash);
    if (outcome.outcome === "taken") taken.push(one);
    else if (outcome.problem) refused.push(outcome.problem);
    else sum[outcome.outcome] += 1;
  }
  queued -= 1;
  untold = queued ? outcomes : null;
  if (!untold) report(sum, refused, taken);
  added();
}

async function send({ file, name }, clash) {
  if (!file) return { problem: `${name} was not added: the browser cannot read it.` };
  const problem = whyNot(file, name);
  if (problem) return { problem };
  const query = new URLSearchParams({ name, clash });
  const response = await fetch(`/library/file?${query}`, { method: "PUT", body: file }).catch(() => null);
  const answer = response && (await response.json().catch(() => null));
  if (response?.ok) return answer;
  return { problem: typeof answer?.detail === "string" ? answer.detail : `${name} could not be sent.` };
}

// What need not be sent to be refused.
function whyNot(file, name) {
  const suffix = (name.match(/\.[^./]+$/) || [""])[0].toLowerCase();
  const most = largest[suffix];
  if (!most) {
    const kind = suffix ? suffix.slice(1).toUpperCase() : "a file without a suffix";
    const mend = savedAs[suffix] ? `save it as ${savedAs[suffix]}` : `Footnote reads ${adding.dataset.kinds}`;
    return `${name} was not added: ${kind} is not read. ${mend[0].toUpperCase()}${mend.slice(1)}.`;
  }
  if (file.size > most) return `${name} was not added: it has more than ${most / 1e6} MB. Split it.`;
  return file.size ? "" : `${name} was not added: it is empty.`;
}

function tell(words, name) {
  settled = false;
  const shown = document.createElement("bdi");
  shown.textContent = name;
  told.hidden = false;
  told.replaceChildren(paragraph(words, shown));
}

function paragraph(...content) {
  const made = document.createElement("p");
  made.append(...content);
  return made;
}

function report(sum, refused, taken) {
  const parts = [
    [sum.added, "added"],
    [sum.replaced, "replaced; what was there before is in the trash"],
    [sum.there, "there already, word for word"],
    [refused.length, "not added"],
  ];
  const said = parts.filter(([number]) => number).map(([number, what]) => `${files(number)} ${what}`);
  settled = !refused.length && !taken.length;
  undecided = taken;
  told.replaceChildren();
  if (said.length) told.append(paragraph(`${said.join(", ")}.`));
  if (taken.length) told.append(...clashes(taken));
  if (refused.length) {
    const reasons = document.createElement("ul");
    const shown = refused.slice(0, REFUSED_SHOWN);
    if (refused.length > shown.length) shown.push(`And ${refused.length - shown.length} more.`);
    reasons.append(...shown.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
    told.append(reasons);
  }
  if (!told.firstChild) told.append(paragraph("Nothing was added: no files are in it."));
}

// Nothing is overwritten unasked: what is to become of files whose names others have.
function clashes(taken) {
  const names = taken.slice(0, 5).map(({ name }) => name).join(", ") + (taken.length > 5 ? ", …" : "");
  const shown = document.createElement("bdi");
  shown.textContent = names;
  const choices = document.createElement("p");
  choices.className = "choices";
  const act = (label, clash) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", () => {
      undecided = [];
      if (clash) add(taken, clash);
      else told.hidden = true;
    });
    choices.append(button);
  };
  act("Keep both", "keep");
  act("Replace", "replace");
  act("Leave out", "");
  const others = taken.length === 1 ? "Another file has this name: " : `Other files have the names of ${taken.length}: `;
  return [paragraph(others, shown), choices];
}

function files(number) {
  return `${number.toLocaleString("en")} ${number === 1 ? "file" : "files"}`;
}

// Everything in what was dropped, folders too; without a file where the browser may not read it.
async function within(entry, path = "") {
  const name = path + entry.name;
  if (isPassedOver(name)) return [];
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    return [{ file, name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve(null)));
    if (!some) return [...found, { file: null, name }];
    if (!some.length) return found;
    for (const each of some) found.push(...(await within(each, `${name}/`)));
  }
}

// What a build passes over too: hidden files and folders, and what systems leave in each folder.
function isPassedOver(name) {
  const parts = name.split("/");
  return parts.some((part) => part.startsWith(".")) || systemFiles.includes(parts.at(-1).toLowerCase());
}

async function drop(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.());
  const plain = [...transfer.files].map((file) => ({ file, name: file.name }));
  if (entries.length && entries.every(Boolean)) {
    const found = await Promise.all(entries.map((entry) => within(entry)));
    await add(found.flat());
  } else await add(plain);
}

function choose(input) {
  const chosen = [...input.files]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter(({ name }) => !isPassedOver(name));
  input.value = "";
  add(chosen);
}

for (const [button, input] of [["choose-files", "files"], ["choose-folder", "folder"]]) {
  const field = document.getElementById(input);
  document.getElementById(button).addEventListener("click", () => field.click());
  field.addEventListener("change", () => choose(field));
}

// The veil lies over the rows as soon as files come over the page, and is what they are dropped on:
// rows that are shown anew meanwhile would take a drop as a mere entering, or leave no word of leaving.
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
let entered = null;
window.addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  entered = event.target;
  veil.hidden = false;
});
window.addEventListener("dragover", (event) => {
  if (carriesFiles(event)) event.preventDefault();
});
window.addEventListener("dragleave", (event) => {
  if (event.target === entered) veil.hidden = true;
});
// No pointer moves while files are dragged: they were let go elsewhere, unheard.
veil.addEventListener("pointermove", () => (veil.hidden = true));
window.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  veil.hidden = true;
  drop(event.dataTransfer);
});
