// The chat's addresses, called with the token that the page holds.

import { events } from "./sse.js";

const SIGNED_OUT = "You have been signed out. Please open the chat again from the shop's page.";

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class Api {
  constructor(credentials) {
    this.credentials = credentials;
  }

  begin() {
    return this.json("POST", "/chat/conversations");
  }

  async latest() {
    return (await this.json("GET", "/chat/conversations")).conversations[0] ?? null;
  }

  transcript(conversation) {
    return this.json("GET", `/chat/conversations/${conversation}/messages`);
  }

  rate(conversation, rating) {
    return this.call("POST", `/chat/conversations/${conversation}/rating`, rating);
  }

  send(conversation, id, text) {
    return this.stream("POST", `/chat/conversations/${conversation}/messages`, { id, text });
  }

  wantPerson(conversation, id) {
    return this.stream("POST", `/chat/conversations/${conversation}/person`, { id });
  }

  follow(conversation, after, signal) {
    return this.stream("GET", `/chat/conversations/${conversation}/events`, undefined, after, signal);
  }

  async json(method, path, body) {
    return (await this.call(method, path, body)).json();
  }

  async *stream(method, path, body, after, signal) {
    const aborting = new AbortController();
    const abort = () => aborting.abort();
    signal?.addEventListener("abort", abort);
    try {
      const headers = after === undefined ? {} : { "Last-Event-ID": String(after) };
      const response = await this.call(method, path, body, headers, aborting.signal);
      yield { name: "open", data: null };
      yield* events(response, abort);
    } finally {
      signal?.removeEventListener("abort", abort);
      abort();
    }
  }

  async call(method, path, body, headers = {}, signal = undefined) {
    const answer = await this.once(method, path, body, headers, signal);
    if (answer.status !== 401 || !(await this.credentials.renew())) return accepted(answer);
    return accepted(await this.once(method, path, body, headers, signal));
  }

  once(method, path, body, headers, signal) {
    const sent = { Authorization: `Bearer ${this.credentials.token}`, ...headers };
    if (body !== undefined) sent["Content-Type"] = "application/json";
    const content = body === undefined ? undefined : JSON.stringify(body);
    return fetch(path, { method, headers: sent, body: content, signal, credentials: "omit", cache: "no-store" });
  }
}

async function accepted(answer) {
  if (answer.ok) return answer;
  if (answer.status === 401) throw new Refused(401, SIGNED_OUT);
  const problem = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, problem.detail ?? "This did not work.");
}
