// The head of the page: what the report spans, what was found, and what it was made of.

function drawOverview(box, choose) {
  const { span } = report;
  const title = span === null ? "No calls were read" : `${time(span[0])} to ${time(span[1])}`;
  document.title = span === null ? "Insights" : `Insights ${day(span[0])} to ${day(span[1] - 1)}`;
  const calls = allSeries.reduce((sum, series) => sum + series.calls, 0);
  box.append(
    node(
      "div",
      { class: "masthead" },
      node(
        "div",
        {},
        node("p", { class: "kicker" }, "CloudTrail Insights"),
        node(
          "h1",
          {},
          title,
          span === null ? null : node("small", {}, ` UTC, ${duration(span[1] - span[0])}`),
        ),
      ),
      node("div", { class: "tools" }, keysButton(), themeButton()),
    ),
    node(
      "div",
      { class: "tiles" },
      tile(count(allEpisodes.length), allEpisodes.length === 1 ? "episode" : "episodes", [
        allEpisodes.length === 0 ? node("p", {}, nothingFound()) : severityBar(),
        node("ul", { class: "parts" }, ...severityParts(choose), ...kindParts(choose)),
      ]),
      tile(count(report.dims.accounts.length), places(), [
        node("p", { class: "where" }, listed(report.dims.accounts, 3)),
        node("p", { class: "where" }, listed(report.dims.regions, 4)),
      ]),
      tile(count(calls), "calls and errors", [
        node(
          "p",
          {},
          `${count(allSeries.length)} series, `,
          `${count(allSeries.filter(({ found }) => found.length > 0).length)} with Insights`,
        ),
      ]),
    ),
    about(),
  );
}

function tile(figure, label, more) {
  return node(
    "section",
    { class: "tile panel" },
    node("h2", {}, node("strong", {}, figure), ` ${label}`),
    more,
  );
}

function places() {
  const accounts = report.dims.accounts.length === 1 ? "account" : "accounts";
  return `${accounts}, ${plural(report.dims.regions.length, "Region")}`;
}

/** The first names of a list, and how many more there are. */
function listed(values, most) {
  const parts = values.slice(0, most).flatMap((value) => [logged(value || "unknown"), ", "]);
  parts.pop();
  if (values.length > most) parts.push(` and ${count(values.length - most)} more`);
  return parts;
}

function tallied(levels, of) {
  return levels
    .map((level) => [level, allEpisodes.filter((episode) => of(episode) === level).length])
    .filter(([, number]) => number > 0);
}

function bySeverity() {
  return tallied([...SEVERITIES, "unknown"], (episode) => episode.severity ?? "unknown");
}

function severityBar() {
  const bar = node("div", { class: "stack", "aria-hidden": "true" });
  for (const [level, number] of bySeverity()) {
    const part = node("i", { class: level });
    part.style.flexGrow = number;
    bar.append(part);
  }
  return bar;
}

function severityParts(choose) {
  return bySeverity().map(([level, number]) =>
    node(
      "li",
      {},
      choice(`${count(number)} ${level}`, level, () => choose("severity", level)),
    ),
  );
}

function byKind() {
  return tallied(Object.values(LOOKS), (episode) => episode.look);
}

function choice(text, kind, choose) {
  return node("button", { type: "button", class: `part ${kind}`, onclick: choose }, text);
}

function kindParts(choose) {
  return byKind().map(([look, number]) => {
    const [field, value] = look === LOOKS.errors ? ["type", "error"] : ["kind", look.name];
    const what = look === LOOKS.errors ? "errors" : plural(number, look.name).split(" ")[1];
    return node(
      "li",
      {},
      choice(`${look.sign} ${count(number)} ${what}`, look.name, () => choose(field, value)),
    );
  });
}

/** What was read, with which settings, by which command. */
function about() {
  const problems = report.problems.length + report.moreProblems;
  const line = [wasRead()];
  if (problems > 0) {
    line.push(", ", node("strong", { class: "bad" }, plural(problems, "problem")));
  }
  return node(
    "details",
    { class: "about panel" },
    node("summary", {}, node("span", {}, "About this report: "), line),
    node(
      "div",
      { class: "columns" },
      node("section", {}, node("h3", {}, "What was read"), pairs(report.summary), troubles()),
      node("section", {}, node("h3", {}, "Settings"), pairs(report.settings)),
    ),
    node("h3", {}, "Command"),
    command(report.command, "Copy the command"),
  );
}

/** What was read, in a line: “12,273 records read (…)”. */
function wasRead() {
  const [what, text] =
    report.summary.find(([label]) => label === "records" || label === "rows") ?? [];
  const number = /^[\d,]+/u.exec(text ?? "")?.[0];
  if (number === undefined) return "what was read";
  return visible(`${number} ${what} read ${text.slice(number.length).trim()}`);
}

function pairs(list) {
  return node(
    "dl",
    { class: "pairs" },
    list.map(([label, text]) => [node("dt", {}, visible(label)), node("dd", {}, visible(text))]),
  );
}

function troubles() {
  if (report.problems.length === 0) return null;
  const more = report.moreProblems;
  return node(
    "div",
    {},
    node("h3", { class: "bad" }, "What could not be read"),
    node(
      "ul",
      { class: "problems" },
      report.problems.map((problem) => node("li", {}, visible(problem))),
      more > 0 ? node("li", {}, `and ${count(more)} more`) : null,
    ),
  );
}

function command(text, label) {
  return node(
    "div",
    { class: "command" },
    node("code", {}, visible(text)),
    copyButton(label, text),
  );
}

/** Changes between light and dark. A page of a mail attachment may have no memory: it has none. */
function themeButton() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const button = node("button", { type: "button", class: "quiet", id: "theme" });
  const isDark = () =>
    (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "")) === "dark";
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Change to ${isDark() ? "light" : "dark"} colours`);
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    label();
    document.dispatchEvent(new Event("themechange"));
  });
  dark.addEventListener("change", () => {
    label();
    document.dispatchEvent(new Event("themechange"));
  });
  label();
  return button;
}
