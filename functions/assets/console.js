// Saves people reloads and clicks; every page works without it.
"use strict";

// Copies what stands beside the button.
function offerCopies(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
  }
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied";
  }
  setTimeout(() => { button.textContent = said; }, 1600);
});

// A choice that is made is sent, without another click.
for (const field of document.querySelectorAll("[data-submit]")) {
  field.form.querySelectorAll("[data-plain]").forEach((button) => { button.hidden = true; });
  field.addEventListener("change", () => { if (field.value || field.tagName === "SELECT") field.form.submit(); });
}

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  const button = event.submitter || event.target.querySelector("button");
  if (button) setTimeout(() => { button.disabled = true; });
});
addEventListener("pageshow", () => {
  document.querySelectorAll("form[method=post] button:disabled").forEach((button) => { button.disabled = false; });
});

// A link to a delivery opens it. Ids have nothing that an address would encode.
function openNamed() {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView({ block: "start" });
  }
}
addEventListener("hashchange", openNamed);

// A part of the page that changes is asked for again while somebody looks at it.
const EVERY = 2000;
const part = document.querySelector("[data-renew]");
let shown = part && part.innerHTML;

function isLive() {
  return part.querySelector("[data-live=on]") !== null;
}

// Renewing now would take a selection or what is being typed away.
function isBusy() {
  const selection = getSelection();
  const selects = selection && !selection.isCollapsed && part.contains(selection.anchorNode);
  return selects || part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
}

function put(text) {
  const open = [...part.querySelectorAll("details[id][open]")].map((details) => details.id);
  const focused = document.activeElement && part.contains(document.activeElement) ? document.activeElement : null;
  const place = focused && [...part.querySelectorAll("a, button, summary")].indexOf(focused);
  const scrolled = [...part.querySelectorAll(".chart")].map((chart) => chart.scrollLeft);
  part.innerHTML = text;
  for (const id of open) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  part.querySelectorAll(".chart").forEach((chart, at) => { chart.scrollLeft = scrolled[at] || 0; });
  offerCopies(part);
  if (focused) {
    const again = [...part.querySelectorAll("a, button, summary")][place];
    if (again) again.focus({ preventScroll: true });
  }
}

async function renew() {
  if (document.visibilityState !== "visible" || isBusy()) return true;
  const answer = await fetch(location.href, { headers: { "x-fragment": "1" } });
  if (answer.ok && !answer.headers.has("x-fragment")) {
    location.reload();
    return false;
  }
  if (!answer.ok) return true;
  const text = await answer.text();
  if (text !== shown) {
    shown = text;
    put(text);
  }
  return isLive();
}

async function keepRenewing() {
  let goesOn = true;
  try {
    goesOn = await renew();
  } catch {
    // No network just now; the next time may go better.
  }
  if (goesOn) setTimeout(keepRenewing, EVERY);
}

offerCopies(document);
openNamed();
if (part && isLive()) setTimeout(keepRenewing, EVERY);
