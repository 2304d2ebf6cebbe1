// The list of series: how busy, how regular, and what would be unusual of each.

const SERIES_NOTE =
  "Baseline: calls a minute at the end of the log. Would fire: the fewest calls in one minute, and the " +
  "silence, that would start an Insight then.";

const SERIES_COLUMNS = [
  { key: "api", title: "API", order: (one, other) => compare(one.title, other.title) },
  { key: "spark", title: "Calls over the span" },
  { key: "calls", title: "Calls", order: (one, other) => other.calls - one.calls },
  {
    key: "average",
    title: "Baseline a min",
    order: (one, other) => (other.average ?? -1) - (one.average ?? -1),
  },
  {
    key: "pattern",
    title: "Pattern",
    order: (one, other) => compare(one.pattern ?? LAST, other.pattern ?? LAST),
  },
  {
    key: "peak",
    title: "Busiest minute",
    order: (one, other) => (other.peak?.[1] ?? 0) - (one.peak?.[1] ?? 0),
  },
  {
    key: "burst",
    title: "Would fire",
    order: (one, other) => (one.burst ?? Number.MAX_VALUE) - (other.burst ?? Number.MAX_VALUE),
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

  /** Draws into a box; `only(series)` shows the episodes of a series. */
  constructor(box, only) {
    this.#table = new Table(box, {
      label: "Series",
      kind: "series",
      columns: SERIES_COLUMNS,
      sorts: [
        ["worst", "most unusual first"],
        ["calls", "busiest first"],
        ["burst", "most easily fired first"],
        ["api", "by name"],
      ],
      items: allSeries,
      row: (series) => seriesRow(series, only),
      size: 30,
      empty: () => "No series passes the filters.",
      note: node("p", { class: "faint" }, SERIES_NOTE, unlisted()),
    });
  }

  /** How many series the list shows. */
  get size() {
    return this.#table.shown.length;
  }

  /** Shows the series that pass. */
  draw(passes) {
    this.#table.draw(passes);
  }
}

function unlisted() {
  const { unlisted: others = 0 } = report;
  if (others === 0) return "";
  return ` ${plural(others, "other series", "other series")} with fewer calls and no Insights are not listed.`;
}

function seriesRow(series, only) {
  const fire = [];
  if (series.burst !== null) fire.push(plural(series.burst, "call"));
  if (series.silence !== null) fire.push(`${duration(series.silence)} silent`);
  const found = series.found.length;
  return node(
    "tr",
    { role: "row" },
    cell("api", node("span", {}, seriesName(series)), faint(place(series))),
    cell("spark", sparkline(series)),
    cell("calls", count(series.calls)),
    cell("average", rate(series.average)),
    cell("pattern", series.pattern === null ? "–" : visible(series.pattern)),
    cell(
      "peak",
      series.peak === null
        ? "–"
        : [count(series.peak[1]), faint(` ${time(series.peak[0]).slice(5)}`)],
    ),
    cell("burst", fire.length === 0 ? "–" : fire.join(", ")),
    cell(
      "worst",
      found === 0
        ? faint("none")
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
            faint(` ${scoreText(series.worst)}`),
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
