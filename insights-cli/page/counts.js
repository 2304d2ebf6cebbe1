// The calls of one series: by hours for the whole log, by minutes where it matters.

class Counts {
  /** Reads the numbers of a series, each of which is a LEB128 varint. */
  constructor(bytes) {
    let at = 0;
    const next = () => {
      let value = 0;
      let scale = 1;
      for (;;) {
        const byte = bytes[at];
        if (byte === undefined) throw new Error("the counts of this series are cut short");
        at += 1;
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return value;
        scale *= 0x80;
      }
    };
    this.firstHour = next();
    this.hours = Array.from({ length: next() }, next);
    this.segments = Array.from({ length: next() }, () => {
      const start = next();
      const length = next();
      const gaps = Array.from({ length: next() }, next);
      const calls = new Float64Array(length);
      let minute = 0;
      for (const gap of gaps) {
        minute += gap;
        calls[minute] = next();
      }
      return { start, end: start + length, calls };
    });
  }

  static async of(series) {
    return new Counts(await unpack(`s${series.index}`));
  }

  get start() {
    return this.firstHour * HOUR;
  }

  get end() {
    const hours = (this.firstHour + this.hours.length) * HOUR;
    // The last hour may not be over.
    return Math.min(hours, report.span?.[1] ?? hours);
  }

  /** The segment that a minute is in, if it is known by minutes. */
  segment(minute) {
    return this.segments.find((segment) => minute >= segment.start && minute < segment.end);
  }

  /** The calls of a minute, or null where only hours are known. */
  exactly(minute) {
    const segment = this.segment(minute);
    return segment ? segment.calls[minute - segment.start] : null;
  }

  /** The calls of the hour that a minute is in, or null outside of the log. */
  hour(minute) {
    return this.hours[Math.floor(minute / HOUR) - this.firstHour] ?? null;
  }

  /** Sum and busiest minute of those that are known from one minute to before another. */
  tally(from, to) {
    const tally = { minutes: 0, calls: 0, most: 0, mostAt: from };
    for (const segment of this.segments) {
      const last = Math.min(to, segment.end);
      for (let minute = Math.max(from, segment.start); minute < last; minute += 1) {
        const calls = segment.calls[minute - segment.start];
        tally.minutes += 1;
        tally.calls += calls;
        if (calls > tally.most) {
          tally.most = calls;
          tally.mostAt = minute;
        }
      }
    }
    return tally;
  }

  /** Calls visit(minute, exact) where a line may change: each minute, or each quarter of an hour. */
  walk(visit) {
    const { end } = this;
    let minute = this.start;
    let next = 0;
    while (minute < end) {
      while (next < this.segments.length && this.segments[next].end <= minute) next += 1;
      const segment = this.segments[next];
      const exact = segment !== undefined && minute >= segment.start;
      visit(minute, exact);
      if (exact) minute += 1;
      else minute = Math.min(minute - (minute % 15) + 15, segment?.start ?? end, end);
    }
  }
}
