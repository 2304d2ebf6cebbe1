// Who and what an episode is made of, against the days before it.

const ATTRIBUTES = {
  userIdentityArn: "Identities",
  userAgent: "User agents",
  errorCode: "Error codes",
  resourceArn: "Resources",
};

/** What a record names as nothing. */
const NOTHING = "null";

/** The shares of each attribute, before and during the episode, side by side. */
function changes(record) {
  const context = record?.insightDetails?.insightContext;
  const attributions = context?.attributions ?? [];
  if (attributions.length === 0) {
    return node(
      "p",
      { class: "faint" },
      "The input does not tell who called: these counts have no attributions.",
    );
  }
  const totals = {
    baseline: context.statistics?.baseline?.average ?? 0,
    insight: context.statistics?.insight?.average ?? 0,
  };
  return attributions.map((attribution) => attributeTable(attribution, totals));
}

function attributeTable({ attribute, insight = [], baseline = [] }, totals) {
  const rows = new Map();
  for (const [side, shares] of [
    ["insight", insight],
    ["baseline", baseline],
  ]) {
    for (const { value, average } of shares) {
      if (!rows.has(value)) rows.set(value, { insight: 0, baseline: 0 });
      rows.get(value)[side] = average;
    }
  }
  const rest = {
    insight: totals.insight - totalOf(insight),
    baseline: totals.baseline - totalOf(baseline),
  };
  const entries = [...rows].map(([value, averages]) =>
    changeRow(attribute, value, averages, totals),
  );
  // Averages are rounded to ten digits, so what is left over of them may be nothing.
  if (rest.insight > totals.insight / 1e4 || rest.baseline > totals.baseline / 1e4) {
    entries.push(changeRow(attribute, null, rest, totals));
  }
  return node(
    "table",
    { class: "changes" },
    node("caption", {}, ATTRIBUTES[attribute] ?? visible(attribute)),
    node(
      "thead",
      {},
      node(
        "tr",
        {},
        node("th", { scope: "col", class: "off-screen" }, "Value"),
        node("th", { scope: "col" }, "Baseline"),
        node("th", { scope: "col" }, "Insight"),
      ),
    ),
    node("tbody", {}, entries),
  );
}

function totalOf(shares) {
  return shares.reduce((total, { average }) => total + average, 0);
}

function changeRow(attribute, value, averages, totals) {
  return node(
    "tr",
    {},
    node(
      "th",
      { scope: "row" },
      node("div", {}, shownValue(attribute, value), value === null ? null : badge(averages)),
    ),
    shareCell("before", averages.baseline, totals.baseline),
    shareCell("during", averages.insight, totals.insight),
  );
}

function shownValue(attribute, value) {
  if (value === null) return node("em", {}, "all others");
  if (value === NOTHING) return node("em", {}, attribute === "errorCode" ? "no error" : "none");
  return logged(value);
}

function badge({ insight, baseline }) {
  if (baseline === 0) return node("span", { class: "badge new" }, "new");
  if (insight === 0) return node("span", { class: "badge gone" }, "gone");
  return null;
}

function shareCell(side, average, total) {
  const share = total > 0 ? Math.min(Math.max(average, 0) / total, 1) : 0;
  const fill = node("i", { "aria-hidden": "true" });
  fill.style.width = `${share * 100}%`;
  const text = average > 0 ? [node("b", {}, percent(share)), ` ${rate(average)} a min`] : "–";
  return node(
    "td",
    { class: side },
    node("span", { class: "share" }, fill),
    node("span", {}, text),
  );
}
