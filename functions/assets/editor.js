// Rows without reloads, tokens at the cursor, and a preview while one types. The pages work without it.
(() => {
  const form = document.querySelector("form[data-editor]");
  if (!form) return;

  const post = async (address, pane) => {
    const turn = (pane.turn = (pane.turn || 0) + 1);
    pane.setAttribute("aria-busy", "true");
    let text = "";
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(address, { method: "POST", headers: { "x-fragment": "1" }, body });
      if (answer.headers.has("x-fragment")) text = await answer.text();
    } catch {}
    if (turn !== pane.turn) return;
    pane.removeAttribute("aria-busy");
    if (text) pane.innerHTML = text;
    else pane.textContent = "That did not work. You may have to sign in again, in another tab.";
  };

  const pane = document.getElementById("pane");
  let timer;
  const changed = () => {
    clearTimeout(timer);
    if (pane) timer = setTimeout(() => post(form.dataset.preview, pane), 300);
  };
  form.addEventListener("input", changed);

  // Fields that only one trigger has.
  const trigger = form.elements.trigger;
  const fit = () => {
    for (const part of form.querySelectorAll("[data-for]"))
      part.hidden = part.dataset.for !== trigger.value;
    const about = trigger.selectedOptions[0].dataset.about;
    const help = document.querySelector("#trigger-more .help");
    if (about && help) help.textContent = about;
  };
  if (trigger) {
    trigger.addEventListener("change", fit);
    fit();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { add, show, insert } = button.dataset;
    if (add) {
      const blank = document.getElementById(add).querySelector("template");
      const row = blank.content.firstElementChild.cloneNode(true);
      blank.before(row);
      row.querySelector("input, textarea").focus();
    } else if ("drop" in button.dataset) {
      const row = button.closest("[data-row]");
      const list = row.parentElement;
      row.remove();
      list.querySelector("[data-add]").focus();
      changed();
    } else if (show) {
      post(button.formAction, document.getElementById(show));
    } else if (insert) {
      put(insert);
    } else return;
    event.preventDefault();
  });

  // Tokens go where the cursor last was.
  const first = form.elements.url || form.elements.twilio_twiml;
  let target = first;
  form.addEventListener("focusin", ({ target: field }) => {
    if (field.matches("[data-takes-tokens]")) target = field;
  });
  const put = (token) => {
    if (!target || !target.isConnected) target = first;
    const part = target.closest("details");
    if (part) part.open = true;
    target.focus();
    target.setRangeText(token, target.selectionStart, target.selectionEnd, "end");
    target.dispatchEvent(new Event("input", { bubbles: true }));
  };
  for (const code of form.querySelectorAll("code[data-token]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "token";
    button.dataset.insert = button.textContent = code.textContent;
    code.replaceWith(button);
  }

  // Nobody loses what they typed by a slip.
  let typed = false;
  form.addEventListener("input", () => (typed = true));
  form.addEventListener("submit", () => (typed = false));
  addEventListener("beforeunload", (event) => typed && event.preventDefault());
})();
