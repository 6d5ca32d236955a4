// How this browser's person wants answers made: kept here, sent with every question.
const PLACE = "footnote-answers";
const NAMES = ["writes", "quotes", "strictness"];

export function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE)) || {};
    return Object.fromEntries(NAMES.filter((name) => found[name]).map((name) => [name, found[name]]));
  } catch {
    return {}; // nothing may be kept here, or it was not this page that kept it
  }
}

// Says whether the browser keeps it.
export function keep(settings) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(settings));
    return true;
  } catch {
    return false;
  }
}
