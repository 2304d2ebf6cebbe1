// The list of episodes: a table where there is room, cards where there is not.

const COLUMNS = [
  { key: "start", title: "Start (UTC)", order: (one, other) => one.start - other.start },
  { key: "score", title: "Severity", order: (one, other) => (other.score ?? 0) - (one.score ?? 0) },
  {
    key: "api",
    title: "API",
    order: (one, other) => compare(one.series.title, other.series.title),
  },
  {
    key: "where",
    title: "Where",
    order: (one, other) => compare(place(one.series), place(other.series)),
  },
  { key: "change", title: "Calls a minute", order: (one, other) => other.distance - one.distance },
  { key: "length", title: "Length", order: (one, other) => other.length - one.length },
  {
    key: "who",
    title: "Who",
    order: (one, other) => compare(one.who ?? "\uffff", other.who ?? "\uffff"),
  },
];

function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}

class Episodes {
  #table;
  #rows = new Map();
  #heads = new Map();
  #select;
  #key = "start";
  #turned = false;
  #parts = null;
  #passes = () => true;
  /** The episodes of the list, in its order. */
  shown = [];

  constructor(box) {
    const head = node("tr", { role: "row" });
    this.#select = node("select", { "aria-label": "Sort by" });
    for (const column of COLUMNS) {
      const button = node(
        "button",
        { type: "button", onclick: () => this.#sort(column.key) },
        column.title,
      );
      const cell = node("th", { role: "columnheader", scope: "col", class: column.key }, button);
      this.#heads.set(column.key, cell);
      head.append(cell);
      this.#select.append(
        node("option", { value: column.key }, `sorted by ${column.title.toLowerCase()}`),
      );
    }
    this.#select.addEventListener("change", () => this.#sort(this.#select.value));
    this.#table = node(
      "table",
      { role: "table", class: "list", "aria-label": "Episodes" },
      node("thead", { role: "rowgroup" }, head),
    );
    box.append(node("div", { class: "sorter" }, this.#select), this.#table);
    window.addEventListener("beforeprint", () => this.#parts?.finish());
  }

  /** Shows the episodes that pass. */
  draw(passes) {
    this.#passes = passes;
    this.#parts?.stop();
    const { order } = COLUMNS.find(({ key }) => key === this.#key);
    const turn = this.#turned ? -1 : 1;
    // The sort is stable: what is equal stays in order of start.
    this.shown = allEpisodes.filter(passes).sort((one, other) => turn * order(one, other));
    for (const [key, cell] of this.#heads) {
      const sorted = key === this.#key;
      cell.setAttribute("aria-sort", sorted ? (this.#turned ? "descending" : "ascending") : "none");
    }
    this.#select.value = this.#key;
    for (const body of [...this.#table.tBodies]) body.remove();
    if (this.shown.length === 0) {
      this.#table.append(
        node(
          "tbody",
          { role: "rowgroup" },
          node("tr", { role: "row" }, node("td", { role: "cell", class: "empty" }, nothingFound())),
        ),
      );
    }
    this.#parts = inParts(this.shown, 50, 50, (part) => {
      if (part.length === 0) return;
      this.#table.append(
        node(
          "tbody",
          { role: "rowgroup" },
          part.map((episode) => this.#row(episode)),
        ),
      );
    });
  }

  /** Marks the row of the episode that is open. */
  mark(episode) {
    this.#table.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
    if (episode !== null) this.#row(episode).setAttribute("aria-current", "true");
  }

  /** Puts the focus on the row of an episode, if it is shown. */
  focus(episode) {
    this.#rows.get(episode)?.querySelector("a").focus();
  }

  #sort(key) {
    this.#turned = key === this.#key && !this.#turned;
    this.#key = key;
    this.draw(this.#passes);
  }

  #row(episode) {
    let row = this.#rows.get(episode);
    if (row === undefined) {
      row = episodeRow(episode);
      this.#rows.set(episode, row);
    }
    return row;
  }
}

function episodeRow(episode) {
  const cell = (key, ...children) => node("td", { role: "cell", class: key }, children);
  const { series } = episode;
  return node(
    "tr",
    { role: "row", class: episode.look.name },
    cell("start", node("time", { datetime: instant(episode.start) }, time(episode.start))),
    cell("score", severity(episode), node("span", { class: "faint" }, scoreText(episode.score))),
    cell(
      "api",
      node("a", { href: address(episode) }, sign(episode), " ", seriesName(series)),
      node(
        "span",
        { class: "off-screen" },
        `, ${episode.type === "error" ? "error" : "call"} rate ${episode.kind}`,
      ),
    ),
    cell("where", place(series)),
    cell(
      "change",
      `${rate(episode.baseline)} → ${rate(episode.insight)} `,
      node("span", { class: "faint" }, change(episode.baseline, episode.insight)),
    ),
    cell(
      "length",
      duration(episode.length),
      episode.open ? node("span", { class: "faint" }, " open") : null,
    ),
    cell(
      "who",
      episode.who === null
        ? node("span", { class: "faint" }, "not named")
        : logged(shortArn(episode.who), { title: visible(episode.who) }),
    ),
  );
}

/** The part of an ARN that tells one caller from others: its resource. */
function shortArn(text) {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/u.exec(text)?.[1] ?? text;
}
