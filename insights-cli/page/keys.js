// The keys of the page, and the list of them.

const KEYS = [
  ["j, k", "next and previous episode of the list"],
  ["/", "find"],
  ["Esc", "close the episode"],
  ["?", "these keys"],
  ["arrows", "in the timeline: from bar to bar; with Shift: earlier and later"],
  ["← →", "in the chart: minute by minute; with Shift: earlier and later"],
  ["+ − 0", "in the chart: zoom in, zoom out, reset"],
];

function keysButton() {
  return node("button", { type: "button", class: "quiet", onclick: showKeys }, "Keys");
}

function showKeys() {
  const dialog = byId("keys");
  if (dialog.childElementCount === 0) {
    dialog.append(
      node("h2", { id: "keys-title" }, "Keys"),
      node(
        "dl",
        { class: "pairs" },
        KEYS.map(([key, does]) => [node("dt", {}, node("kbd", {}, key)), node("dd", {}, does)]),
      ),
      node("form", { method: "dialog" }, node("button", {}, "Close")),
    );
    // A form of this page sends nothing anywhere: the close is done here.
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
    });
  }
  dialog.showModal();
}

/** Calls what belongs to a key, unless somebody is writing. */
function listenToKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea") || byId("keys").open)
      return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
