/* <medbook-readers>: a reader study in the page: the reader calls films normal or diseased, then sees their own
   operating point on a network's ROC curve, the agreement of the two, and the films that were called wrong.
   Attributes: data-truth (0 normal, 1 pneumonia, 2 tuberculosis: a digit a film), data-scores (the network's),
   data-threshold, optional data-seed (of the order): tools/make_reader_study.py. Its children are the fallback. */
(() => {
  const ERRORS = ["normal, alarm", "pneumonia, missed", "tuberculosis, missed"]; // by the digit of data-truth
  const COLS = 10, ENOUGH = 20; // films in a row of a sheet; films before one may stop
  const SIZES = { small: 48, large: 96 }; // pixels: what the network sees, and what the reader may see
  const KEYS = { n: "normal", ArrowLeft: "normal", d: "diseased", ArrowRight: "diseased", Backspace: "back" };
  // ---- Arithmetic and words: all of this runs without a browser ----
  const count = (flags) => flags.filter(Boolean).length;
  function tally(truth, calls) { // of arrays that are true for diseased
    const tp = count(truth.map((ill, at) => ill && calls[at])), fn = count(truth) - tp, fp = count(calls) - tp;
    return { tp, fn, fp, tn: truth.length - tp - fn - fp };
  }
  function wilson(successes, num) { // share and the ends of its 95 % interval; Wilson (1927)
    if (num === 0) return null;
    const share = successes / num, z = 1.959963984540054, shrink = 1 + (z * z) / num;
    const center = (share + (z * z) / (2 * num)) / shrink;
    const half = (z / shrink) * Math.sqrt((share * (1 - share)) / num + (z * z) / (4 * num * num));
    return { share, low: successes === 0 ? 0 : center - half, high: successes === num ? 1 : center + half };
  }
  const measures = ({ tp, fn, fp, tn }) => ({ sensitivity: wilson(tp, tp + fn), specificity: wilson(tn, fp + tn),
    accuracy: wilson(tp + tn, tp + fn + fp + tn) });
  function agreement(one, other) { // Cohen (1960); kappa is null where chance alone agrees always
    const num = one.length, agreed = count(one.map((call, at) => call === other[at]));
    const [a, b] = [one, other].map(count);
    const byChance = (a * b + (num - a) * (num - b)) / num;
    return { num, agreed, byChance, kappa: byChance === num ? null : (agreed - byChance) / (num - byChance) };
  }
  function rocPoints(truth, scores) { // (1 - specificity, sensitivity), the threshold falling; ties make one step
    return [[0, 0], ...[...new Set(scores)].sort((one, other) => other - one).map((threshold) => {
      const { tp, fn, fp, tn } = tally(truth, scores.map((score) => score >= threshold));
      return [fp / (fp + tn || 1), tp / (tp + fn || 1)];
    })];
  }
  const area = (points) => points.slice(1).reduce((sum, [x, y], at) =>
    sum + ((x - points[at][0]) * (y + points[at][1])) / 2, 0);
  function mistakes(truth, reader, network) { // numbers of the films, by who was wrong
    const found = { both: [], reader: [], network: [] };
    truth.forEach((ill, at) => {
      const wrong = [reader[at] !== ill && "reader", network[at] !== ill && "network"].filter(Boolean);
      if (wrong.length) found[wrong.length === 2 ? "both" : wrong[0]].push(at);
    });
    return found;
  }
  function shuffled(num, seed) { // Fisher and Yates; the numbers are mulberry32's
    const order = Array.from({ length: num }, (_, at) => at);
    for (let left = num - 1, state = seed >>> 0; left > 0; left -= 1) {
      let bits = (state = (state + 0x6d2b79f5) >>> 0);
      bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
      bits = (bits ^ (bits + Math.imul(bits ^ (bits >>> 7), bits | 61))) >>> 0;
      const at = Math.floor(((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32 * (left + 1));
      [order[left], order[at]] = [order[at], order[left]];
    }
    return order;
  }
  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;
  const withInterval = (found) => found ? `${percent(found.share)} [${percent(found.low)}, ${percent(found.high)}]`
    : "no such film";
  function kappaSentence({ num, agreed, byChance, kappa }) {
    const start = `You and the network agree on ${agreed} of ${num} films`;
    if (kappa === null) return `${start}. Both gave the same answer to all of them, so kappa is not defined.`;
    const meaning = kappa < 0 ? "less often than if your answers were shuffled" :
      `${percent(kappa)} of the way from chance to full agreement`;
    return `${start}; if your answers were shuffled, on ${byChance.toFixed(1)} on average. ` +
      `Cohen’s kappa is ${kappa.toFixed(2).replace("-", "\u2212")}: ${meaning}. It does not say who is right.`;
  }
  const PLOT = { left: 46, top: 8, side: 272 }, round = (length) => Number(length.toFixed(2)); // in SVG units
  const place = ([across, up]) => [PLOT.left + PLOT.side * across, PLOT.top + PLOT.side * (1 - up)].map(round);
  const path = (points) => `M${points.map((point) => place(point).join(" ")).join("L")}`;
  function readOptions({ truth = "", scores = "", threshold, seed = Math.floor(1e6 * Math.random()) }) {
    const demand = (isGood, rule) => { if (!isGood) throw new RangeError(`data-${rule}`); };
    demand(/^[012]+$/.test(truth) && /0/.test(truth) && /[12]/.test(truth), "truth must have 0 and 1 or 2, no other");
    const numbers = scores.split(",").map((score) => (score.trim() ? Number(score) : NaN));
    demand(numbers.length === truth.length && numbers.every(Number.isFinite), "scores must be a number for each film");
    demand(threshold && Number.isFinite(Number(threshold)), "threshold must be a number");
    demand(Number.isInteger(Number(seed)) && seed >= 0, "seed must be a whole number");
    const calls = numbers.map((score) => score >= Number(threshold));
    return { classes: [...truth].map(Number), scores: numbers, calls, seed: Number(seed) };
  }
  if (typeof module !== "undefined") module.exports = { KEYS, tally, wilson, measures, agreement, rocPoints, area,
    mistakes, shuffled, percent, withInterval, kappaSentence, place, readOptions };
  if (typeof customElements === "undefined" || customElements.get("medbook-readers")) return;
  // ---- Looks: the theme colours everything except the films ----
  const HERE = document.currentScript.src, sheet = (name) => new URL(`reader-study-${name}`, HERE).href;
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText);
      --ground: var(--pst-color-background, Canvas); --line: var(--pst-color-border, #8888); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--line); font-size: .9375rem; line-height: 1.5; }
    .parts { display: grid; grid: auto / repeat(2, minmax(0, 1fr)); gap: 1.25rem 2rem; align-items: start; }
    .reading { grid-template-columns: 1.3fr 1fr; } .parts > * > * + * { margin-top: .7rem; }
    .note { color: var(--muted); font-size: .875rem; } .title { font-weight: 600; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } [hidden] { display: none !important; }
    .film { display: block; width: 100%; aspect-ratio: 1; background: #000; } .buttons { display: flex; gap: .6rem; }
    .buttons { flex-wrap: wrap; } .answers button { flex: 1; min-height: 3.2rem; font-weight: 600; }
    button { min-height: 2.5rem; padding: .2rem .8rem; border: 1px solid var(--muted); border-radius: 4px;
      font: inherit; color: inherit; background: var(--ground); cursor: pointer; }
    button:disabled { opacity: .5; cursor: default; } kbd { display: block; font: inherit; color: var(--muted); }
    label { display: flex; gap: .5rem; align-items: baseline; } input, progress { accent-color: var(--accent); }
    progress { width: 100%; height: .6rem; } .list li { list-style: none; break-inside: avoid; }
    .roc { display: block; width: 100%; overflow: visible; } path { fill: none; stroke-linejoin: round; }
    text { font-size: 12px; fill: var(--muted); text-anchor: middle; } .end { text-anchor: end; }
    .grid { stroke: var(--line); stroke-width: .6; } .chance { stroke: var(--muted); stroke-dasharray: 7 5; }
    .curve, .key .line { stroke: var(--medbook-blue, blue); stroke-width: 2.5; }
    .diamond { fill: var(--medbook-blue, blue); stroke: var(--ground); }
    .cross, .dot { stroke: var(--medbook-vermilion, red); stroke-width: 3; } .dot { fill: var(--ground); }
    .key { display: inline-block; width: 22px; height: 14px; margin-bottom: -2px; overflow: visible; }
    table { width: 100%; border-spacing: 0; font-size: min(.9375rem, 4.2cqi); } thead * { border: 0; }
    th, td { padding: .3rem 0 .3rem .6rem; text-align: right; border-top: 1px solid var(--line); }
    th { font-weight: inherit; } th:first-child { padding-left: 0; text-align: left; } td span { display: block; }
    .list { display: grid; grid: auto / repeat(auto-fill, minmax(5.75rem, 1fr)); gap: .7rem; padding: 0; }
    .list { font-size: .8125rem; line-height: 1.3; } .films { margin-top: 1.25rem; }
    .films .title { margin: 1rem 0 .4rem; } .plain image + image { display: none; }
    .spoken { position: absolute; clip-path: inset(50%); }
    @container (max-width: 36rem) { .parts { grid: auto / 100%; } }`;
  const picture = (at, num, sheets, label) => `<svg class="film" viewBox=".005 .005 .99 .99" role="img" aria-label="${
    label}">${sheets.map((name) => `<image href="${sheet(name)}" x="${-(at % COLS)}" y="${-Math.floor(at / COLS)}"
    width="${COLS}" height="${Math.ceil(num / COLS)}" preserveAspectRatio="none"/>`).join("")}</svg>`;
  const KEY = { line: "M0 7H22", diamond: "M11 0l7 7l-7 7l-7-7z", cross: "M3 7H19M11-1V15" };
  const key = (name, words) => `<svg class="key" viewBox="0 0 22 14" aria-hidden="true"><path class="${name}"
    d="${KEY[name]}"/></svg> ${words}`;
  function rocPlot() {
    const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1], { left, top, side } = PLOT, bottom = top + side, middle = top + side / 2;
    const lines = ticks.map((share) => path([[share, 0], [share, 1]]) + path([[0, share], [1, share]])).join("");
    const labels = ticks.map((share) => [share.toFixed(1), ...place([share, share])]).map(([share, x, y]) =>
      `<text x="${x}" y="${bottom + 16}">${share}</text><text class="end" x="40" y="${y + 4}">${share}</text>`);
    return `<svg class="roc" viewBox="0 0 330 318" role="img"><path class="grid" d="${lines}"/><path class="chance"
      d="${path([[0, 0], [1, 1]])}"/>${labels.join("")}<text x="${left + side / 2}" y="${bottom + 32}">1 − specificity
      </text><text x="12" y="${middle}" transform="rotate(-90 12 ${middle})">sensitivity</text><path class="curve"/>
      <path class="diamond" d="M0-7L7 0L0 7L-7 0Z"/><path class="cross"/><circle class="dot" r="4"/></svg>`;
  }
  const answer = (name, letter, arrow) => `<button data-answer="${name}" aria-keyshortcuts="${letter} Arrow${
    arrow === "←" ? "Left" : "Right"}">${name} <kbd>${letter} or ${arrow}</kbd></button>`;
  const template = (num) => `<style>${STYLE}</style><div class="figure" role="group"
    aria-label="Reader study: you against the network"><div class="reading parts">
    <div class="stage" tabindex="0" role="application" aria-label="Film: N or left arrow for normal, D or right arrow
      for diseased, Backspace takes back"></div><div>
      <p class="title at"></p><progress max="${num}" aria-label="films read"></progress>
      <div class="buttons answers">${answer("normal", "N", "←")}${answer("diseased", "D", "→")}</div>
      <div class="buttons"><button data-answer="back">take back</button><button class="stop"></button></div>
      <label><input type="checkbox" name="isSmall"><span>show me no more than the network sees: ${SIZES.small} ×
        ${SIZES.small} pixels instead of ${SIZES.large} × ${SIZES.large} of the same patient</span></label>
      <p class="note">Simulated films, about half with pneumonia or tuberculosis, in an order of chance. The keys work
        once you have clicked here. Answers stay in this page and are forgotten when you leave it.</p></div></div>
    <div class="result" hidden><div class="parts"><div><p class="title heading" tabindex="-1"></p>${rocPlot()}
      <p class="note">${key("line", "network, every threshold")}<br>${key("diamond", "network at its threshold")}<br>${
        key("cross", "you, arms: 95 % intervals")}</p></div>
      <div><table><thead><tr class="note"><td></td><th scope="col">you</th><th scope="col">network</th></tr></thead>
      <tbody></tbody></table><p class="agree"></p><p class="note">In brackets: 95 % intervals (Wilson). The network’s
        threshold was set on other films, to spare nine of ten healthy ones. The films are simulated: no clinical
        skill is measured here, neither yours nor the network’s.</p>
      <div class="buttons"><button class="again">once more, in another order</button></div></div></div>
      <div class="films"><label><input type="checkbox" name="isOutlined" checked>outline the lesions</label>
        <div class="lists"></div></div></div><p class="spoken" aria-live="polite"></p></div>`;

  class MedbookReaders extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      Object.assign(this, readOptions(this.dataset));
      this.attachShadow({ mode: "open" }).innerHTML = template(this.classes.length);
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      const on = (selector, type, action) => this.find(selector).addEventListener(type, action);
      on(".reading", "keydown", (event) => this.onKey(event));
      on(".reading", "click", ({ target }) => this.answer(target.closest("[data-answer]")?.dataset.answer));
      on("[name=isSmall]", "change", () => this.show());
      on("[name=isOutlined]", "change", ({ target }) => this.find(".lists").classList.toggle("plain", !target.checked));
      on(".stop", "click", () => this.finish());
      on(".again", "click", () => this.start(this.seed + 1));
      const toFallback = () => { this.shadowRoot.innerHTML = "<slot></slot>"; }; // where the films are missing
      Object.assign(new Image(), { onerror: toFallback, src: sheet(`${SIZES.large}.png`) });
      this.start(this.seed);
    }
    start(seed) {
      Object.assign(this, { seed, order: shuffled(this.classes.length, seed), answers: [] });
      this.show();
    }
    onKey(event) { // only while the focus is here: a letter elsewhere on the page is nobody's answer
      const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!name || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.answer(name);
    }
    answer(name) {
      if (!name) return;
      if (name === "back") this.answers.pop(); else this.answers.push(name === "diseased");
      if (this.answers.length === this.order.length) return this.finish();
      this.show();
      this.say(`${name === "back" ? "Taken back" : name}. ${this.find(".at").textContent}`);
    }
    show() { // the next film
      const { answers: { length: done }, order } = this, stage = this.find(".stage"), stop = this.find(".stop");
      const label = `Film ${done + 1} of ${order.length}`, isSmall = this.find("[name=isSmall]");
      this.size = isSmall.checked ? SIZES.small : SIZES.large;
      isSmall.disabled = done > 0; // one round, one size
      stage.innerHTML = picture(order[done], order.length, [`${this.size}.png`], `${label}, a simulated chest`);
      this.find(".at").textContent = label;
      this.find("progress").value = done;
      this.find("[data-answer=back]").disabled = done === 0;
      stop.disabled = done < ENOUGH;
      stop.textContent = done < ENOUGH ? `result after ${ENOUGH} films` : "stop and see the result";
      this.turn(true);
    }
    finish() {
      const read = this.order.slice(0, this.answers.length), truth = read.map((at) => this.classes[at] > 0);
      const calls = read.map((at) => this.calls[at]);
      const [you, network] = [this.answers, calls].map((given) => measures(tally(truth, given)));
      this.find(".heading").textContent = `Your ${read.length} films of ${this.size} × ${this.size} pixels`;
      this.drawRoc(rocPoints(truth, read.map((at) => this.scores[at])), you, network);
      this.find("tbody").innerHTML = Object.keys(you).map((name) => `<tr data-measure="${name}"><th scope="row">${name}
        </th>${[you[name], network[name]].map((found) => `<td>${withInterval(found).replace(/ (\[.*)/,
          " <span>$1</span>")}</td>`).join("")}</tr>`).join("");
      this.find(".agree").textContent = kappaSentence(agreement(this.answers, calls));
      this.listFilms(read, mistakes(truth, this.answers, calls));
      this.turn(false);
      this.say(`${this.find(".roc").ariaLabel} ${this.find(".agree").textContent}`);
    }
    drawRoc(points, you, network) {
      const at = ({ sensitivity: up, specificity: down }) => place([1 - (down?.share ?? 1), up?.share ?? 0]);
      const { sensitivity: up, specificity: down } = you, set = (selector, name, value) =>
        this.find(`.roc ${selector}`).setAttribute(name, value);
      set(".curve", "d", path(points));
      set(".diamond", "transform", `translate(${at(network)})`);
      set(".dot", "transform", `translate(${at(you)})`);
      set(".cross", "d", up && down ? path([[1 - down.high, up.share], [1 - down.low, up.share]]) +
        path([[1 - down.share, up.low], [1 - down.share, up.high]]) : "");
      this.find(".roc").ariaLabel = `ROC curve of the network on these films, area ${area(points).toFixed(2)}; you: ` +
        `sensitivity ${withInterval(up)}, specificity ${withInterval(down)}.`;
    }
    listFilms(read, wrong) {
      const sheets = [`${this.size}.png`, "lesions.svg"];
      const item = (at) => `<li>${picture(read[at], this.order.length, sheets, `film ${at + 1} of this round`)}${
        ERRORS[this.classes[read[at]]]}</li>`;
      const titles = { both: "both wrong", reader: "only you wrong", network: "only the network wrong" };
      this.find(".lists").innerHTML = Object.entries(titles).map(([who, title]) => `<p class="title">${title}: ${
        wrong[who].length}</p><ul class="list" data-wrong="${who}">${wrong[who].map(item).join("")}</ul>`).join("");
    }
    turn(isReading) { // from films to result or back; the focus must not stay on what goes
      const isNew = this.find(".reading").hidden === isReading;
      this.find(".result").hidden = !(this.find(".reading").hidden = !isReading);
      if (isNew || this.shadowRoot.activeElement?.disabled) this.find(isReading ? ".stage" : ".heading").focus();
    }
    say(words) { this.find(".spoken").textContent = words; }
  }
  customElements.define("medbook-readers", MedbookReaders);
})();
