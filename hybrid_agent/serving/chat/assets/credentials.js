// Who chats. The token is held in memory: from the page that embeds this one, from the address (behind #) where
// none does, or for somebody whom the shop does not know from the server. Only that last one is kept, until the
// tab closes. In a frame the address is not believed: whoever made the link would read along.

const WAIT_MS = 10_000;
const KEPT = "hybrid-agent-visitor";

export class Credentials {
  constructor({ origins, anonymous }) {
    this.token = null;
    this.anonymous = anonymous;
    const named = new URLSearchParams(location.search).get("in");
    this.parent = window.parent !== window && origins.includes(named) ? named : null;
  }

  async begin() {
    this.token = (await this.fromParent()) ?? fromAddress() ?? (await this.asVisitor());
    return this.token !== null;
  }

  // A token that ended: the embedding page may have a new one. A visitor begins anew.
  async renew() {
    const visitor = kept() === this.token && this.token !== null;
    const token = visitor ? (keep(null), await this.asVisitor()) : await this.fromParent();
    if (token === null || token === this.token) return false;
    this.token = token;
    return true;
  }

  use(token) {
    this.token = token;
    keep(null);
  }

  tell(message) {
    if (this.parent) window.parent.postMessage({ hybridAgent: message }, this.parent);
  }

  fromParent() {
    if (!this.parent) return null;
    return new Promise((resolve) => {
      const settle = (token) => {
        removeEventListener("message", heard);
        clearTimeout(waiting);
        resolve(token);
      };
      const heard = (event) => {
        if (event.source !== window.parent || event.origin !== this.parent) return;
        if (event.data?.hybridAgent === "token") settle(event.data.token || null);
      };
      const waiting = setTimeout(() => settle(null), WAIT_MS);
      addEventListener("message", heard);
      this.tell("token wanted");
    });
  }

  async asVisitor() {
    if (!this.anonymous) return null;
    const known = kept();
    if (known) return known;
    const answer = await fetch("/chat/visit", { method: "POST", credentials: "omit" });
    if (!answer.ok) return null;
    const { token } = await answer.json();
    keep(token);
    return token;
  }
}

export async function sampleToken(customer) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ customer });
  const answer = await fetch("/chat/sample", { method: "POST", headers, body, credentials: "omit" });
  return answer.ok ? (await answer.json()).token : null;
}

function fromAddress() {
  if (window.parent !== window) return null;
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

function kept() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null; // storage is blocked: a reload begins anew
  }
}

function keep(token) {
  try {
    if (token === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, token);
  } catch {
    // storage is blocked: the token lives as long as the page
  }
}
