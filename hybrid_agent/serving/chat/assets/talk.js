// The conversation as it is known here: what the server has told, what is on its way, what is being said.
// No page in it: `changed` is called after every change.

const BOT_SILENT_MS = 30_000;

export class Talk {
  constructor(changed) {
    this.changed = changed;
    this.clear();
  }

  clear() {
    this.conversation = null;
    this.messages = new Map(); // by the server's id, in order
    this.outbox = []; // {id, text, person, state: "queued" | "sending" | "failed", why}
    this.drafts = new Map(); // what the bot is saying, by the id of the message that it answers
    this.options = [];
    this.offered = null; // the message that the options answer
    this.standing = { speaker: "bot", name: null, waiting: false, pending: [] };
    this.online = true;
    this.ended = false;
    this.finished = false; // a person has given the conversation back
    this.listening = 0; // until when an answer of the bot may be expected, in ms
  }

  get last() {
    return Math.max(0, ...this.messages.keys());
  }

  get typing() {
    if (this.standing.speaker !== "bot" || this.standing.waiting || this.drafts.size) return false;
    if (this.outbox.some((each) => each.state !== "failed")) return true;
    return Date.now() < this.listening;
  }

  tell(change) {
    Object.assign(this, change);
    this.changed();
  }

  told(message) {
    if (this.messages.has(message.id)) return;
    this.messages.set(message.id, message);
    if (message.by === "customer") {
      this.outbox = this.outbox.filter((each) => each.id !== message.mark);
      if (message.mark !== this.offered) this.options = [];
      this.listen(Date.now() + BOT_SILENT_MS);
    } else {
      this.drafts.delete(answered(message));
      this.listen(0);
    }
    this.changed();
  }

  listen(until) {
    this.listening = until;
    clearTimeout(this.waiting);
    if (until) this.waiting = setTimeout(() => this.changed(), until - Date.now());
  }

  stands(standing) {
    this.finished ||= this.standing.speaker === "person" && standing.speaker === "bot" && !standing.waiting;
    if (standing.speaker === "person") this.finished = false;
    this.tell({ standing });
  }

  queue(text, person = false) {
    const entry = { id: newId(), text, person, state: "queued", why: "" };
    this.tell({ outbox: [...this.outbox, entry], options: [] });
    return entry;
  }

  set(id, change) {
    this.tell({ outbox: this.outbox.map((each) => (each.id === id ? { ...each, ...change } : each)) });
  }

  heard(id) {
    return [...this.messages.values()].some((each) => each.by === "customer" && each.mark === id);
  }

  said(id, piece) {
    if ([...this.messages.values()].some((each) => each.by === "bot" && answered(each) === id)) return;
    this.drafts.set(id, (this.drafts.get(id) ?? "") + piece);
    this.changed();
  }

  // A turn is over: its reply comes in the transcript; one that was not said after all is taken back.
  turned(id, turn) {
    if (!turn.reply) this.drafts.delete(id);
    if (this.heard(id)) this.listen(0);
    const answerable = this.outbox.every((each) => each.id === id);
    this.stands(turn.standing);
    this.tell({ options: answerable ? turn.options : [], offered: id });
  }

  // What a send was cut off in: the stream of the conversation tells what became of it.
  broken(id, why) {
    this.drafts.delete(id);
    if (this.heard(id)) this.changed();
    else this.set(id, { state: "failed", why });
  }
}

function answered(message) {
  return message.mark.slice(0, message.mark.lastIndexOf(":"));
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");
}
