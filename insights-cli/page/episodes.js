// The list of episodes.

// What sorts after every name.
const LAST = "\uffff";

const EPISODE_COLUMNS = [
  { key: "start", title: "Start (UTC)", order: (one, other) => one.start - other.start },
  {
    key: "score",
    title: "Severity",
    order: (one, other) => (other.score ?? -1) - (one.score ?? -1),
  },
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
  { key: "who", title: "Who", order: (one, other) => compare(caller(one), caller(other)) },
];

function caller({ who }) {
  return who === null ? LAST : resourceOf(who);
}

class Episodes {
  #table;
  #marked = null;

  constructor(box) {
    this.#table = new Table(box, {
      label: "Episodes",
      kind: "episodes",
      columns: EPISODE_COLUMNS,
      sorts: [
        ["start", "by start"],
        ["score", "most severe first"],
        ["change", "largest change first"],
        ["length", "longest first"],
        ["api", "by API"],
        ["who", "by who"],
      ],
      items: allEpisodes,
      row: episodeRow,
      size: 50,
      empty: nothingFound,
    });
  }

  /** The episodes that are shown, in their order. */
  get shown() {
    return this.#table.shown;
  }

  /** Shows the episodes that pass. */
  draw(passes) {
    this.#table.draw(passes);
  }

  /** Marks the row of the episode that is open. */
  mark(episode) {
    this.#marked?.removeAttribute("aria-current");
    this.#marked = episode === null ? null : this.#table.row(episode);
    this.#marked?.setAttribute("aria-current", "true");
  }

  /** Puts the focus on the row of an episode, if it is shown. */
  focus(episode) {
    this.#table.row(episode).querySelector("a").focus();
  }
}

function episodeRow(episode) {
  const { series, who } = episode;
  const kind = `${episode.type === "error" ? "error" : "call"} rate ${episode.kind}`;
  return node(
    "tr",
    { role: "row", class: episode.look.name },
    cell("start", node("time", { datetime: instant(episode.start) }, time(episode.start))),
    cell("score", severity(episode), faint(scoreText(episode.score))),
    cell(
      "api",
      node("a", { href: address(episode) }, sign(episode), " ", seriesName(series)),
      node("span", { class: "off-screen" }, `, ${kind}`),
    ),
    cell("where", place(series)),
    cell(
      "change",
      `${rate(episode.baseline)} → ${rate(episode.insight)} `,
      faint(change(episode.baseline, episode.insight)),
    ),
    cell("length", duration(episode.length), episode.open ? faint(" open") : null),
    cell(
      "who",
      who === null ? faint("not named") : logged(resourceOf(who), { title: visible(who) }),
    ),
  );
}

/** The part of an ARN that tells one caller from others. */
function resourceOf(text) {
  return /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/su.exec(text)?.[1] ?? text;
}
