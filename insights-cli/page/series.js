// The list of series: how busy, how regular, and what would be unusual of each.

const SERIES_COLUMNS = [
  { key: "api", title: "API", order: (one, other) => compare(one.title, other.title) },
  { key: "spark", title: "Calls over the span", order: null },
  { key: "calls", title: "Calls", order: (one, other) => other.calls - one.calls },
  { key: "average", title: "Baseline a min", order: (one, other) => other.average - one.average },
  {
    key: "pattern",
    title: "Pattern",
    order: (one, other) => compare(one.pattern ?? "\uffff", other.pattern ?? "\uffff"),
  },
  {
    key: "peak",
    title: "Busiest minute",
    order: (one, other) => (other.peak?.[1] ?? 0) - (one.peak?.[1] ?? 0),
  },
  {
    key: "burst",
    title: "Would fire",
    order: (one, other) => (one.burst ?? Infinity) - (other.burst ?? Infinity),
  },
  { key: "worst", title: "Insights", order: byWorst },
];

function byWorst(one, other) {
  return (
    (other.worst ?? 0) - (one.worst ?? 0) ||
    other.episodes - one.episodes ||
    other.calls - one.calls
  );
}

class SeriesList {
  #table;
  #heads = new Map();
  #rows = new Map();
  #select;
  #key = "worst";
  #turned = false;
  #passes = () => true;
  #parts = null;
  #only;
  /** How many series the list shows. */
  size = 0;

  /** Draws into a box; `only(series)` shows the episodes of a series. */
  constructor(box, only) {
    this.#only = only;
    const head = node("tr", { role: "row" });
    for (const { key, title, order } of SERIES_COLUMNS) {
      const label =
        order === null
          ? title
          : node("button", { type: "button", onclick: () => this.#sort(key) }, title);
      const cell = node("th", { role: "columnheader", scope: "col", class: key }, label);
      if (order !== null) this.#heads.set(key, cell);
      head.append(cell);
    }
    this.#select = node(
      "select",
      { "aria-label": "Sort by" },
      node("option", { value: "worst" }, "most unusual first"),
      node("option", { value: "calls" }, "busiest first"),
      node("option", { value: "burst" }, "most easily fired first"),
      node("option", { value: "api" }, "by name"),
    );
    this.#select.addEventListener("change", () => this.#sort(this.#select.value));
    this.#table = node(
      "table",
      { role: "table", class: "list series", "aria-label": "Series" },
      node("thead", { role: "rowgroup" }, head),
    );
    box.append(
      node(
        "div",
        { class: "sorter always" },
        this.#select,
        node(
          "p",
          { class: "faint" },
          "Baseline: calls a minute at the end of the log. Would fire: the fewest calls in one minute, " +
            "and the silence, that would start an Insight then.",
        ),
      ),
      this.#table,
    );
    window.addEventListener("beforeprint", () => this.#parts?.finish());
  }

  /** Shows the series that pass. */
  draw(passes) {
    this.#passes = passes;
    this.#parts?.stop();
    const { order } = SERIES_COLUMNS.find(({ key }) => key === this.#key);
    const turn = this.#turned ? -1 : 1;
    const shown = allSeries.filter(passes).sort((one, other) => turn * order(one, other));
    this.size = shown.length;
    for (const [key, cell] of this.#heads) {
      const sorted = key === this.#key;
      cell.setAttribute("aria-sort", sorted ? (this.#turned ? "descending" : "ascending") : "none");
    }
    if ([...this.#select.options].some(({ value }) => value === this.#key))
      this.#select.value = this.#key;
    for (const body of [...this.#table.tBodies]) body.remove();
    if (shown.length === 0) {
      this.#table.append(
        node(
          "tbody",
          { role: "rowgroup" },
          node(
            "tr",
            { role: "row" },
            node("td", { role: "cell", class: "empty" }, "No series passes the filters."),
          ),
        ),
      );
    }
    this.#parts = inParts(shown, 30, 30, (part) => {
      if (part.length === 0) return;
      this.#table.append(
        node(
          "tbody",
          { role: "rowgroup" },
          part.map((series) => this.#row(series)),
        ),
      );
    });
  }

  #sort(key) {
    this.#turned = key === this.#key && !this.#turned;
    this.#key = key;
    this.draw(this.#passes);
  }

  #row(series) {
    let row = this.#rows.get(series);
    if (row === undefined) {
      row = seriesRow(series, this.#only);
      this.#rows.set(series, row);
    }
    return row;
  }
}

function seriesRow(series, only) {
  const cell = (key, ...children) => node("td", { role: "cell", class: key }, children);
  const fire = [];
  if (series.burst !== null) fire.push(plural(series.burst, "call"));
  if (series.silence !== null) fire.push(`${duration(series.silence)} silent`);
  const found = series.found.length;
  return node(
    "tr",
    { role: "row" },
    cell(
      "api",
      node("span", {}, seriesName(series)),
      node("span", { class: "faint" }, place(series)),
    ),
    cell("spark", sparkline(series)),
    cell("calls", count(series.calls)),
    cell("average", rate(series.average)),
    cell("pattern", series.pattern === null ? "–" : visible(series.pattern)),
    cell(
      "peak",
      series.peak === null
        ? "–"
        : [
            count(series.peak[1]),
            node("span", { class: "faint" }, ` ${time(series.peak[0]).slice(5)}`),
          ],
    ),
    cell("burst", fire.length === 0 ? "–" : fire.join(", ")),
    cell(
      "worst",
      found === 0
        ? node("span", { class: "faint" }, "none")
        : [
            node(
              "button",
              {
                type: "button",
                class: "link",
                onclick: () => only(series),
                "aria-label": `Show ${plural(found, "episode")} of ${visible(series.title)}`,
              },
              plural(found, "episode"),
            ),
            node("span", { class: "faint" }, ` ${scoreText(series.worst)}`),
          ],
    ),
  );
}

/** The bars of a series over the span; those with an episode in them stand out. */
function sparkline(series) {
  const { from, step } = report.spark;
  const { bars } = series;
  const most = Math.max(1, ...bars);
  const marked = new Set();
  for (const { start, end } of series.found) {
    for (let at = Math.floor((start - from) / step); from + at * step < end; at += 1)
      marked.add(at);
  }
  const paths = ["", ""];
  bars.forEach((calls, at) => {
    if (calls === 0) return;
    // The least height is one that can be seen.
    const height = Math.max((calls / most) * 24, 1).toFixed(2);
    paths[Number(marked.has(at))] += `M${at} 24v-${height}h.8v${height}z`;
  });
  const label = `Busiest ${step === DAY ? "day" : duration(step)}: ${count(most)}`;
  return svg(
    "svg",
    {
      class: "spark",
      viewBox: `0 0 ${Math.max(bars.length, 1)} 24`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    svg("path", { d: paths[0] }),
    svg("path", { d: paths[1], class: series.found[0]?.look.name }),
  );
}
