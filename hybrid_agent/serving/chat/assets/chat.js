// The customer's chat page: what is typed goes out, what is said anywhere in the conversation comes in.

import { Api, Refused } from "./api.js";
import { Credentials, sampleToken } from "./credentials.js";
import { Talk } from "./talk.js";
import { draw } from "./view.js";

const RESUMED_MS = 12 * 60 * 60 * 1000; // a conversation that is older is not gone on with unasked
const LONGEST_WAIT_MS = 15_000;
const LOST = "It could not be sent.";

const page = document.body.dataset;
const form = document.getElementById("write");
const text = document.getElementById("text");
const rating = document.getElementById("rating");
const samples = document.getElementById("samples");
const trouble = document.getElementById("trouble");

const actions = { say, retry };
const talk = new Talk(() => draw(talk, actions));
const credentials = new Credentials({ origins: JSON.parse(page.origins), anonymous: page.anonymous === "yes" });
const api = new Api(credentials);
let following = null; // ends the stream of the conversation
let waking = () => {};

async function begin() {
  if (samples && !location.hash.includes("token=") && window.parent === window) return showSamples();
  await enter((await credentials.begin()) ? null : "Please sign in at the shop, then open the chat again.");
}

async function enter(problem) {
  trouble.hidden = problem === null;
  trouble.textContent = problem ?? "";
  form.inert = problem !== null;
  if (problem !== null) return;
  document.getElementById("chat").hidden = false;
  try {
    const latest = await api.latest();
    if (latest && Date.now() - Date.parse(latest.last_at) < RESUMED_MS) await open(latest.id);
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return enter(error.message);
    talk.tell({ online: false });
    await pause(2_000);
    return enter(null);
  }
  draw(talk, actions);
  if (credentials.parent) text.focus();
}

async function open(conversation) {
  const { messages, standing } = await api.transcript(conversation);
  talk.tell({ conversation, standing });
  messages.forEach((each) => talk.told(each));
  talk.listen(0);
  follow(conversation);
}

// Stays until the conversation is left: a stream that breaks is begun again behind the last message.
async function follow(conversation) {
  following?.abort();
  const leaving = (following = new AbortController());
  for (let wait = 500; !leaving.signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      for await (const event of api.follow(conversation, talk.last, leaving.signal)) {
        if (event.name === "open") wait = 250;
        if (event.name === "again" || event.name === "forbidden") break;
        tell(event);
      }
    } catch (error) {
      if (error instanceof Refused && [401, 403, 404].includes(error.status)) return gone(error);
    }
    if (leaving.signal.aborted) return;
    if (wait > 250) talk.tell({ online: false });
    await pause(wait + Math.random() * 250);
  }
}

function tell({ name, data }) {
  if (name === "retry") return talk.tell({ online: false });
  if (!talk.online) talk.tell({ online: true });
  if (name === "message") {
    talk.told(data);
    if (data.by !== "customer") credentials.tell("said");
    proceed();
  } else if (name === "standing") {
    talk.stands(data);
  }
}

function gone(error) {
  trouble.hidden = false;
  trouble.textContent = error.message;
  talk.tell({ ended: true });
}

function say(words) {
  talk.queue(words);
  text.focus();
  return proceed();
}

function retry(id) {
  talk.set(id, { state: "queued", why: "" });
  return proceed();
}

// One message goes out at a time, in order: the next once the one before has been read.
async function proceed() {
  const next = talk.outbox.find((each) => each.state !== "failed");
  if (!next || next.state === "sending") return;
  talk.set(next.id, { state: "sending" });
  try {
    await send(next);
  } catch (error) {
    talk.broken(next.id, error instanceof Refused ? error.message : LOST);
  }
  proceed();
}

async function send({ id, text: words, person }) {
  if (talk.conversation === null) {
    const begun = await api.begin();
    talk.tell({ conversation: begun.id });
    follow(begun.id);
  }
  const conversation = talk.conversation;
  const stream = person ? api.wantPerson(conversation, id) : api.send(conversation, id, words);
  for await (const { name, data } of stream) {
    if (name === "piece") talk.said(id, data.text);
    if (name === "turn") return talk.turned(id, data);
    if (name === "failed") return talk.broken(id, data.message);
  }
  talk.broken(id, LOST);
}

function pause(ms) {
  return new Promise((resolve) => {
    const waiting = setTimeout(resolve, ms);
    waking = () => (clearTimeout(waiting), resolve());
  });
}

function anew() {
  following?.abort();
  rating.hidden = false;
  document.getElementById("thanks").hidden = true;
  rating.reset();
  trouble.hidden = true;
  talk.clear();
  draw(talk, actions);
  text.focus();
}

function showSamples() {
  samples.hidden = false;
  samples.addEventListener("submit", async (event) => {
    event.preventDefault();
    const customer = new FormData(samples).get("customer");
    const token = customer ? await sampleToken(customer) : await credentials.asVisitor();
    if (token === null) return enter("This sample sign-in does not work. Load the page again.");
    customer ? credentials.use(token) : (credentials.token = token);
    samples.hidden = true;
    await enter(null);
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (!words) return;
  text.value = "";
  say(words);
});

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

document.getElementById("want-person").addEventListener("click", () => {
  talk.queue("I want to talk to a person.", true);
  proceed();
});

document.getElementById("end").addEventListener("click", () => {
  if (talk.conversation === null) return credentials.tell("close");
  talk.tell({ ended: true });
  document.getElementById("ending").querySelector("h2").focus();
});

document.getElementById("again").addEventListener("click", anew);

rating.addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(rating);
  const score = Number(given.get("score"));
  if (!score) return;
  try {
    await api.rate(talk.conversation, { score, comment: given.get("comment").trim() });
  } catch {
    return (document.getElementById("unrated").hidden = false);
  }
  document.getElementById("unrated").hidden = true;
  rating.hidden = true;
  document.getElementById("thanks").hidden = false;
});

addEventListener("keydown", (event) => event.key === "Escape" && credentials.tell("close"));
addEventListener("online", () => waking());
addEventListener("offline", () => talk.tell({ online: false }));
addEventListener("pageshow", (event) => event.persisted && talk.conversation && follow(talk.conversation));

begin();
