// All episodes at a glance: a row for each series, a bar for each episode.

const SMALLEST_SPAN = 30;
const TIMELINE_HINT =
  "Point at a bar for more. Drag over the rows to zoom, double click to see the whole span.";

class Timeline {
  #box;
  #span;
  #view;
  #rows = new Map();
  #bars = new Map();
  #area;
  #axis;
  #grid;
  #selection;
  #told;
  #range;
  #take;
  #whole;
  #order = "first";
  #shown = allEpisodes;

  /** Draws into a box; `take(from, to)` narrows the filter to a span. */
  constructor(box, take) {
    this.#box = box;
    const [from, to] = report.span ?? [0, DAY];
    const last = allEpisodes.reduce((end, episode) => Math.max(end, episode.end), to);
    const first = allEpisodes.reduce((start, episode) => Math.min(start, episode.start), from);
    this.#span = [first, Math.max(last, first + HOUR)];
    this.#view = this.#span;
    this.#take = node(
      "button",
      { type: "button", onclick: () => take(...this.#view) },
      "List only these",
    );
    this.#whole = node(
      "button",
      { type: "button", onclick: () => this.zoom(this.#span) },
      "Whole span",
    );
    this.#range = node("span", { class: "range", role: "status" });
    this.#axis = node("div", { class: "axis", "aria-hidden": "true" });
    this.#grid = node("div", { class: "grid", "aria-hidden": "true" });
    this.#selection = node("div", { class: "selection", hidden: true });
    this.#area = node("div", { class: "rows", role: "list", "aria-label": "Episodes by series" });
    this.#told = node("p", { class: "told", "aria-hidden": "true" }, TIMELINE_HINT);
    const lines = node("div", { class: "lines" }, this.#grid, this.#selection);
    box.append(
      node(
        "div",
        { class: "bar-of-tools" },
        node("h2", { id: "timeline-title" }, "Timeline"),
        this.#range,
        this.#legend(),
        this.#orders(),
        node("div", { class: "buttons" }, this.#take, this.#whole, this.#zoomers()),
      ),
      node(
        "div",
        { class: "scroll" },
        node(
          "div",
          { class: "sheet" },
          node("div", { class: "top" }, this.#axis),
          lines,
          this.#area,
        ),
      ),
      this.#told,
    );
    this.#makeRows();
    this.#listen();
    this.draw(() => true);
    this.zoom(this.#span);
    new ResizeObserver(() => this.#drawAxis()).observe(this.#axis);
  }

  /** Shows the episodes that pass. */
  draw(passes) {
    this.#shown = allEpisodes.filter(passes);
    const groups = new Map();
    for (const episode of this.#shown) {
      const { series } = episode;
      const key = `${series.account}\n${series.region}`;
      if (!groups.has(key)) groups.set(key, new Map());
      const rows = groups.get(key);
      if (!rows.has(series)) rows.set(series, []);
      rows.get(series).push(episode);
    }
    const parts = [];
    for (const [, rows] of [...groups].sort(byKey)) {
      const entries = [...rows].sort(this.#order === "first" ? byFirst : byScore);
      parts.push(this.#heading(entries[0][0], rows.size));
      for (const [series, found] of entries) {
        const row = this.#rows.get(series);
        row.lastChild.replaceChildren(...found.map((episode) => this.#bars.get(episode)));
        parts.push(row);
      }
    }
    if (parts.length === 0) parts.push(node("p", { class: "empty" }, nothingFound()));
    this.#area.replaceChildren(...parts);
    this.#offer(this.#area.querySelector(".bar"));
    this.#say();
  }

  /** Shows a span of time. */
  zoom([from, to]) {
    const [first, last] = this.#span;
    const length = Math.min(Math.max(to - from, SMALLEST_SPAN), last - first);
    const start = Math.max(first, Math.min(from, last - length));
    this.#view = [Math.floor(start), Math.ceil(start + length)];
    this.#area.style.setProperty("--from", this.#view[0] - first);
    this.#area.style.setProperty("--span", this.#view[1] - this.#view[0]);
    this.#drawAxis();
    this.#say();
  }

  /** Marks the bar of the episode that is open. */
  mark(episode) {
    this.#box.querySelector(".bar[aria-current]")?.removeAttribute("aria-current");
    if (episode === null) return;
    const bar = this.#bars.get(episode);
    bar.setAttribute("aria-current", "true");
    this.#offer(bar);
    const { start, end } = episode;
    const [from, to] = this.#view;
    if (start >= to || end <= from) this.zoom([start - (to - from) / 2, start + (to - from) / 2]);
    if (bar.isConnected) this.#reveal(bar.closest(".row"));
  }

  /** Scrolls the box, and never the page, to a row. */
  #reveal(row) {
    const box = this.#box.querySelector(".scroll");
    const [frame, line] = [box.getBoundingClientRect(), row.getBoundingClientRect()];
    // The axis and the name of the group stay above the rows.
    const above = line.top - frame.top - 52;
    const below = line.bottom - frame.bottom + 8;
    if (above < 0) box.scrollTop += above;
    else if (below > 0) box.scrollTop += below;
  }

  #heading(series, rows) {
    return node(
      "div",
      { class: "group", role: "presentation" },
      logged(series.account || "unknown account"),
      " ",
      logged(series.region || "unknown Region"),
      node("span", {}, ` ${plural(rows, "series", "series")}`),
    );
  }

  #makeRows() {
    const [first] = this.#span;
    for (const series of allSeries) {
      if (series.found.length === 0) continue;
      const label = node(
        "div",
        { class: "label", title: visible(series.title) },
        seriesName(series),
      );
      this.#rows.set(
        series,
        node("div", { class: "row", role: "listitem" }, label, node("div", { class: "track" })),
      );
    }
    for (const episode of allEpisodes) {
      const bar = node("a", {
        class: `bar ${episode.look.name} ${episode.severity ?? "unknown"}`,
        href: address(episode),
        "aria-label": spoken(episode),
        tabindex: "-1",
        draggable: "false",
      });
      bar.style.setProperty("--start", episode.start - first);
      bar.style.setProperty("--length", episode.length);
      this.#bars.set(episode, bar);
    }
  }

  /** Lets the tabulator stop at one bar: from it the arrow keys lead to the others. */
  #offer(bar) {
    this.#box.querySelector('.bar[tabindex="0"]')?.setAttribute("tabindex", "-1");
    bar?.setAttribute("tabindex", "0");
  }

  #listen() {
    const episodes = new Map([...this.#bars].map(([episode, bar]) => [bar, episode]));
    const tell = (event) => {
      const episode = episodes.get(event.target);
      this.#told.replaceChildren(...(episode ? oneLine(episode) : [TIMELINE_HINT]));
    };
    this.#area.addEventListener("pointerover", tell);
    this.#area.addEventListener("focusin", (event) => {
      tell(event);
      if (event.target.matches(".bar")) this.#reveal(event.target.closest(".row"));
    });
    this.#area.addEventListener("keydown", (event) => this.#walk(event));
    this.#area.addEventListener("pointerdown", (event) => this.#drag(event));
    this.#area.addEventListener("dblclick", () => this.zoom(this.#span));
  }

  /** Goes from bar to bar: along a row, and from row to row. */
  #walk(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };
    const step = steps[event.key];
    if (step === undefined || !event.target.matches(".bar") || event.altKey || event.ctrlKey)
      return;
    event.preventDefault();
    const [from, to] = this.#view;
    if (event.shiftKey) {
      const by = ((to - from) / 4) * step;
      this.zoom([from + by, to + by]);
      return;
    }
    const bars = [...this.#area.querySelectorAll(".bar")];
    let next = bars[bars.indexOf(event.target) + step];
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const rows = [...this.#area.querySelectorAll(".row")];
      next = rows[rows.indexOf(event.target.closest(".row")) + step]?.querySelector(".bar");
    }
    if (!next) return;
    this.#offer(next);
    next.focus({ preventScroll: true });
  }

  /** Zooms to what the pointer is drawn over; where it only clicks, the links work as ever. */
  #drag(event) {
    const track = event.target.closest(".row")?.querySelector(".track");
    if (!track || event.button !== 0 || event.pointerType === "touch") return;
    const box = track.getBoundingClientRect();
    const [from, to] = this.#view;
    const share = (x) => Math.min(Math.max((x - box.left) / box.width, 0), 1);
    const begin = event.clientX;
    if (begin < box.left) return;
    let dragged = false;
    const move = (moved) => {
      if (Math.abs(moved.clientX - begin) > 4) dragged = true;
      const [low, high] = [share(begin), share(moved.clientX)].sort((one, other) => one - other);
      this.#selection.hidden = !dragged;
      this.#selection.style.left = `${low * 100}%`;
      this.#selection.style.width = `${(high - low) * 100}%`;
    };
    const stop = new AbortController();
    const { signal } = stop;
    const up = (ended) => {
      stop.abort();
      this.#selection.hidden = true;
      if (!dragged) return;
      // The click that ends a drag over a bar is none.
      const ignore = (click) => click.preventDefault();
      window.addEventListener("click", ignore, { capture: true });
      setTimeout(() => window.removeEventListener("click", ignore, { capture: true }), 0);
      const [low, high] = [share(begin), share(ended.clientX)].sort((one, other) => one - other);
      this.zoom([from + low * (to - from), from + high * (to - from)]);
    };
    window.addEventListener("pointermove", move, { signal });
    window.addEventListener("pointerup", up, { signal });
    window.addEventListener("pointercancel", () => stop.abort(), { signal });
  }

  #drawAxis() {
    const [from, to] = this.#view;
    const width = this.#axis.clientWidth;
    if (width === 0) return;
    const step = ticks(to - from, Math.max(2, Math.floor(width / 56)));
    const [labels, lines] = [[], []];
    let date = "";
    for (let minute = Math.ceil(from / step) * step; minute < to; minute += step) {
      const left = `${((minute - from) / (to - from)) * 100}%`;
      const today = day(minute).slice(5);
      const text = step >= DAY || minute % DAY === 0 ? today : clock(minute);
      const label = node("span", { class: minute % DAY === 0 ? "midnight" : null }, text);
      if (step < DAY && date === "" && minute % DAY !== 0) label.prepend(`${today} `);
      date = today;
      label.style.left = left;
      labels.push(label);
      const line = node("i", { class: minute % DAY === 0 ? "midnight" : null });
      line.style.left = left;
      lines.push(line);
    }
    this.#axis.replaceChildren(...labels);
    this.#grid.replaceChildren(...lines);
  }

  #say() {
    const [from, to] = this.#view;
    const whole = from <= this.#span[0] && to >= this.#span[1];
    this.#range.textContent = whole ? "" : `${time(from)} to ${time(to)} UTC`;
    this.#take.hidden = whole;
    this.#whole.hidden = whole;
  }

  #zoomers() {
    const by = (factor) => () => {
      const [from, to] = this.#view;
      const [middle, half] = [(from + to) / 2, ((to - from) / 2) * factor];
      this.zoom([middle - half, middle + half]);
    };
    const move = (share) => () => {
      const [from, to] = this.#view;
      this.zoom([from + (to - from) * share, to + (to - from) * share]);
    };
    const button = (text, label, onclick) =>
      node(
        "button",
        { type: "button", class: "square", "aria-label": label, title: label, onclick },
        text,
      );
    return [
      button("←", "Earlier", move(-0.5)),
      button("→", "Later", move(0.5)),
      button("−", "Zoom out", by(2)),
      button("+", "Zoom in", by(0.5)),
    ];
  }

  #orders() {
    const select = node(
      "select",
      { "aria-label": "Order of the rows" },
      node("option", { value: "first" }, "by first start"),
      node("option", { value: "score" }, "by severity"),
    );
    select.addEventListener("change", () => {
      this.#order = select.value;
      const shown = new Set(this.#shown);
      this.draw((episode) => shown.has(episode));
    });
    return select;
  }

  #legend() {
    const key = (look) => node("li", { class: look.name }, `${look.sign} ${look.name}`);
    return node("ul", { class: "legend" }, Object.values(LOOKS).map(key));
  }
}

