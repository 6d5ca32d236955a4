// What a link of the conversation asks of the server: its words go through a hidden field. A thumb
// down asks, besides, what was wrong. What the server does not do is told.
const verdict = document.getElementById("verdict");
let sent = 0;
let judged = ""; // the turn that the dialog asks about

// A line that goes away by itself.
export function say(line) {
  const said = document.getElementById("said");
  said.textContent = line;
  window.setTimeout(() => {
    if (said.textContent === line) said.textContent = "";
  }, 4000);
}

const failure = document.getElementById("failure");
const asked = window.fetch;
// Gradio shows nothing where it is refused or not answered. A question is still in its box then.
window.fetch = async (...given) => {
  const isChat = String(given[0].url || given[0]).includes("/gradio_api/run/");
  const response = await asked(...given).catch((error) => {
    if (isChat) failure.hidden = false;
    throw error;
  });
  if (isChat) failure.hidden = response.status < 500;
  return response;
};
failure.querySelector("button").addEventListener("click", () => {
  failure.hidden = true;
  if (document.querySelector("#question textarea")?.value.trim()) document.querySelector("#ask")?.click();
  else command({ act: "follow" });
});

// Writes into a hidden field of Gradio's.
export function fill(id, value) {
  const field = document.querySelector(`#${id} :is(textarea, input)`);
  if (!field) return;
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Numbered, since Gradio passes on only what differs from the command before.
export function command(fields) {
  fill("command", new URLSearchParams({ ...fields, number: ++sent }).toString());
}

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#do?"]');
  if (!link) return;
  event.preventDefault(); // the page has a <base>, so that following the link would load it anew
  const fields = Object.fromEntries(new URLSearchParams(link.getAttribute("href").slice(4)));
  command(fields);
  if (fields.act === "edit") document.querySelector("#question textarea")?.focus();
  if (fields.act === "down" && !link.classList.contains("given")) {
    judged = fields.turn;
    verdict.querySelector("form").reset();
    const status = link.closest(".answer.abstained") ? "abstained" : "answered";
    for (const reasons of verdict.querySelectorAll("[data-status]")) {
      reasons.hidden = reasons.dataset.status !== status;
    }
    verdict.showModal();
  }
});
verdict.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const { reason, comment } = Object.fromEntries(new FormData(event.target));
  command({ act: "down", turn: judged, ...(reason && { reason }), comment });
  verdict.close();
});
// "Stop" takes the place of "Ask", and with it the second click of who clicks twice.
document.addEventListener(
  "click",
  (event) => {
    if (event.detail > 1 && event.target.closest("#stop")) event.stopImmediatePropagation();
  },
  true,
);
for (const button of document.querySelectorAll("dialog .cancel")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
