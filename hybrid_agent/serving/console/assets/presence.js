// A sign of life while somebody has a conversation open and looks at it; and how much time is left.

const SIGN_MS = 60_000, MINUTE = 60_000;

const kept = document.querySelector("[data-keep]");
if (kept) {
  sign();
  setInterval(sign, SIGN_MS);
  document.addEventListener("visibilitychange", sign);
}
setInterval(times, MINUTE / 2);

async function sign() {
  if (document.visibilityState !== "visible") return;
  const csrf = document.querySelector('meta[name="csrf"]').content;
  const options = { method: "POST", headers: { "x-csrf-token": csrf, accept: "application/json" } };
  await fetch(kept.dataset.keep, options).catch(() => null);
}

function times() {
  for (const each of document.querySelectorAll("[data-left]")) {
    each.textContent = span(Math.abs(Date.parse(each.dataset.left) - Date.now()));
  }
}

function span(ms) {
  const minutes = Math.floor(ms / MINUTE), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${days} d ${hours % 24} h`;
}