function byKey([one], [other]) {
  return one < other ? -1 : 1;
}

function byFirst([, one], [, other]) {
  return one[0].start - other[0].start;
}

function byScore([, one], [, other]) {
  const worst = (found) => Math.max(...found.map(({ score }) => score ?? 0));
  return worst(other) - worst(one) || byFirst([null, one], [null, other]);
}

/** The step between at most so many marks of a span. */
function ticks(span, most) {
  const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY];
  return steps.find((step) => span / step <= most) ?? Math.ceil(span / most / DAY) * DAY;
}

/** What there is to say where no episode is shown. */
function nothingFound() {
  if (allEpisodes.length > 0) return "No episode passes the filters.";
  if (report.span === null) return "No calls were read, so there is nothing to judge.";
  const [from, to] = report.span;
  return (
    `No Insights in this span: ${plural(allSeries.length, "series", "series")} of calls and errors ` +
    `from ${time(from)} to ${time(to)} UTC stayed within what is normal for them.`
  );
}

/** An episode in one line. */
function oneLine(episode) {
  return [
    sign(episode),
    " ",
    seriesName(episode.series),
    ` ${time(episode.start)} UTC, ${duration(episode.length)}, `,
    `${rate(episode.baseline)} → ${rate(episode.insight)} a minute`,
    episode.severity === null ? "" : `, ${episode.severity}`,
    episode.who === null ? "" : ", ",
    episode.who === null ? "" : logged(episode.who),
  ];
}
