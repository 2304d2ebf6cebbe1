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
  // A record names the first few of each side. What it does not name may still be among the others.
  const sides = {
    insight: sideOf(insight, totals.insight),
    baseline: sideOf(baseline, totals.baseline),
  };
  const entries = [...rows].map(([value, averages]) =>
    changeRow(shownValue(attribute, value, badge(averages, sides)), averages, sides),
  );
  if (sides.insight.rest > 0 || sides.baseline.rest > 0) {
    const rest = { insight: sides.insight.rest, baseline: sides.baseline.rest };
    entries.push(changeRow(node("em", {}, "all others"), rest, sides));
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

/** The total of one side, how many values it names, and what is left over for others. */
function sideOf(shares, total) {
  const rest = total - shares.reduce((sum, { average }) => sum + average, 0);
  // Averages are rounded to ten digits, so what is left over of them may be nothing.
  return { total, named: shares.length, rest: rest > total / 1e4 ? rest : 0 };
}

function changeRow(value, averages, sides) {
  return node(
    "tr",
    {},
    node("th", { scope: "row" }, node("div", {}, value)),
    shareCell("before", averages.baseline, sides.baseline),
    shareCell("during", averages.insight, sides.insight),
  );
}

/** A value with its badge, which calls without an error have no use for. */
function shownValue(attribute, value, told) {
  if (value === NOTHING) return node("em", {}, attribute === "errorCode" ? "no error" : "none");
  return [logged(value), told];
}

/** Tells what came and what went, where the record is sure of it. */
function badge({ insight, baseline }, sides) {
  if (baseline === 0 && sides.baseline.rest === 0)
    return node("span", { class: "badge new" }, "new");
  if (insight === 0 && sides.insight.rest === 0)
    return node("span", { class: "badge gone" }, "gone");
  return null;
}

function shareCell(kind, average, { total, named, rest }) {
  const share = total > 0 ? Math.min(average / total, 1) : 0;
  const fill = node("i", { "aria-hidden": "true" });
  fill.style.width = `${share * 100}%`;
  let text = rest > 0 ? `not in the top ${named}` : "–";
  if (average > 0) text = [node("b", {}, percent(share)), ` ${rate(average)} a min`];
  return node(
    "td",
    { class: kind },
    node("span", { class: "share" }, fill),
    node("span", {}, text),
  );
}
