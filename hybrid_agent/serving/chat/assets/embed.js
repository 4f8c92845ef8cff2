// Puts the chat on a shop's page: a button, and behind it the chat in a frame. One script tag is all:
//   <script src="https://support.example.com/chat/embed.js" data-token="supportToken" async></script>
// `data-token` names a function of the page that gives the signed-in customer's token, or nothing.

(() => {
  const tag = document.currentScript;
  const home = new URL(tag.src).origin;
  const label = tag.dataset.label || "Chat with us";
  const button = document.createElement("button");
  let frame = null;
  let unread = 0;

  const style = (element, rules) => Object.assign(element.style, rules);

  function show() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      frame.id = "hybrid-agent-chat";
      frame.src = `${home}/chat?in=${encodeURIComponent(location.origin)}`;
      frame.referrerPolicy = "origin";
      style(frame, {
        position: "fixed", right: "max(0px, min(16px, 100vw - 396px))", bottom: "72px", zIndex: "2147483000",
        width: "min(380px, 100vw)", height: "min(620px, 100vh - 72px)", border: "1px solid #6b7280",
        borderRadius: "12px", background: "#fff", colorScheme: "light dark",
      });
      document.body.append(frame);
    }
    frame.hidden = false;
    frame.style.display = "block";
    count(0);
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  }

  function hide() {
    frame.style.display = "none";
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  const isOpen = () => frame !== null && frame.style.display !== "none";

  function count(news) {
    unread = news;
    button.textContent = unread ? `${label} (${unread} new)` : label;
  }

  async function token() {
    const give = window[tag.dataset.token];
    if (typeof give !== "function") return null;
    try {
      return (await give()) || null;
    } catch {
      return null; // the chat goes on without a customer, or says that it cannot
    }
  }

  addEventListener("message", async (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
    const asked = event.data?.hybridAgent;
    if (asked === "token wanted") {
      frame.contentWindow.postMessage({ hybridAgent: "token", token: await token() }, home);
    } else if (asked === "close") {
      hide();
    } else if (asked === "said" && !isOpen()) {
      count(unread + 1);
    }
  });

  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "hybrid-agent-chat");
  style(button, {
    position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483001", padding: "12px 20px",
    font: "600 16px/1.2 system-ui, sans-serif", color: "#fff", background: "#1d4ed8", border: "2px solid #fff",
    borderRadius: "999px", cursor: "pointer",
  });
  button.addEventListener("click", () => (isOpen() ? hide() : show()));
  count(0);
  const place = () => document.body.append(button);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
})();
