// Light or dark, as the system is, before anything is painted: the chat's page does the same.
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function follow() {
  document.body.classList.toggle("dark", dark.matches);
}

dark.addEventListener("change", follow);
follow();
