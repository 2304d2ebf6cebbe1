// What is shown: the fields of the filter and what passes them.

const ANY = "";

class Filter {
  #changed;
  #only = null;
  #chosen;
  #fields = {};
  #count = node("output", { class: "count", role: "status" });
  #chip = node("button", { type: "button", class: "chip", hidden: true });
  #clear = node("button", { type: "reset", class: "quiet" }, "Clear");

  /** Fills a form, and calls `changed` after each change to it. */
  constructor(form, changed) {
    this.#changed = changed;
    form.append(
      this.#field("text", "Find", this.#search()),
      manyAccounts ? this.#select("account", "Account", names(report.dims.accounts)) : [],
      this.#select("region", "Region", names(report.dims.regions)),
      this.#select(
        "source",
        "Service",
        names(
          allSeries.map((series) => series.source),
          service,
        ),
      ),
      this.#select("name", "API", []),
      this.#select("type", "Type", [
        ["rate", "call rate"],
        ["error", "error rate"],
      ]),
      this.#select("kind", "Kind", [
        ["rise", "▲ rise"],
        ["fall", "▼ fall"],
      ]),
      this.#select("severity", "Severity", this.#severities()),
      this.#field("from", "From (UTC)", momentField()),
      this.#field("to", "To (UTC)", momentField()),
      node("div", { class: "shown" }, this.#count, this.#chip, this.#clear),
    );
    this.#listNames();
    this.#read();
    let timer = 0;
    form.addEventListener("input", (event) => {
      if (!event.target.matches("input")) return;
      // What is being written is waited for.
      clearTimeout(timer);
      timer = setTimeout(() => this.#update(), 120);
    });
    form.addEventListener("change", (event) => {
      if (event.target === this.#fields.source) this.#listNames();
      clearTimeout(timer);
      this.#update();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      this.clear();
    });
    this.#chip.addEventListener("click", () => {
      this.#only = null;
      this.#update();
      this.#fields.text.focus();
    });
  }

  /** Shows everything again. */
  clear() {
    for (const field of Object.values(this.#fields)) field.value = ANY;
    this.#only = null;
    this.#listNames();
    this.#update();
  }

  /** Shows one series only. */
  only(series) {
    this.clear();
    this.#only = series;
    this.#update();
  }

  /** Shows what has one value only, such as one severity. */
  choose(name, value) {
    this.#fields[name].value = value;
    this.#update();
  }

  /** Shows what is in a span only. */
  span(from, to) {
    this.#fields.from.value = time(from);
    this.#fields.to.value = time(to);
    this.#update();
  }

  focus() {
    this.#fields.text.focus();
    this.#fields.text.select();
  }

  episode(episode) {
    const chosen = this.#chosen;
    return (
      this.#belongs(episode.series) &&
      this.#happened(episode) &&
      chosen.words.every((word) => episode.words.includes(word))
    );
  }

  /** A series passes by itself, or by an episode of it where only episodes can. */
  series(series) {
    const { words, ofEpisodes } = this.#chosen;
    if (!this.#belongs(series)) return false;
    if (ofEpisodes) return series.found.some((episode) => this.episode(episode));
    return (
      words.every((word) => series.words.includes(word)) ||
      series.found.some((episode) => this.episode(episode))
    );
  }

  #belongs(series) {
    const { account, region, source, name, type } = this.#chosen;
    return (
      (this.#only === null || this.#only === series) &&
      (account === ANY || account === series.account) &&
      (region === ANY || region === series.region) &&
      (source === ANY || source === series.source) &&
      (name === ANY || name === series.name) &&
      (type === ANY || type === series.type)
    );
  }

  #happened(episode) {
    const { kind, severity: wanted, from, to } = this.#chosen;
    return (
      (kind === ANY || kind === episode.kind) &&
      (wanted === ANY || wanted.split(" ").includes(episode.severity ?? "unknown")) &&
      (from === null || episode.end > from) &&
      (to === null || episode.start < to)
    );
  }

  #update() {
    this.#read();
    this.#changed();
  }

  /** Says how many are shown. */
  tell(shown) {
    const all = allEpisodes.length;
    this.#count.textContent = `${count(shown)} of ${plural(all, "episode")} shown`;
    this.#chip.hidden = this.#only === null;
    if (this.#only !== null) {
      this.#chip.replaceChildren("Only ", logged(this.#only.title), " ", place(this.#only), " ×");
      this.#chip.setAttribute(
        "aria-label",
        `Show other APIs than ${visible(this.#only.title)} too`,
      );
    }
    this.#clear.disabled = !this.#chosen.any;
  }

  #read() {
    const value = (name) => this.#fields[name]?.value ?? ANY;
    const chosen = {};
    for (const name of ["account", "region", "source", "name", "type", "kind", "severity"]) {
      chosen[name] = value(name);
    }
    chosen.from = this.#moment("from");
    chosen.to = this.#moment("to");
    chosen.words = value("text").toLowerCase().split(/\s+/u).filter(Boolean);
    chosen.ofEpisodes =
      chosen.kind !== ANY || chosen.severity !== ANY || chosen.from !== null || chosen.to !== null;
    chosen.any =
      this.#only !== null || Object.keys(this.#fields).some((name) => value(name) !== ANY);
    this.#chosen = chosen;
  }

  /** The minute that a field holds, or null: what is no time is marked and filters nothing. */
  #moment(name) {
    const field = this.#fields[name];
    const minute = minuteOf(field.value);
    const wrong = minute === null && field.value.trim() !== ANY;
    field.setCustomValidity(wrong ? "A time is written as 2026-03-10 or 2026-03-10 16:30." : "");
    field.setAttribute("aria-invalid", String(wrong));
    return minute;
  }

  #search() {
    return node("input", {
      type: "search",
      placeholder: "who, API, error code, id",
      spellcheck: "false",
      autocapitalize: "off",
      "aria-keyshortcuts": "/",
    });
  }

  #severities() {
    const known = SEVERITIES.map((level) => [level, level]);
    known.splice(1, 0, ["high medium", "high or medium"]);
    if (allEpisodes.some((episode) => episode.severity === null))
      known.push(["unknown", "unknown"]);
    return known;
  }

  /** Offers the APIs of the service that is chosen. */
  #listNames() {
    const source = this.#fields.source.value;
    const offered = allSeries.filter((series) => source === ANY || series.source === source);
    const before = this.#fields.name.value;
    offer(this.#fields.name, names(offered.map((series) => series.name)));
    this.#fields.name.value = offered.some((series) => series.name === before) ? before : ANY;
  }

  #select(name, label, options) {
    const select = node("select");
    offer(select, options);
    return this.#field(name, label, select);
  }

  #field(name, label, field) {
    field.name = name;
    this.#fields[name] = field;
    return node("label", { class: `field of-${name}` }, node("span", {}, label), field);
  }
}

/** A field for a time, always written the same way and in UTC, whatever the browser's language. */
function momentField() {
  return node("input", {
    type: "text",
    placeholder: "2026-03-10 16:30",
    inputmode: "numeric",
    spellcheck: "false",
  });
}

/** The different values of a list as options, in order. */
function names(values, shown = (value) => value) {
  return [...new Set(values)]
    .map((value) => [value, visible(shown(value)) || "unknown"])
    .sort(([, one], [, other]) => (one < other ? -1 : 1));
}

function offer(select, options) {
  select.replaceChildren(
    node("option", { value: ANY }, "any"),
    ...options.map(([value, shown]) => node("option", { value }, shown)),
  );
}
