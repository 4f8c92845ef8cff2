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
    this.standing = { speaker: "bot", name: null, waiting: false, pending: [] };
    this.online = true;
    this.ended = false;
    this.finished = false; // a person has given the conversation back
  }

  get last() {
    return Math.max(0, ...this.messages.keys());
  }

  get typing() {
    if (this.standing.speaker !== "bot" || this.standing.waiting || this.drafts.size) return false;
    if (this.outbox.some((each) => each.state !== "failed")) return true;
    const latest = this.messages.get(this.last);
    return latest?.by === "customer" && Date.now() - Date.parse(latest.at) < BOT_SILENT_MS;
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
      this.options = [];
    } else if (message.by === "bot") {
      this.drafts.delete(answered(message));
    }
    this.changed();
  }

  stands(standing) {
    this.finished ||= this.standing.speaker === "person" && standing.speaker === "bot" && !standing.waiting;
    if (standing.speaker === "person") this.finished = false;
    this.tell({ standing });
  }

  queue(text, person = false) {
    const entry = { id: crypto.randomUUID(), text, person, state: "queued", why: "" };
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
    const answerable = this.outbox.every((each) => each.id === id);
    this.stands(turn.standing);
    this.tell({ options: answerable ? turn.options : [] });
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
