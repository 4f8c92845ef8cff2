// Draws the conversation. Whatever anybody wrote is set as text, never as markup.

const log = document.getElementById("log");
const typing = document.getElementById("typing");
const speaker = document.getElementById("speaker");
const pending = document.getElementById("pending");
const options = document.getElementById("options");
const offline = document.getElementById("offline");
const wantPerson = document.getElementById("want-person");
const writing = document.getElementById("writing");
const ending = document.getElementById("ending");

const drawn = new Map(); // what the log shows, by key: {element, drawing}
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

// The latest words stay in sight, unless the reader has gone back to earlier ones.
let atEnd = true;
let size = "";
function toEnd() {
  size = sized();
  if (atEnd) log.scrollTop = log.scrollHeight;
}
const sized = () => `${log.scrollHeight} ${log.clientHeight}`;
log.addEventListener("scroll", () => {
  if (size !== sized()) toEnd(); // not the reader has moved it: the window has another size
  else atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
});
new ResizeObserver(toEnd).observe(log);

export function draw(talk, actions) {
  drawLog(items(talk), actions);
  typing.hidden = !talk.typing || talk.ended;
  speaker.textContent = who(talk.standing);
  speaker.dataset.speaker = talk.standing.speaker;
  offline.hidden = talk.online;
  drawPending(talk.standing);
  drawOptions(talk.ended ? [] : talk.options, actions);
  wantPerson.hidden = talk.standing.waiting || talk.standing.speaker === "person";
  writing.hidden = talk.ended;
  ending.hidden = !(talk.ended || talk.finished);
  ending.querySelector("#again").hidden = !talk.ended;
  toEnd();
}

function who({ speaker: kind, name, waiting }) {
  if (kind === "person") return `You are talking to ${name ?? "a colleague"}, a person.`;
  if (waiting) return "A colleague has been asked to take over. You can keep writing.";
  return "You are talking to our assistant, which is a bot.";
}

function items(talk) {
  const shown = [];
  for (const message of [...talk.messages.values()].sort((one, other) => one.id - other.id)) {
    shown.push({ key: `${message.by}:${message.mark}`, ...message });
  }
  for (const entry of talk.outbox) {
    shown.push({ key: `customer:${entry.id}`, by: "customer", sources: [], ...entry });
    const draft = talk.drafts.get(entry.id);
    if (draft) shown.push(drafted(entry.id, draft));
  }
  for (const [id, draft] of talk.drafts) {
    if (!talk.outbox.some((entry) => entry.id === id)) shown.push(drafted(id, draft));
  }
  return shown;
}

function drafted(id, text) {
  return { key: `draft:${id}`, by: "bot", text, sources: [], state: "draft" };
}

function drawLog(shown, actions) {
  const keys = new Set(shown.map((item) => item.key));
  for (const item of shown) adopt(item, keys);
  for (const [key, { element }] of drawn) {
    if (!keys.has(key)) {
      element.remove();
      drawn.delete(key);
    }
  }
  shown.forEach((item, place) => {
    const drawing = JSON.stringify(item);
    const known = drawn.get(item.key);
    const element = known?.element ?? document.createElement("div");
    if (known?.drawing !== drawing) fill(element, item, actions);
    drawn.set(item.key, { element, drawing });
    if (log.children[place] !== element) log.insertBefore(element, log.children[place] ?? null);
  });
}

// A reply that is complete takes the place of its draft, so that nobody is read it twice.
function adopt(item, keys) {
  if (item.by !== "bot" || drawn.has(item.key) || item.state === "draft") return;
  const draft = `draft:${item.mark.slice(0, item.mark.lastIndexOf(":"))}`;
  if (!drawn.has(draft) || keys.has(draft)) return;
  drawn.set(item.key, drawn.get(draft));
  drawn.delete(draft);
}

function fill(element, item, actions) {
  element.className = `message ${item.by}`;
  element.setAttribute("aria-busy", String(item.state === "draft"));
  let name = element.querySelector(".name");
  let text = element.querySelector(".text");
  if (!text) {
    name = made("p", "name");
    text = made("p", "text");
    element.append(name, text);
  }
  name.textContent = label(item);
  name.hidden = item.by === "notice";
  if (text.textContent !== item.text) text.textContent = item.text;
  for (const extra of element.querySelectorAll(".sources, .state")) extra.remove();
  if (item.sources.length) element.append(sources(item.sources));
  if (item.state === "queued") element.append(said("state", "Waits until the message before it is read"));
  if (item.state === "sending") element.append(said("state", "Sending…"));
  if (item.state === "failed") element.append(failed(item, actions));
}

function label(item) {
  const at = item.at ? ` · ${time.format(new Date(item.at))}` : "";
  if (item.by === "customer") return `You${at}`;
  if (item.by === "person") return `${item.name ?? "Colleague"} (person)${at}`;
  return `Assistant (bot)${at}`;
}

function sources(listed) {
  const list = made("ol", "sources");
  list.setAttribute("aria-label", "Sources");
  for (const source of listed) {
    const entry = document.createElement("li");
    entry.value = source.number;
    entry.append(source.url && webAddress(source.url) ? link(source) : source.title);
    list.append(entry);
  }
  return list;
}

function link(source) {
  const anchor = said("", source.title, "a");
  anchor.href = source.url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

function webAddress(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

function failed(item, actions) {
  const state = said("state failed", `${item.why} `);
  const again = said("", "Send again", "button");
  again.type = "button";
  again.addEventListener("click", () => actions.retry(item.id));
  state.append(again);
  return state;
}

function drawPending(standing) {
  const lines = standing.pending.map(
    ({ what, until }) => `A colleague decides by ${time.format(new Date(until))}: ${what}.`,
  );
  if (pending.textContent !== lines.join("")) pending.replaceChildren(...lines.map((each) => said("", each)));
  pending.hidden = lines.length === 0;
}

function drawOptions(offered, actions) {
  const drawing = JSON.stringify(offered);
  if (options.dataset.drawing === drawing) return;
  options.dataset.drawing = drawing;
  options.hidden = offered.length === 0;
  options.replaceChildren(
    ...offered.map((text) => {
      const button = said("", text, "button");
      button.type = "button";
      button.addEventListener("click", () => actions.say(text));
      return button;
    }),
  );
}

function said(kind, text, tag = "p") {
  const element = made(tag, kind);
  element.textContent = text;
  return element;
}

function made(tag, kind) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  return element;
}
