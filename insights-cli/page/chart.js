// The chart of an episode: its series around it, and what is ordinary for it.

const BEFORE = { "2 h": HOUR, "1 day": DAY, "7 days": 7 * DAY };
const AFTER = { "2 h": HOUR, "1 day": 6 * HOUR, "7 days": DAY };
const QUARTERS = 96;
const CHART_HEIGHT = 300;
const PAPER_WIDTH = 640;

class Chart {
  #box;
  #canvas;
  #episode;
  #counts;
  #band;
  #plot = null;
  #told;
  #buttons = new Map();
  #extent;
  #named = {};
  #colours;
  #data;
  #stop = new AbortController();
  #resized;

  /** Draws into a box the counts of an episode's series, and its band if it has one. */
  constructor(box, episode, counts, band) {
    this.#box = box;
    this.#episode = episode;
    this.#counts = counts;
    this.#band = band;
    this.#extent = [counts.start, Math.max(counts.end, counts.start + 1)];
    this.#told = node("p", { class: "told", "aria-live": "polite" });
    this.#canvas = node("div", {
      class: "canvas",
      tabindex: "0",
      role: "group",
      "aria-roledescription": "chart",
      "aria-label": this.#described(),
      "aria-describedby": "chart-keys",
    });
    box.append(
      node("div", { class: "bar-of-tools" }, this.#legend(), this.#views()),
      this.#told,
      this.#canvas,
      node(
        "p",
        { class: "hint", id: "chart-keys" },
        "Drag to zoom, double click to reset. Keys: ← → minute by minute, Page Up and Page Down by hours, " +
          "Home to the start, + − zoom, Shift with ← → moves, 0 resets.",
      ),
    );
    this.#data = this.#points();
    const { signal } = this.#stop;
    this.#canvas.addEventListener("keydown", (event) => this.#press(event), { signal });
    document.addEventListener("themechange", () => this.#draw(), { signal });
    window.addEventListener("beforeprint", () => this.#print(true), { signal });
    window.addEventListener("afterprint", () => this.#print(false), { signal });
    this.#draw();
    this.show("1 day");
    this.#resized = new ResizeObserver(() => this.#fit(this.#canvas.clientWidth));
    this.#resized.observe(this.#canvas);
  }

  /** Lets go of everything outside of the box. */
  destroy() {
    this.#stop.abort();
    this.#resized.disconnect();
    this.#plot.destroy();
  }

  /** Shows a span by the name of its button. */
  show(view) {
    const { start, end } = this.#episode;
    const [first, last] = this.#extent;
    let [from, to] = [first, last];
    if (view !== "all") {
      from = Math.max(first, start - BEFORE[view]);
      to = Math.min(last, Math.max(end + Math.min(HOUR, AFTER[view]), start + AFTER[view]));
    }
    this.#named = { view, from, to };
    this.#plot.setScale("x", { min: from * 60, max: to * 60 });
  }

  #zoom(from, to) {
    const [first, last] = this.#extent;
    const length = Math.min(Math.max(to - from, 10), last - first);
    const start = Math.max(first, Math.min(from, last - length));
    this.#plot.setScale("x", { min: start * 60, max: (start + length) * 60 });
  }

  /** The columns of the chart: time, minutes, means of hours, expected, least and most ordinary. */
  #points() {
    const columns = [[], [], [], [], [], []];
    const [times, minutes, hours, expected, low, high] = columns;
    let was = null;
    const put = (minute, exact, value) => {
      times.push(minute * 60);
      // Where one way of knowing ends, its last step is drawn to the end.
      const last = was !== null && was.exact !== exact ? was.value : null;
      minutes.push(exact ? value : last);
      hours.push(exact ? last : value);
      was = { exact, value };
      const quarter = this.#quarter(minute);
      expected.push(this.#band?.expected[quarter] ?? null);
      low.push(this.#band?.low[quarter] ?? null);
      high.push(this.#band?.high[quarter] ?? null);
    };
    this.#counts.walk((minute, exact) => {
      put(
        minute,
        exact,
        exact ? this.#counts.exactly(minute) : (this.#counts.hour(minute) ?? 0) / HOUR,
      );
    });
    if (was !== null) put(this.#extent[1], was.exact, was.value);
    return columns;
  }

  #quarter(minute) {
    return Math.floor((minute % DAY) / (this.#band?.step ?? DAY / QUARTERS));
  }

  #draw() {
    const kept = this.#plot === null ? null : { ...this.#plot.scales.x };
    this.#plot?.destroy();
    this.#colours = palette(this.#box, this.#episode.look.name);
    this.#plot = new uPlot(this.#options(), this.#data, this.#canvas);
    if (kept !== null) this.#plot.setScale("x", { min: kept.min, max: kept.max });
  }

  #fit(width) {
    if (width > 0 && width !== this.#plot.width)
      this.#plot.setSize({ width, height: CHART_HEIGHT });
  }

  /** Draws for paper: in its width, and in the colours for light. */
  #print(begins) {
    this.#box.classList.toggle("printing", begins);
    this.#draw();
    this.#fit(begins ? PAPER_WIDTH : this.#canvas.clientWidth);
  }

  #options() {
    const { calls, hours, expected, band, ink, grid } = this.#colours;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const line = (stroke, more) => ({
      stroke,
      width: 1,
      paths: stepped,
      points: { show: false },
      ...more,
    });
    const axis = {
      stroke: ink,
      font: "12px system-ui, sans-serif",
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1, size: 5 },
    };
    return {
      width: this.#canvas.clientWidth || 600,
      height: CHART_HEIGHT,
      padding: [22, 20, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: {
        x: { time: true, range: (_, min, max) => [min, max] },
        y: {
          range: (_, min, max) => [0, Math.max(max ?? 0, this.#episode.baseline ?? 0, 1) * 1.06],
        },
      },
      axes: [
        { ...axis, space: 64, values: timeLabels },
        { ...axis, size: 52, incrs: ROUND, values: (_, splits) => splits.map(rate) },
      ],
      series: [
        {},
        line(calls, { fill: `${calls}33`, width: 1.25 }),
        line(hours, { fill: `${hours}22` }),
        line(expected, { width: 1.5, dash: [5, 3] }),
        line("transparent", {}),
        line(band, {}),
      ],
      bands: [{ series: [5, 4], fill: `${band}40` }],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, dist: 4 },
        bind: { dblclick: () => () => this.show("1 day") },
        dataIdx: (plot, _, __, at) => stepAt(plot.data[0], at),
      },
      hooks: {
        drawClear: [(plot) => shade(plot, this.#episode, this.#colours)],
        draw: [(plot) => mark(plot, this.#episode, this.#colours)],
        setCursor: [(plot) => this.#tell(plot.cursor.left >= 0 ? plot.cursor.idx : null)],
        setScale: [(plot, scale) => scale === "x" && this.#zoomed(plot.scales.x)],
      },
    };
  }

  /** Tells by the buttons whether the span is one of theirs. */
  #zoomed({ min, max }) {
    const { view, from, to } = this.#named;
    const same = Math.abs(min / 60 - from) < 0.5 && Math.abs(max / 60 - to) < 0.5;
    for (const [name, button] of this.#buttons) {
      button.setAttribute("aria-pressed", String(same && name === view));
    }
  }

  /** Tells what there is at a point of the chart, or of the episode. */
  #tell(index) {
    if (index === null || index === undefined) {
      this.#told.replaceChildren(
        node("span", { class: "faint" }, "Point at the chart for exact counts."),
      );
      return;
    }
    const minute = Math.round(this.#plot.data[0][index] / 60);
    const exact = this.#counts.exactly(minute);
    const hour = this.#counts.hour(minute);
    const parts = [node("time", { datetime: instant(minute) }, `${time(minute)} UTC`)];
    if (exact !== null) parts.push(node("strong", {}, plural(exact, this.#what())));
    else if (hour !== null) {
      parts.push(
        node("strong", {}, `${rate(hour / HOUR)} a minute`),
        `mean of the hour, ${plural(hour, this.#what())} in all`,
      );
    } else parts.push("after the end of the log");
    if (this.#band) {
      const quarter = this.#quarter(minute);
      const { expected, low, high } = this.#band;
      parts.push(
        `expected ${rate(expected[quarter])}`,
        `ordinary ${rate(low[quarter])} to ${rate(high[quarter])}`,
      );
    }
    this.#told.replaceChildren(...parts.map((part) => node("span", {}, part)));
  }

  #what() {
    return this.#episode.type === "error" ? "error" : "call";
  }

  #press(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { min, max } = this.#plot.scales.x;
    const [from, to] = [min / 60, max / 60];
    const cursor = this.#plot.cursor.idx ?? null;
    const minute = cursor === null ? this.#episode.start : this.#plot.data[0][cursor] / 60;
    const pan = (by) => this.#zoom(from + (to - from) * by, to + (to - from) * by);
    const zoom = (factor) => {
      const middle = minute >= from && minute <= to ? minute : (from + to) / 2;
      this.#zoom(middle - (middle - from) * factor, middle + (to - middle) * factor);
    };
    const actions = {
      ArrowLeft: () =>
        event.shiftKey
          ? pan(-0.25)
          : this.#point(cursor === null ? minute : this.#next(cursor, -1)),
      ArrowRight: () =>
        event.shiftKey ? pan(0.25) : this.#point(cursor === null ? minute : this.#next(cursor, 1)),
      PageUp: () => this.#point(minute - HOUR),
      PageDown: () => this.#point(minute + HOUR),
      Home: () => this.#point(this.#episode.start),
      End: () => this.#point(this.#episode.end),
      "+": () => zoom(0.5),
      "=": () => zoom(0.5),
      "-": () => zoom(2),
      0: () => this.show("1 day"),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  #next(index, step) {
    const times = this.#plot.data[0];
    return times[Math.min(Math.max(index + step, 0), times.length - 1)] / 60;
  }

  /** Puts the cursor on a minute, and moves the chart if the minute is outside. */
  #point(minute) {
    const [first, last] = this.#extent;
    const at = Math.min(Math.max(minute, first), last);
    const { min, max } = this.#plot.scales.x;
    const [from, to] = [min / 60, max / 60];
    if (at < from || at >= to) this.#zoom(at - (to - from) / 2, at + (to - from) / 2);
    // The scale is set before the cursor can be.
    queueMicrotask(() => {
      // A little into the minute, so that no rounding leads to the one before.
      const left = this.#plot.valToPos((at + 0.01) * 60, "x");
      this.#plot.setCursor({ left, top: CHART_HEIGHT / 2 }, false);
      this.#plot.cursor.idx = stepAt(this.#plot.data[0], (at + 0.01) * 60);
      this.#tell(this.#plot.cursor.idx);
    });
  }

  #views() {
    const group = node("div", {
      class: "buttons",
      role: "group",
      "aria-label": "Span of the chart",
    });
    for (const view of [...Object.keys(BEFORE), "all"]) {
      const button = node(
        "button",
        { type: "button", "aria-pressed": "false", onclick: () => this.show(view) },
        view,
      );
      this.#buttons.set(view, button);
      group.append(button);
    }
    return group;
  }

  #legend() {
    const key = (kind, text) =>
      node("li", { class: `key ${kind}` }, node("i", { "aria-hidden": "true" }), text);
    const hours = this.#counts.segments.every(
      ({ start, end }) => start > this.#extent[0] || end < this.#extent[1],
    );
    return node(
      "ul",
      { class: "legend" },
      key(`calls ${this.#episode.look.name}`, `${this.#what()}s a minute`),
      hours ? key("hours", "mean of the hour") : null,
      this.#band ? [key("expected", "expected"), key("band", "ordinary range")] : null,
      key("baseline", `baseline average ${rate(this.#episode.baseline)}`),
    );
  }

  /** The chart in words. */
  #described() {
    const { start, end, series, open } = this.#episode;
    const during = this.#counts.tally(start, end);
    const before = this.#counts.tally(start - 7 * DAY, start);
    const what = this.#what();
    return [
      `Chart of ${what}s a minute of ${visible(series.title)}.`,
      `In the ${duration(end - start)} from ${time(start)} UTC ${open ? "to the end of the log" : `to ${time(end)}`}: ${plural(during.calls, what)}, at most ${count(during.most)} in a minute, at ${time(during.mostAt)}.`,
      before.minutes > 0
        ? `In the ${duration(before.minutes)} before: ${plural(before.calls, what)}, at most ${count(before.most)} in a minute.`
        : "",
      `Baseline average ${rate(this.#episode.baseline)} a minute.`,
    ].join(" ");
  }
}

/** The last index whose value is not above `at`. */
function stepAt(values, at) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (values[middle] <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
