// The board's two extras: one menu that opens beside the card it was asked from, and cards that are dragged to
// another lane. Both send the forms everybody has without JavaScript; what comes back is the board as it is.
(() => {
  "use strict";
  const place = document.getElementById("board-place"), menu = document.getElementById("task-menu");
  if (!place || !window.htmx) return;
  let opener = null, dragged = null, missed = false, sent = Promise.resolve();

  // The menu: fetched by the card's link, shown beside it, closed by Escape or a press elsewhere (it is a popover).
  place.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === menu) opener = event.detail.elt;
  });
  // Once it is settled: before that its forms are not htmx's yet, and a quick Enter would leave the page.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== menu || !opener || menu.matches(":popover-open")) return;
    menu.showPopover();
    const at = opener.getBoundingClientRect(), size = menu.getBoundingClientRect();
    const below = at.bottom + size.height < innerHeight || at.top < size.height;
    menu.style.left = `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`;
    menu.style.top = `${Math.max(8, below ? Math.min(at.bottom, innerHeight - size.height - 8) : at.top - size.height)}px`;
    menu.querySelector("button, a").focus();
  });
  menu.addEventListener("htmx:beforeRequest", () => menu.hidePopover());
  menu.addEventListener("toggle", (event) => {
    // The card may have been drawn again while the menu was open.
    if (event.newState === "closed" && opener) document.getElementById(opener.id)?.focus({ preventScroll: true });
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...menu.querySelectorAll("button, a")];
    all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
    event.preventDefault();
  });

  // A redrawn board keeps the focus where it was: the same element by its id.
  let held = "";
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const focused = document.activeElement;
    held = focused && event.detail.target.contains(focused) ? focused.id : "";
  });
  document.addEventListener("htmx:oobAfterSwap", () => held && document.getElementById(held)?.focus({ preventScroll: true }));

  // Dragging. Nothing moves until the server said so.
  if (!("mayMove" in place.dataset)) return;
  const laneAt = (event) => event.target.closest && event.target.closest(".lane[data-move]");
  place.addEventListener("pointerdown", (event) => {
    const card = event.pointerType === "mouse" && event.target.closest(".task[data-task]");
    if (card) card.draggable = true;
  });
  place.addEventListener("dragstart", (event) => {
    dragged = event.target.closest(".task[data-task]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector("h3").textContent.trim());
    dragged.classList.add("dragged");
  });
  place.addEventListener("dragover", (event) => {
    const lane = dragged && laneAt(event);
    for (const one of place.querySelectorAll(".lane.over")) if (one !== lane) one.classList.remove("over");
    if (!lane) return;
    event.preventDefault();
    lane.classList.toggle("over", !lane.contains(dragged));
  });
  place.addEventListener("drop", (event) => {
    const lane = dragged && laneAt(event);
    if (!lane || lane.contains(dragged)) return;
    event.preventDefault();
    const card = dragged, area = "#tasks-area";
    card.setAttribute("aria-busy", "true");
    sent = htmx.ajax("POST", `/tasks/${card.dataset.task}/moves`, {
      source: card, target: area, select: area, selectOOB: "#toasts:beforeend", swap: "outerHTML",
      values: { move: lane.dataset.move, version: card.dataset.version, form_token: crypto.randomUUID?.() || String(Math.random()) },
    });
    const letGo = () => card.removeAttribute("aria-busy");
    sent.then(letGo, letGo);
  });
  place.addEventListener("dragend", () => {
    for (const one of place.querySelectorAll(".over, .dragged")) one.classList.remove("over", "dragged");
    dragged = null;
    sent.then(catchUp, catchUp);
  });
  function catchUp() {
    if (missed) htmx.ajax("GET", location.href, { target: "#tasks-area", select: "#tasks-area", swap: "outerHTML" });
    missed = false;
  }
  // A push under a dragged card would take it out of the hand: it is fetched when the card is let go.
  document.addEventListener("htmx:wsBeforeMessage", (event) => {
    if (!dragged || !/^<!--\d+--><div id="campaign-\d+-board"/.test(event.detail.message)) return;
    event.preventDefault();
    missed = true;
  });
})();
