// A page that reads itself again when something has changed, and never moves what one is about to click.
//
// Elements with data-part are replaced by their newer selves. New messages are added to the log; cases that are
// new are counted, those that are gone are struck out; a case that stands otherwise is announced.

const page = document.querySelector("[data-live]");
const GAP_MS = Number(page?.dataset.gap ?? 250); // changes within this time are read together
const HIDDEN_GAP_MS = 10_000; // nobody looks, but the title still counts
const FIRST_WAIT_MS = 1_000, LONGEST_WAIT_MS = 30_000;
let planned = null, busy = false, again = false, lastRead = 0, stream = null, wait = FIRST_WAIT_MS;

if (page) {
  listen();
  document.addEventListener("visibilitychange", () => { if (planned !== null) readSoon(); });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", event => { if (event.persisted) location.reload(); });
}

function listen() {
  stream = new EventSource(page.dataset.live);
  stream.addEventListener("changed", () => readSoon());
  stream.addEventListener("away", () => away(true));
  stream.addEventListener("forbidden", () => { stream.close(); location.reload(); });
  stream.onopen = () => { away(false); wait = FIRST_WAIT_MS; };
  stream.onerror = () => { away(true); if (stream.readyState === EventSource.CLOSED) listenLater(); };
}

// A browser begins a broken stream again by itself, but not where the answer was an error, such as a proxy's.
function listenLater() {
  setTimeout(async () => { await read(); listen(); }, wait);
  wait = Math.min(2 * wait, LONGEST_WAIT_MS);
}

function away(is) {
  for (const each of document.querySelectorAll("[data-away]")) each.hidden = !is;
}

function readSoon() {
  if (busy) { again = true; return; }
  clearTimeout(planned);
  const gap = document.hidden ? Math.max(HIDDEN_GAP_MS, GAP_MS) : GAP_MS;
  planned = setTimeout(readNow, Math.max(50, lastRead + gap - Date.now()));
}

async function readNow() {
  [busy, again, planned] = [true, false, null];
  try { await read(); } finally { [busy, lastRead] = [false, Date.now()]; }
  if (again) readSoon();
}

async function read() {
  const here = new URL(location.href);
  here.searchParams.delete("outcome");
  here.hash = "";
  const answer = await fetch(here, { headers: { accept: "text/html" } }).catch(() => null);
  if (answer?.status === 401) { location.reload(); return; }
  if (!answer?.ok) { away(true); return; }
  away(false);
  const newer = new DOMParser().parseFromString(await answer.text(), "text/html");
  replaceParts(newer);
  addMessages(newer);
  compareCases(newer);
  compareStand(newer);
}

function replaceParts(newer) {
  for (const old of document.querySelectorAll("[data-part]")) {
    const part = newer.querySelector(`[data-part="${CSS.escape(old.dataset.part)}"]`);
    if (!part || old.contains(document.activeElement) || old.innerHTML === part.innerHTML) continue;
    old.replaceChildren(...document.adoptNode(part).childNodes);
  }
}

function addMessages(newer) {
  const log = document.querySelector("[data-log]"), other = newer.querySelector("[data-log]");
  if (!other) return;
  if (!log) { announce(); return; }
  const box = log.parentElement, atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  const last = Number(log.lastElementChild?.dataset.id ?? 0);
  for (const each of [...other.children]) {
    if (Number(each.dataset.id) > last) log.append(document.adoptNode(each));
  }
  if (atEnd) box.scrollTop = box.scrollHeight;
}

function compareCases(newer) {
  const fresh = document.querySelector("[data-fresh]");
  if (!fresh) return;
  const now = new Set([...newer.querySelectorAll("[data-case]")].map(each => each.dataset.case));
  const shown = new Set();
  for (const row of document.querySelectorAll("[data-case]")) {
    shown.add(row.dataset.case);
    row.classList.toggle("gone", !now.has(row.dataset.case));
  }
  const count = [...now].filter(each => !shown.has(each)).length;
  fresh.hidden = count === 0;
  fresh.querySelector("[data-fresh-count]").textContent = count;
  document.title = (count ? `${count} new · ` : "") + newer.title;
}

function compareStand(newer) {
  const other = newer.querySelector("[data-stands]");
  if (other && page.dataset.stands !== undefined && other.dataset.stands !== page.dataset.stands) announce();
}

function announce() {
  for (const each of document.querySelectorAll("[data-outdated]")) each.hidden = false;
}
