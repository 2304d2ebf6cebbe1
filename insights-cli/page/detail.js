// One episode: its chart, what changed, why it fired, its records, and what to type to see more.

class Detail {
  #box;
  #chart = null;
  #near;
  #close;
  #turn = 0;
  #steps = node("span", { class: "buttons" });
  /** The episode that is open, or null. */
  episode = null;

  /** Draws into a box; `neighbour(episode, step)` is the next of the list, `closed()` closes it. */
  constructor(box, neighbour, closed) {
    this.#box = box;
    this.#near = neighbour;
    this.#close = closed;
  }

  hide() {
    this.#turn += 1;
    this.#chart?.destroy();
    this.#chart = null;
    this.episode = null;
    this.#box.hidden = true;
    this.#box.replaceChildren();
  }

  /** Shows an episode, at once what is known of it and then what has to be unpacked. */
  async show(episode) {
    this.hide();
    const turn = this.#turn;
    this.episode = episode;
    const chart = node("div", { class: "chart" });
    const rest = node("div", { class: "rest" });
    this.#box.append(this.#head(episode), facts(episode), chart, rest);
    this.link();
    this.#box.className = `panel detail ${episode.look.name}`;
    this.#box.setAttribute("aria-busy", "true");
    this.#box.hidden = false;
    try {
      const [told, counts] = await Promise.all([explanation(episode), Counts.of(episode.series)]);
      if (turn !== this.#turn) return;
      this.#chart = new Chart(chart, episode, counts, told.band);
      rest.append(...this.#sections(episode, told));
    } catch (error) {
      if (turn !== this.#turn) return;
      chart.replaceChildren(
        node(
          "p",
          { class: "notice" },
          `This episode could not be unpacked: ${error.message}. A browser of 2023 or later can.`,
        ),
      );
    }
    this.#box.removeAttribute("aria-busy");
  }

  /** Makes the links to the episodes around the open one anew, as the list may be another. */
  link() {
    if (this.episode === null) return;
    const step = (label, text, by) => {
      const to = this.#near(this.episode, by);
      return node(
        "a",
        {
          class: "button",
          href: to === null ? null : address(to),
          "aria-disabled": to === null ? "true" : null,
          title: label,
        },
        text,
      );
    };
    this.#steps.replaceChildren(
      step("Previous episode (k)", "‹ Previous", -1),
      step("Next episode (j)", "Next ›", 1),
    );
  }

  #head(episode) {
    return node(
      "div",
      { class: "head" },
      node(
        "h2",
        { id: "detail-title", tabindex: "-1" },
        sign(episode),
        " ",
        seriesName(episode.series),
      ),
      node(
        "nav",
        { class: "buttons", "aria-label": "Episodes of the list" },
        this.#steps,
        node("button", { type: "button", onclick: this.#close, title: "Close (Esc)" }, "Close"),
      ),
    );
  }

  #sections(episode, { sentences, records, commands }) {
    const others = allEpisodes.filter(
      (other) =>
        other !== episode && other.incident !== null && other.incident === episode.incident,
    );
    const last = records.at(-1);
    const why = node(
      "section",
      { class: "why" },
      node("h3", {}, episode.read ? "What insights makes of it" : "Why it fired"),
      sentences.map((sentence) => node("p", {}, visible(sentence))),
      others.length === 0 ? null : related(others),
    );
    const more = node(
      "section",
      { class: "commands" },
      node("h3", {}, "See more"),
      commands.map(([label, text]) => [
        node("p", { class: "label" }, visible(label)),
        command(text, `Copy: ${visible(label)}`),
      ]),
    );
    return [
      node("div", {}, why, more),
      node("section", { class: "changed" }, node("h3", {}, "What changed"), changes(last)),
      recordTabs(records),
    ];
  }
}

function facts(episode) {
  const { series } = episode;
  const fact = (label, ...value) => node("div", {}, node("dt", {}, label), node("dd", {}, value));
  const link = () => new URL(address(episode), location.href).href;
  return node(
    "dl",
    { class: "facts" },
    fact(
      "Severity",
      severity(episode),
      episode.score === null ? "" : ` score ${scoreText(episode.score)}`,
    ),
    fact(
      "When (UTC)",
      `${time(episode.start)} to ${episode.open ? "the end of the log" : ending(episode)}`,
      node("span", { class: "faint" }, ` ${duration(episode.length)}`),
    ),
    fact(
      episode.type === "error" ? "Errors a minute" : "Calls a minute",
      `${rate(episode.baseline)} → ${rate(episode.insight)} `,
      node("span", { class: "faint" }, change(episode.baseline, episode.insight)),
    ),
    fact(
      "Where",
      logged(series.account || "unknown account"),
      " ",
      logged(series.region || "unknown Region"),
      node("span", { class: "faint" }, ` ${visible(series.category)} events`),
    ),
    fact("Who", episode.who === null ? "not named" : logged(episode.who)),
    fact(
      "Id",
      node("code", {}, visible(episode.id)),
      copyButton("Copy the link to this episode", link),
    ),
  );
}

function ending(episode) {
  return day(episode.end) === day(episode.start) ? clock(episode.end) : time(episode.end);
}

function related(others) {
  return node(
    "div",
    { class: "related" },
    node("h4", {}, "The same incident"),
    node(
      "ul",
      {},
      others.map((other) =>
        node(
          "li",
          {},
          node("a", { href: address(other) }, sign(other), " ", seriesName(other.series)),
          ` ${time(other.start)}, ${duration(other.length)} `,
          node("span", { class: "faint" }, place(other.series)),
        ),
      ),
    ),
  );
}

/** The records as JSON, one at a time. */
function recordTabs(records) {
  const text = node("pre", { tabindex: "0", id: "record", role: "tabpanel" });
  let json = "";
  const choose = (record) => {
    json = prettyJson(record);
    text.textContent = json;
  };
  const tabs = tabList(
    "Records",
    records.map((record) => ({
      label: String(record.insightDetails?.state ?? "Record"),
      panel: text,
      chosen: () => choose(record),
    })),
  );
  const section = node(
    "section",
    { class: "record" },
    node(
      "div",
      { class: "bar-of-tools" },
      node("h3", {}, "CloudTrail record"),
      tabs.list,
      copyButton("Copy the record", () => json),
    ),
    text,
  );
  tabs.choose(0);
  return section;
}

/** Tabs that the arrow keys walk through. */
function tabList(label, entries) {
  const list = node("div", { role: "tablist", class: "tablist", "aria-label": label });
  const choose = (chosen) => {
    buttons.forEach((button, index) => {
      button.setAttribute("aria-selected", String(index === chosen));
      button.tabIndex = index === chosen ? 0 : -1;
    });
    entries[chosen].chosen();
  };
  const buttons = entries.map((entry, index) =>
    node(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-controls": entry.panel.id,
        onclick: () => choose(index),
      },
      entry.label,
    ),
  );
  list.append(...buttons);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const now = buttons.indexOf(event.target);
    if (step === undefined || now < 0) return;
    event.preventDefault();
    const next = (now + step + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  return { list, buttons, choose };
}
