// Asks before something is done: the answer is true only where a person says so.
const dialog = document.getElementById("sure");

export function ask({ question, name, detail, yes }) {
  const named = document.createElement("bdi");
  named.textContent = name;
  document.getElementById("sure-heading").textContent = question;
  document.getElementById("sure-detail").replaceChildren(...(name ? [named, document.createElement("br")] : []), detail);
  dialog.querySelector(".do").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
