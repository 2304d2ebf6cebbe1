// What the report is about, as the program wrote it into the page.

const report = JSON.parse(byId("overview").textContent);

const SEVERITIES = ["high", "medium", "low"];

// What an episode is drawn as: a failure is told by its colour whichever way it went.
const LOOKS = {
  rise: { name: "rise", sign: "▲" },
  fall: { name: "fall", sign: "▼" },
  errors: { name: "errors", sign: "◆" },
};

/** Every API, or error code of one, with the names that the page shows. */
const allSeries = report.series.map((given, index) => {
  const account = report.dims.accounts[given.account];
  const region = report.dims.regions[given.region];
  const api = `${service(given.source)}:${given.name}`;
  return {
    ...given,
    index,
    account,
    region,
    api,
    type: given.error === null ? "rate" : "error",
    title: given.error === null ? api : `${api} ${given.error}`,
    words: [account, region, given.source, api, given.error ?? ""].join("\n").toLowerCase(),
    found: [],
  };
});

/** Every episode, in order of start. */
const allEpisodes = report.episodes.map((given, index) => {
  const series = allSeries[given.series];
  const end = given.end ?? Math.max(report.span?.[1] ?? given.start, given.start + 1);
  const episode = {
    ...given,
    index,
    series,
    end,
    open: given.end === null,
    length: end - given.start,
    look: LOOKS[given.type === "error" ? "errors" : given.kind],
    rank: SEVERITIES.indexOf(given.severity),
    distance: distance(given.baseline, given.insight),
    words: `${series.words}\n${given.who ?? ""}\n${given.id}`.toLowerCase(),
  };
  series.found.push(episode);
  return episode;
});

const manyAccounts = report.dims.accounts.length > 1;

/** Where a series is: its Region, and its account where there are several. */
function place(series) {
  const parts = manyAccounts ? [series.account, series.region] : [series.region];
  return parts.map((part) => visible(part || "unknown")).join(" ");
}

/** An episode in words. */
function spoken(episode) {
  const { series } = episode;
  const what =
    episode.type === "error" ? `error rate ${episode.kind}` : `call rate ${episode.kind}`;
  const long = episode.open ? `${duration(episode.length)}, still open` : duration(episode.length);
  return [
    visible(series.title),
    what,
    episode.severity === null ? "severity unknown" : `${episode.severity} severity`,
    `from ${time(episode.start)} UTC for ${long}`,
    `${rate(episode.baseline)} to ${rate(episode.insight)} calls a minute`,
    place(series),
  ].join(", ");
}

/** The sign of what an episode is. */
function sign(episode) {
  const { look } = episode;
  const turn = look === LOOKS.errors ? (episode.kind === "fall" ? " ▼" : " ▲") : "";
  return node("span", { class: `sign ${look.name}`, "aria-hidden": "true" }, look.sign + turn);
}

/** The severity of an episode as three steps and a word. */
function severity(episode) {
  const level = episode.severity ?? "unknown";
  const steps = node("span", { class: "steps", "aria-hidden": "true" });
  for (let step = 0; step < 3; step += 1) steps.append(node("i"));
  return node("span", { class: `severity ${level}` }, steps, level);
}

/** The name of a series, its service less loud than the API. */
function seriesName(series) {
  return node(
    "span",
    { class: "name" },
    logged(`${service(series.source)}:`, { class: "service" }),
    logged(series.name),
    series.error === null ? null : [" ", logged(series.error, { class: "code" })],
  );
}

/** The address of an episode in the page. An id that was given could be any text. */
function address(episode) {
  return `#${encodeURIComponent(episode.id)}`;
}

/** Unpacks what the page holds under an id. */
async function unpack(id) {
  const text = atob(byId(id).textContent.trim());
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function explanation(episode) {
  return JSON.parse(new TextDecoder().decode(await unpack(`e${episode.index}`)));
}
