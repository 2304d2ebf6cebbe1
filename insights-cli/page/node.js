// Making elements. Text only ever becomes text: nothing here or elsewhere parses markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with attributes, listeners (`onclick`, a function) and children. Attributes that are
 * null or false are left out, children that are null too; whatever else is no element becomes text.
 */
function node(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined),
  );
  return element;
}

/** Text of a log: everything invisible is spelled out, and its direction stays its own. */
function logged(text, attributes = {}) {
  return node("bdi", { ...attributes, dir: "ltr" }, visible(text));
}

function byId(id) {
  return document.getElementById(id);
}

/** A button that copies a text and says whether it did. */
function copyButton(label, text) {
  const said = node("span", { class: "said", role: "status" });
  const button = node("button", { type: "button", class: "copy", "aria-label": label }, "Copy");
  let timer = 0;
  button.addEventListener("click", async () => {
    const done = await copy(typeof text === "function" ? text() : text);
    said.textContent = done ? "Copied" : "Not allowed: select and copy it by hand";
    clearTimeout(timer);
    timer = setTimeout(() => said.replaceChildren(), 3000);
  });
  return node("span", { class: "copying" }, button, said);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // There is no clipboard where the page is not trusted with it, as in a viewer of attachments.
    return copySelected(text);
  }
}

function copySelected(text) {
  const before = document.activeElement;
  const area = node("textarea", { class: "off-screen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  area.remove();
  before?.focus({ preventScroll: true });
  return done;
}

/** Calls a function with parts of a list, the first at once and the others when there is time. */
function inParts(list, first, size, take) {
  let at = Math.min(first, list.length);
  let handle = 0;
  take(list.slice(0, at));
  const later = window.requestIdleCallback ?? ((call) => setTimeout(call, 16));
  const never = window.cancelIdleCallback ?? clearTimeout;
  const step = () => {
    const part = list.slice(at, at + size);
    at += part.length;
    take(part);
    handle = at < list.length ? later(step) : 0;
  };
  if (at < list.length) handle = later(step);
  return {
    stop: () => never(handle),
    finish: () => {
      never(handle);
      if (at < list.length) take(list.slice(at));
      at = list.length;
    },
  };
}
