// The quote of a marker, on top of the page while the marker is pointed at or focused. What is
// shown was rendered with the marker; it stays while the pointer is on it, and Escape hides it.
const tip = document.getElementById("tip");
const GAP = 6; // pixels between the marker and its tip, and to the window's edges
let marker = null;
let leaving = 0;

function showFor(link) {
  window.clearTimeout(leaving);
  if (link === marker) return;
  hide();
  marker = link;
  const held = link.querySelector(".tip");
  tip.replaceChildren(...[...held.childNodes].map((node) => node.cloneNode(true)));
  tip.hidden = false;
  link.setAttribute("aria-describedby", "tip");
  const [at] = link.getClientRects();
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - width - GAP);
  const above = at.top - height - GAP;
  tip.style.left = `${Math.max(GAP, left)}px`;
  tip.style.top = `${above > GAP ? above : at.bottom + GAP}px`;
}

function hide() {
  if (marker) marker.removeAttribute("aria-describedby");
  marker = null;
  tip.hidden = true;
}

function markerAt(target) {
  const link = target instanceof Element ? target.closest("a.cite") : null;
  return link && link.querySelector(".tip") ? link : null;
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const link = markerAt(event.target);
  if (link) showFor(link);
  else if (tip.contains(event.target)) window.clearTimeout(leaving);
  else if (marker) {
    window.clearTimeout(leaving);
    leaving = window.setTimeout(hide, 150); // long enough to reach the tip
  }
});
document.addEventListener("focusin", (event) => {
  const link = markerAt(event.target);
  if (link && link.matches(":focus-visible")) showFor(link);
  else hide();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && hide(), true);
document.addEventListener("click", hide);
document.addEventListener("scroll", hide, true);
