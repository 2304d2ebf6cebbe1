// A list that can be sorted: a table where there is room, cards where there is not.

class Table {
  #options;
  #table;
  #heads = new Map();
  #rows = new Map();
  #select;
  #key;
  #turned = false;
  #parts = null;
  #passes = () => true;
  /** What is shown, in order. */
  shown = [];

  /**
   * Draws into a box a list of `items`, with a `row(item)` for each. `columns` have a key, a title and
   * an order; `sorts` are the keys that a menu offers, with their names, the first to begin with.
   */
  constructor(box, options) {
    this.#options = options;
    const { label, kind, columns, sorts, note } = options;
    this.#key = sorts[0][0];
    const head = node("tr", { role: "row" });
    for (const { key, title, order } of columns) {
      const sort = () => this.#sort(key);
      const text = order ? node("button", { type: "button", onclick: sort }, title) : title;
      const heading = node("th", { role: "columnheader", scope: "col", class: key }, text);
      if (order) this.#heads.set(key, heading);
      head.append(heading);
    }
    const offered = sorts.map(([key, title]) => node("option", { value: key }, title));
    this.#select = node("select", { "aria-label": "Sort by" }, offered);
    this.#select.addEventListener("change", () => this.#sort(this.#select.value));
    this.#table = node(
      "table",
      { role: "table", class: `list ${kind}`, "aria-label": label },
      node("thead", { role: "rowgroup" }, head),
    );
    box.append(node("div", { class: `sorter of-${kind}` }, this.#select, note), this.#table);
    window.addEventListener("beforeprint", () => this.#parts?.finish());
  }

  /** Shows the items that pass. */
  draw(passes) {
    const { items, columns, sorts, size, empty } = this.#options;
    this.#passes = passes;
    this.#parts?.stop();
    const { order } = columns.find(({ key }) => key === this.#key);
    const turn = this.#turned ? -1 : 1;
    // The sort is stable: what is equal stays in the order it was given in.
    this.shown = items.filter(passes).sort((one, other) => turn * order(one, other));
    for (const [key, heading] of this.#heads) {
      const direction = this.#turned ? "descending" : "ascending";
      heading.setAttribute("aria-sort", key === this.#key ? direction : "none");
    }
    if (sorts.some(([key]) => key === this.#key)) this.#select.value = this.#key;
    for (const body of [...this.#table.tBodies]) body.remove();
    if (this.shown.length === 0) {
      this.#add([node("tr", { role: "row" }, cell("empty", empty()))]);
    }
    this.#parts = inParts(this.shown, size, size, (part) => {
      if (part.length > 0) this.#add(part.map((item) => this.row(item)));
    });
  }

  /** The row of an item, whether it is shown or not. */
  row(item) {
    let row = this.#rows.get(item);
    if (row === undefined) {
      row = this.#options.row(item);
      this.#rows.set(item, row);
    }
    return row;
  }

  #add(rows) {
    this.#table.append(node("tbody", { role: "rowgroup" }, rows));
  }

  #sort(key) {
    this.#turned = key === this.#key && !this.#turned;
    this.#key = key;
    this.draw(this.#passes);
  }
}

function cell(key, ...children) {
  return node("td", { role: "cell", class: key }, children);
}

function faint(text) {
  return node("span", { class: "faint" }, text);
}

function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}
