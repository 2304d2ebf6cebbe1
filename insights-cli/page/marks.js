// What is drawn on a chart besides its lines: the episode, its Start and End, and the axes' words.

/** Steps of the axis of calls: those that make whole numbers where there are some. */
const ROUND = Array.from(
  { length: 42 },
  (_, at) => [1, 2, 5][at % 3] * 10 ** (Math.floor(at / 3) - 4),
);

/**
 * Shades the minutes of an episode, and fainter those of others of its series, and draws lines where
 * it starts and ends: all below the calls, which may be as narrow.
 */
function shade(plot, episode, colours) {
  const { context, top, height, left, right, at, scale } = canvasOf(plot);
  context.save();
  for (const other of episode.series.found) {
    const [start, end] = [at(other.start), at(other.end)];
    if (end < left || start > right) continue;
    const from = Math.max(start, left);
    // An episode of minutes in a chart of weeks is a line.
    const to = Math.min(Math.max(end, start + 2), right);
    context.fillStyle = `${colours.episode}${other === episode ? "38" : "18"}`;
    context.fillRect(from, top, to - from, height);
  }
  context.lineWidth = scale;
  context.strokeStyle = colours.episode;
  for (const minute of episode.open ? [episode.start] : [episode.start, episode.end]) {
    const x = Math.round(at(minute));
    if (x >= left && x <= right) rule(context, x, top - 4 * scale, x, top + height);
  }
  context.restore();
}

/** Marks the average of the baseline, and names Start and End of an episode. */
function mark(plot, episode, colours) {
  const canvas = canvasOf(plot);
  const { context, left, right, scale } = canvas;
  context.save();
  context.lineWidth = scale;
  const level = Math.round(plot.valToPos(episode.baseline ?? 0, "y", true));
  context.strokeStyle = colours.baseline;
  context.setLineDash([2 * scale, 3 * scale]);
  rule(context, left, level, right, level);
  context.setLineDash([]);
  context.fillStyle = colours.episode;
  context.font = `600 ${12 * scale}px system-ui, sans-serif`;
  context.textBaseline = "bottom";
  nameEnds(canvas, episode);
  context.restore();
}

function nameEnds({ context, top, left, right, at, scale }, { start, end, open }) {
  const inside = (x) => x >= left && x <= right;
  const write = (x, text, align) => {
    context.textAlign = align;
    context.fillText(text, x, top - 5 * scale);
  };
  const [from, to] = [Math.round(at(start)), Math.round(at(end))];
  const starts = `Start ${clock(start)}`;
  const ends = open ? "still open" : `End ${clock(end)}`;
  const room = 80 * scale;
  const [before, after] = [from - left, right - to];
  if (inside(from) && inside(to) && to - from < 2 * room && Math.min(before, after) < room) {
    // Close together and close to an edge: one text for both, towards the other edge.
    if (before < after) write(from, `${starts}, ${ends}`, "left");
    else write(to, `${starts}, ${ends}`, "right");
  } else {
    if (inside(from)) write(from, ` ${starts} `, before < room ? "left" : "right");
    if (inside(to)) write(to, ` ${ends} `, after < room ? "right" : "left");
  }
}

/** The canvas of a chart, in its own pixels. */
function canvasOf(plot) {
  const { top, height, left, width } = plot.bbox;
  const at = (minute) => plot.valToPos(minute * 60, "x", true);
  return { context: plot.ctx, top, height, left, right: left + width, at, scale: uPlot.pxRatio };
}

function rule(context, x, y, toX, toY) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
}

/** Times of the axis, with the day at the first mark of each. */
function timeLabels(plot, splits, _, __, step) {
  const onlyDays = step >= DAY * 60;
  let last = "";
  return splits.map((seconds) => {
    const minute = Math.round(seconds / 60);
    const date = day(minute).slice(5);
    const first = date !== last;
    last = date;
    if (onlyDays) return date;
    return first ? `${clock(minute)}\n${date}` : clock(minute);
  });
}

/** The colours of the page as a canvas wants them: #rrggbb, for the theme that is on. */
function palette(box, look) {
  const probe = node("i");
  box.append(probe);
  const read = (variable) => {
    probe.style.color = `var(--${variable})`;
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g);
    const hex = (channel) => Math.round(Number(channel)).toString(16).padStart(2, "0");
    return `#${hex(red)}${hex(green)}${hex(blue)}`;
  };
  const found = {
    calls: read("calls"),
    hours: read("faint"),
    expected: read("expected"),
    band: read("band"),
    baseline: read("baseline"),
    episode: read(look),
    ink: read("ink-2"),
    grid: read("line"),
  };
  probe.remove();
  return found;
}
