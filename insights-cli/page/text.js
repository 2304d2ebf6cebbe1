// How numbers, times and names are written.

const MINUTE = 60_000;
const HOUR = 60;
const DAY = 1440;

// What has no shape of its own, or changes the order or the look of what is around it. A name in a log
// is chosen by whoever makes the call, so none of it may act unseen.
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** Text of a log with everything invisible spelled out, such as ⟨U+202E⟩. */
function visible(text) {
  return String(text).replace(INVISIBLE, (character) => `⟨${codePoint(character)}⟩`);
}

function codePoint(character) {
  return `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A value as indented JSON in which everything invisible is escaped: the same value for a parser. */
function prettyJson(value) {
  const escape = (character) => {
    if (character === "\n") return character;
    let escaped = "";
    for (let unit = 0; unit < character.length; unit += 1) {
      escaped += `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`;
    }
    return escaped;
  };
  return JSON.stringify(value, null, 2).replace(INVISIBLE, escape);
}

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const HUNDREDTHS = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const TWO_DIGITS = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** A number of things. */
function count(number) {
  return WHOLE.format(number);
}

/** A number of things with their name. */
function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Calls a minute, with as many digits as tell something. */
function rate(number) {
  if (number === null || number === undefined) return "–";
  const size = Math.abs(number);
  if (size === 0) return "0";
  if (size < 0.00001) return "<0.00001";
  if (size < 1) return TWO_DIGITS.format(number);
  if (size < 10) return HUNDREDTHS.format(number);
  return (size < 1000 ? TENTHS : WHOLE).format(number);
}

function scoreText(score) {
  return score === null ? "–" : score.toFixed(1);
}

/** A share of something as per cent. */
function percent(share) {
  if (share > 0 && share < 0.005) return "<1%";
  if (share < 1 && share > 0.995) return ">99%";
  return `${Math.round(share * 100)}%`;
}

/** What became of a rate: how many times it was, or by how much it fell. */
function change(baseline, insight) {
  if (baseline === null || insight === null) return "";
  if (baseline === 0) return insight > 0 ? "from none" : "–";
  const times = insight / baseline;
  if (times < 1) return `−${percent(1 - times)}`;
  if (times >= 1e6) return ">1,000,000×";
  return `${(times < 10 ? TENTHS : WHOLE).format(times)}×`;
}

/** How far a rate has moved, for sorting: a rise from nothing is farther than any other. */
function distance(baseline, insight) {
  if (baseline === null || insight === null) return -1;
  if (baseline === 0) return insight > 0 ? Number.MAX_VALUE : 0;
  return insight > 0 ? Math.abs(Math.log(insight / baseline)) : Number.MAX_VALUE;
}

function instant(minute) {
  return new Date(minute * MINUTE).toISOString();
}

/** A minute since 1970 as day and time, UTC. */
function time(minute) {
  return instant(minute).slice(0, 16).replace("T", " ");
}

function day(minute) {
  return instant(minute).slice(0, 10);
}

function clock(minute) {
  return instant(minute).slice(11, 16);
}

/** The minute since 1970 of a day, or a day and a time, in UTC; or null. */
function minuteOf(text) {
  const parts = /^\s*(\d{4}-\d\d-\d\d)(?:[T ]+(\d\d:\d\d)(?::\d\d)?)?\s*(?:Z|UTC)?\s*$/iu.exec(
    text,
  );
  if (parts === null) return null;
  const found = Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}Z`);
  return Number.isNaN(found) ? null : found / MINUTE;
}

/** A number of minutes in its two largest units. */
function duration(minutes) {
  if (minutes < HOUR) return `${minutes} min`;
  const [days, hours, rest] = [
    Math.floor(minutes / DAY),
    Math.floor((minutes % DAY) / HOUR),
    minutes % HOUR,
  ];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : plural(days, "day");
  return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
}

/** A service without the ending that all of AWS's have. */
function service(source) {
  return source.replace(/\.amazonaws\.com$/, "");
}
