// Asks before something is done: the answer is true only where a person says so.
const dialog = document.getElementById("sure");
let answered = () => {};

// The event comes after closing: by then the dialog may ask something else, which it must not answer.
dialog.addEventListener("close", () => dialog.open || answered(dialog.returnValue === "yes"));

export function ask({ question, name, detail, yes }) {
  answered(false);
  const named = document.createElement("bdi");
  named.textContent = name;
  document.getElementById("sure-heading").textContent = question;
  document.getElementById("sure-detail").replaceChildren(...(name ? [named, document.createElement("br")] : []), detail);
  dialog.querySelector(".do").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => { answered = resolve; });
}
