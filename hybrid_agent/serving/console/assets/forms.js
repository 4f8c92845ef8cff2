// What makes forms kinder: a second click sends nothing, and a reason is shown as the customer will read it.

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", event => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
}

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

for (const typed of document.querySelectorAll("[data-preview]")) {
  const shown = document.getElementById(typed.dataset.preview);
  typed.addEventListener("input", () => { shown.textContent = typed.value.trim() || "…"; });
}

const log = document.querySelector("[data-log]")?.parentElement;
if (log) log.scrollTop = log.scrollHeight;

document.getElementById("outcome")?.focus({ preventScroll: false });
