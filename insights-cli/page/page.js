// Puts the page together and keeps its parts in step.

document.body.classList.toggle("accounts", manyAccounts);
const filter = new Filter(byId("filters"), update);
drawOverview(byId("overview-box"), (name, value) => {
  filter.choose(name, value);
  byId("filters").scrollIntoView({ block: "start" });
});
const timeline = new Timeline(byId("timeline"), (from, to) => filter.span(from, to));
const panels = ["episodes-panel", "series-panel"].map((id) =>
  node("div", { id, role: "tabpanel", class: "panel", tabindex: "-1" }),
);
const tabs = tabList("Lists", [
  { label: "Episodes", panel: panels[0], chosen: () => choosePanel(0) },
  { label: "APIs", panel: panels[1], chosen: () => choosePanel(1) },
]);
byId("content").append(tabs.list, ...panels);
const episodes = new Episodes(panels[0]);
const seriesList = new SeriesList(panels[1], (series) => {
  filter.only(series);
  tabs.choose(0);
  byId("content").focus();
});
const detail = new Detail(byId("detail"), near, close);
tabs.choose(0);
// Without anything to place or to choose from there is no use for either.
byId("timeline").hidden = allEpisodes.length === 0;
byId("filters").hidden = allSeries.length === 0;
update();

function choosePanel(chosen) {
  panels.forEach((panel, index) => {
    panel.hidden = index !== chosen;
  });
}

/** Shows everywhere what passes the filter. */
function update() {
  const passes = (episode) => filter.episode(episode);
  timeline.draw(passes);
  episodes.draw(passes);
  seriesList.draw((series) => filter.series(series));
  timeline.mark(detail.episode);
  detail.link();
  filter.tell(episodes.shown.length);
  tabs.buttons[0].textContent = `Episodes ${count(episodes.shown.length)}`;
  tabs.buttons[1].textContent = `APIs ${count(seriesList.size)}`;
}

/** The episode of the list so many steps after another, or null. */
function near(episode, step) {
  const at = episodes.shown.indexOf(episode);
  return (at < 0 ? null : episodes.shown[at + step]) ?? null;
}

function go(step) {
  const to = detail.episode === null ? episodes.shown[0] : near(detail.episode, step);
  if (to) location.hash = address(to);
}

function close() {
  if (detail.episode === null) return;
  const { episode } = detail;
  location.hash = "";
  show();
  episodes.focus(episode);
}

/** Shows the episode that the address names by its id or the beginning of it. */
function show() {
  const wanted = decoded(location.hash.slice(1));
  const notice = byId("notice");
  notice.hidden = true;
  if (wanted === "") {
    detail.hide();
    highlight(null);
    return;
  }
  const found = allEpisodes.filter(({ id }) => id.startsWith(wanted));
  const exact =
    found.find(({ id }) => id === wanted) ?? (found.length === 1 ? found[0] : undefined);
  if (exact === undefined) {
    detail.hide();
    highlight(null);
    notice.textContent =
      found.length === 0
        ? `No episode of this report has an id that begins with “${visible(wanted)}”.`
        : `${count(found.length)} episodes have an id that begins with “${visible(wanted)}”: more of it is needed.`;
    notice.hidden = false;
    notice.scrollIntoView({ block: "nearest" });
    return;
  }
  if (exact === detail.episode) return;
  detail.show(exact);
  highlight(exact);
  byId("detail").scrollIntoView({ block: "start" });
  byId("detail-title").focus({ preventScroll: true });
}

function highlight(episode) {
  timeline.mark(episode);
  episodes.mark(episode);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("content").focus();
});
byId("footer").append(
  node(
    "p",
    {},
    `Written by ${visible(report.program)}. Times are UTC. Nothing in this page is loaded from elsewhere or sent anywhere.`,
  ),
);
window.addEventListener("hashchange", show);
window.addEventListener("beforeprint", () => {
  for (const box of document.querySelectorAll("details")) box.open = true;
});
listenToKeys({
  j: () => go(1),
  k: () => go(-1),
  "/": () => filter.focus(),
  "?": showKeys,
  Escape: close,
});
show();
