// The panel beside the page: an article, or the library's contents, as the server renders it.
export const panel = document.getElementById("source");
export const tools = document.getElementById("source-tools");
export const text = document.getElementById("source-text");
const heading = document.getElementById("source-heading");
let requested = 0; // only the latest request may fill the panel

// Whether it was filled: not where something else was asked for meanwhile.
export async function fillPanel(query, title) {
  const request = ++requested;
  const response = await fetch("/source" + query).catch(() => null);
  const found = response && (response.ok || response.status === 404);
  const source = found ? await response.text() : "";
  const told = found ? null : await response?.json().catch(() => null);
  if (request !== requested) return false;
  if (found) text.innerHTML = source; // escaped by the server
  else if (response?.status === 503 && told?.detail) text.textContent = told.detail;
  else text.textContent = "This cannot be read: is the server still running?";
  heading.textContent = text.querySelector("article")?.getAttribute("aria-label") || title;
  tools.replaceChildren(...text.querySelectorAll(".tools"));
  return true;
}
