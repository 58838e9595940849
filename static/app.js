// What htmx does not do: the socket's position, rows that come on top, controls that follow a live root,
// times in the viewer's zone, toasts, and the line that says whether the page is live.
(() => {
  "use strict";
  const body = document.body, toasts = document.getElementById("toasts");
  const skew = Date.parse(document.querySelector('meta[name="now"]').content) - Date.now();
  const MOST_ROWS = 50, POLL_AFTER = 3, POLL_EVERY = 15000, SETTLED_MS = 500, TOAST_MS = 10000;
  let position = body.dataset.position || "0";
  let failures = 0, polling = 0, settling = 0;

  // The socket says from where it wants to go on; the page read its position before its data.
  if (window.htmx) htmx.createWebSocket = (url) => new WebSocket(`${url}&after=${position}`);
  // A full server opens a socket and closes it at once: that counts as a failure too, and tries get rarer.
  if (window.htmx) htmx.config.wsReconnectDelay = () => 1000 * 2 ** Math.min(failures, 6) * Math.random();

  document.addEventListener("htmx:wsBeforeMessage", (event) => {
    const message = event.detail.message;
    if (message === "<!--reload-->") return location.reload();
    const at = /^<!--(\d+)-->/.exec(message);
    if (at) position = String(Math.max(Number(position), Number(at[1])));
    const root = /^<!--\d+--><\w+ id="([^"]+)"(?: data-onto="([^"]+)")?/.exec(message);
    if (!root || document.getElementById(root[1])) return;
    event.preventDefault(); // the extension takes what this page does not show for an error
    if (root[2]) putOnTop(document.getElementById(root[2]), message);
  });

  function putOnTop(list, html) {
    if (!list) return;
    const box = document.createElement("template");
    box.innerHTML = html;
    const row = box.content.firstElementChild;
    row.classList.add("new-in");
    list.prepend(row);
    tell(row);
    while (list.children.length > MOST_ROWS) list.lastElementChild.remove();
  }

  // Buttons stand beside a live root and are fetched again when it was redrawn, never under somebody's cursor.
  function follow(block, root) {
    if (!block.isConnected || (root.dataset.at && root.dataset.at === block.dataset.at)) return;
    const held = document.activeElement;
    if (block.contains(held) && held.matches("input, textarea, select"))
      block.addEventListener("focusout", () => setTimeout(() => follow(block, root)), { once: true });
    else htmx.trigger(block, "follow");
  }
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const id = event.detail.target.id, root = document.getElementById(id) || document.body;
    tell(root);
    for (const block of document.querySelectorAll(`[data-follows~="${CSS.escape(id)}"]`)) follow(block, root);
  });
  document.addEventListener("htmx:afterSettle", (event) => tell(event.target));

  // Whether the page is live. After some failures it looks for itself, until a socket opens again.
  function say(state, words) {
    for (const line of document.querySelectorAll("[data-live-state]")) {
      line.dataset.state = state;
      line.textContent = words;
    }
  }
  document.addEventListener("htmx:wsOpen", () => (settling = setTimeout(settled, SETTLED_MS)));
  function settled() {
    clearInterval(polling);
    failures = polling = 0;
    say("live", "Live");
  }
  document.addEventListener("htmx:wsClose", (event) => {
    const code = event.detail.event.code;
    clearTimeout(settling);
    failures += 1;
    if (code === 1008) return say("offline", "Signed out or too old: load again");
    say("offline", "Connection lost, trying again");
    if (failures >= POLL_AFTER && !polling) polling = setInterval(look, POLL_EVERY);
  });
  async function look() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    position = fresh.body.dataset.position || position;
    for (const root of fresh.querySelectorAll("[data-live]")) {
      const mine = document.getElementById(root.id);
      if (mine && mine.outerHTML !== root.outerHTML) {
        mine.replaceWith(root);
        tell(root);
        for (const block of document.querySelectorAll(`[data-follows~="${CSS.escape(root.id)}"]`)) follow(block, root);
      }
    }
  }

  // Times: the server writes the team's zone, the page shows the viewer's; what is near is said in relative words.
  const zone = body.dataset.zone || undefined;
  const exact = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const dated = new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  const clockOf = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  function words(then) {
    const now = new Date(Date.now() + skew), gap = then - now, near = Math.abs(gap);
    const minutes = Math.round(near / 60000), hours = Math.floor(minutes / 60);
    const span = minutes < 60 ? `${minutes} min` : `${hours} h ${minutes % 60} min`;
    if (near < 60000) return gap < 5000 ? "just now" : "in a moment"; // two clocks differ by a second or so
    if (near < 12 * 3600000) return gap < 0 ? `${span} ago` : `in ${span}`;
    if (dayOf.format(then) === dayOf.format(now)) return `Today ${clockOf.format(then)}`;
    if (dayOf.format(then) === dayOf.format(new Date(now.getTime() + 86400000))) return `Tomorrow ${clockOf.format(then)}`;
    return then.getFullYear() === now.getFullYear() ? exact.format(then) : dated.format(then);
  }
  function tell(root) {
    for (const time of root.querySelectorAll ? root.querySelectorAll("time[datetime*='T']") : []) {
      const then = new Date(time.dateTime);
      if (Number.isNaN(then.getTime())) continue;
      time.title = `${dated.format(then)} (${zone || "your time"})`;
      time.textContent = words(then);
    }
    // The list of requests is the same for everybody's page; which one is open is marked here.
    const shown = document.querySelector("[data-shows]");
    if (shown) for (const link of document.querySelectorAll(`nav[data-live] a`)) link.pathname === shown.dataset.shows ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
  tell(document);
  setInterval(() => tell(document), 30000);

  // Forms: no double press, and the zone of a newcomer's browser.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    setTimeout(() => event.target.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form button[disabled]:not([data-off])").forEach((button) => (button.disabled = false)));
  // A row of tabs that scrolls begins at the one that is open.
  for (const tab of document.querySelectorAll("nav > [aria-current]")) {
    const row = tab.parentElement.getBoundingClientRect(), at = tab.getBoundingClientRect();
    tab.parentElement.scrollLeft += at.left - row.left - (row.width - at.width) / 2; }
  for (const field of document.querySelectorAll("input[data-browser-zone]")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim()).then(() => toast("Copied"));
    if (event.target.closest("[data-print]")) window.print();
  });
  for (const button of document.querySelectorAll("[data-print]")) button.hidden = false; // no script, no button
  window.addEventListener("beforeprint", () => document.querySelectorAll("[data-printed]").forEach((one) => (one.textContent = `Printed ${dated.format(Date.now() + skew)} (${dated.resolvedOptions().timeZone})`)));

  // However it came, a toast goes after a while; not under somebody's pointer, nor with the focus in it.
  const toast = (text) => toasts.append(Object.assign(document.createElement("div"), { className: "toast", textContent: text }));
  const fade = (one) => one.nodeType === 1 && setTimeout(() => (one.matches(":hover, :focus-within") ? fade(one) : one.remove()), TOAST_MS);
  for (const one of toasts ? toasts.children : []) fade(one);
  if (toasts) new MutationObserver((all) => all.forEach((one) => one.addedNodes.forEach(fade))).observe(toasts, { childList: true });
  // What htmx does not swap is said, so that no press is lost silently.
  document.addEventListener("htmx:responseError", (event) => {
    const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    toast(answer.querySelector("[role=alert]")?.textContent.trim() || "That did not work. Load the page again.");
  });
  document.addEventListener("htmx:sendError", () => toast("No connection. Nothing was saved."));
  document.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value));
})();
