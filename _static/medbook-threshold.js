/* <medbook-threshold>: an interactive figure of a threshold on a score: two overlapping distributions, the ROC curve,
   and what becomes of 1,000 people at a prevalence. Optional attributes: data-prevalence (0.001 to 0.5),
   data-separation (d′), data-threshold, data-label (for screen readers). Its children are the fallback. */
(() => {
  const PEOPLE = 1000;
  const SLIDERS = { // lowest and highest value, step, label
    threshold: [-3.5, 7.5, 0.05, "threshold <i>t</i>"], separation: [0, 4, 0.05, "separation <i>d</i>′"] };
  // Diseased among 1,000, in about equal ratios: whole numbers, so that the people add up without tricks.
  const LADDER = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500];
  // ---- Arithmetic and words: all of this runs without a browser ----
  const range = (low, high, parts) =>
    Array.from({ length: parts + 1 }, (_, at) => low + (at * (high - low)) / parts);
  const density = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI); // of the standard normal distribution
  // The share above z. Near 0: Taylor's series (Marsaglia, 2004, doi:10.18637/jss.v011.i04), whose terms do not cancel;
  // farther out: Laplace's continued fraction (Abramowitz and Stegun, 26.2.14), so that small shares stay exact, too.
  function upperTail(z) {
    if (z < -3) return 1 - upperTail(-z);
    if (z > 3) return density(z) / range(40, 1, 39).reduce((below, k) => z + k / below, z);
    let term = z, sum = z;
    for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) sum += term *= (z * z) / odd;
    return 0.5 - density(z) * sum;
  }
  const normal = (z) => upperTail(-z); // the distribution function Φ
  const rocArea = (separation) => normal(separation / Math.SQRT2);
  const rocPoint = ({ threshold, separation }) => [upperTail(threshold), upperTail(threshold - separation)];
  function measures({ threshold, separation, prevalence }) {
    const [falseAlarms, sensitivity] = rocPoint({ threshold, separation }), healthy = 1 - prevalence;
    const specificity = normal(threshold), missed = normal(threshold - separation);
    const share = (right, wrong) => right / (right + wrong);
    return { sensitivity, specificity, ppv: share(prevalence * sensitivity, healthy * falseAlarms),
      npv: share(healthy * specificity, prevalence * missed),
      accuracy: prevalence * sensitivity + healthy * specificity, trivial: healthy };
  }
  function people(settings) { // natural frequencies: whole people, who add up in each row and column
    const { sensitivity, specificity } = measures(settings), sick = Math.round(PEOPLE * settings.prevalence);
    const tp = Math.round(sick * sensitivity), tn = Math.round((PEOPLE - sick) * specificity);
    return { tp, fn: sick - tp, fp: PEOPLE - sick - tn, tn };
  }
  const minus = (text) => String(text).replace("-", "\u2212"); // a true minus
  function percent(share) { // one decimal; what is not 0 or 1 does not look like it
    if (share > 0 && share < 0.0005) return "<0.1 %";
    return share < 1 && share >= 0.9995 ? ">99.9 %" : `${(100 * share).toFixed(1)} %`;
  }
  // The plots' areas in SVG units, and where a point of them lies.
  const SCORES = { left: 12, top: 12, width: 306, height: 172, x: [-3.5, 7.5], y: [0, 0.46] };
  const ROC = { left: 46, top: 8, width: 272, height: 272, x: [0, 1], y: [0, 1] };
  const place = ({ left, top, width, height, x, y }, [across, up]) =>
    [left + (width * (across - x[0])) / (x[1] - x[0]), top + height * (1 - (up - y[0]) / (y[1] - y[0]))]
      .map((length) => Number(length.toFixed(2)));
  const pathThrough = (plot, points) => `M${points.map((point) => place(plot, point).join(" ")).join("L")}`;
  const bell = (mean, from) => range(from, SCORES.x[1], 120).map((score) => [score, density(score - mean)]);
  const hill = (mean) => pathThrough(SCORES, bell(mean, SCORES.x[0]));
  const areaRight = (mean, from) => `${pathThrough(SCORES, [[from, 0], ...bell(mean, from), [SCORES.x[1], 0]])}Z`;
  const rocCurve = (separation) => pathThrough(ROC, [[1, 1], ...range(-4, 8, 120).map((threshold) =>
    rocPoint({ threshold, separation })), [0, 0]]);
  function readOptions({ label = "a threshold on a score", prevalence = 0.03, separation = 2, threshold }) {
    const demand = (isGood, rule) => { if (!isGood) throw new RangeError(`data-${rule}`); };
    const settings = { separation: Number(separation), threshold: Number(threshold ?? separation / 2) };
    for (const [name, [low, high]] of Object.entries(SLIDERS).reverse()) {
      demand(settings[name] >= low && settings[name] <= high, `${name} must be from ${low} to ${high}`);
    }
    const perMille = Math.round(1000 * prevalence);
    demand(perMille >= 1 && perMille <= 500 && Math.abs(perMille - 1000 * prevalence) < 1e-6,
      "prevalence must be from 0.001 to 0.5 in steps of 0.001");
    const ladder = [...new Set([...LADDER, perMille])].sort((one, other) => one - other);
    return { label, ladder, settings: { ...settings, prevalence: perMille / 1000 } }; // an error leaves the fallback
  }
  if (typeof module !== "undefined") module.exports = { SCORES, ROC, normal, upperTail, rocArea, rocPoint, measures,
    people, percent, place, readOptions };
  if (typeof customElements === "undefined" || customElements.get("medbook-threshold")) return;
  // ---- Looks: colours of the theme and of medbook.css; dashes and the slant of the hatching tell groups apart ----
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; break-inside: avoid; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText);
      --ground: var(--pst-color-background, Canvas); --line: var(--pst-color-border, #8888); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--line); font-size: .9375rem; line-height: 1.5; }
    .parts { display: grid; grid: auto / repeat(2, minmax(0, 1fr)); gap: 1.25rem 2rem; align-items: start; }
    .title { font-weight: 600; text-align: left; } .note { color: var(--muted); font-size: .875rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
    .slider { display: flex; gap: .5rem; align-items: center; min-height: 2.5rem; } .slider span { flex: 0 0 6.2rem; }
    input { flex: 1; width: 0; accent-color: var(--accent); } .slider span + * + * { flex: 0 0 3.2rem; }
    svg { display: block; width: 100%; margin: .4rem 0; overflow: visible; user-select: none; }
    .scores { touch-action: pan-y; cursor: ew-resize; } path { fill: none; stroke-linejoin: round; }
    text { font-size: 12px; fill: var(--muted); } .middle { text-anchor: middle; } .end { text-anchor: end; }
    .name, .big { fill: var(--text); font-size: 13px; stroke: var(--ground); stroke-width: 4; paint-order: stroke; }
    .big { font-size: 17px; font-weight: 600; } .grid { stroke: var(--line); stroke-width: .6; }
    .zero, .guide, .chance { stroke: var(--muted); } .guide { stroke-dasharray: 3 4; }
    .chance { stroke-dasharray: 7 5; } .at { stroke: var(--text); stroke-width: 1.5; }
    .healthy { --colour: var(--medbook-blue, blue); } .diseased { --colour: var(--medbook-vermilion, red); }
    .hill { stroke: var(--colour); stroke-width: 2.5; } .hill.diseased { stroke-dasharray: 8 4; }
    pattern path { stroke: var(--colour); stroke-width: 1.6; } pattern rect { fill: var(--colour); opacity: .16; }
    .fp { fill: url(#healthy); } .tp { fill: url(#diseased); } .roc .curve { stroke: var(--text); stroke-width: 2.5; }
    .grip { fill: var(--accent); stroke: var(--ground); stroke-width: 1.5; } .arrows { stroke: var(--ground); }
    table { width: 100%; border-spacing: 0; table-layout: fixed; } td, thead th { white-space: nowrap; }
    th, td { padding: .25rem 0 .25rem .4rem; text-align: right; border-top: 1px solid var(--line); }
    th { font-weight: inherit; } th:first-child { width: 21%; padding-left: 0; text-align: left; }
    .people { font-size: min(.875rem, 4.3cqi); } .people th:last-child { width: 18%; } thead th { border: 0; }
    .people td { padding-left: min(1rem, 5cqi); } .people b { float: left; font-weight: inherit; color: var(--muted); }
    .key { display: inline-block; width: 13px; height: 13px; margin: 0 .3rem -2px 0; stroke: var(--text); }
    .measures th:first-child { width: 62%; line-height: 1.3; } th .note { display: block; }
    th .note { font-size: min(.8125rem, 3.9cqi); } .bar { position: relative; }
    .bar i { position: absolute; left: .4rem; right: 4.4rem; top: calc(50% - .3rem); height: .6rem;
      background: linear-gradient(var(--muted) 0 0) 0 / var(--share, 0) no-repeat; border: 1px solid var(--muted); }
    .sum { margin: .5rem 0; white-space: pre-line; font-size: min(.9375rem, 4.6cqi); }
    .spoken { position: absolute; clip-path: inset(50%); }
    @container (max-width: 36rem) { .parts { grid: auto / 100%; } .later { order: 1; } }`;
  const text = (name, [x, y], words) => `<text class="${name}" x="${x}" y="${y}">${words}</text>`;
  const hatching = (name, tilt) => `<pattern id="${name}" class="${name}" width="6" height="6"
    patternUnits="userSpaceOnUse" patternTransform="rotate(${tilt})"><rect width="6" height="6"/><path
    d="M3 0V6"/></pattern>`;
  function scoresPlot() {
    const { left, top, width, height } = SCORES, bottom = top + height;
    const tick = (score) => text("middle", [place(SCORES, [score, 0])[0], bottom + 16], minus(score));
    return `<svg class="scores" viewBox="0 0 330 216" role="img"><defs>${hatching("healthy", 45)}
      ${hatching("diseased", -45)}</defs><path class="fp"/><path class="tp"/><path class="hill healthy"/><path
      class="hill diseased"/><path class="zero" d="M${left} ${bottom}h${width}"/>${range(-3, 7, 10).map(tick).join("")}
      ${text("middle", [left + width / 2, bottom + 31], "score of the network")}
      ${text("name end of-healthy", [0, 0], "healthy")}${text("name of-diseased", [0, 0], "diseased")}
      <g class="line"><path class="at" d="M0 ${top}V${bottom}"/><path
      class="grip" d="M-10 ${top}a10 10 0 1 0 20 0a10 10 0 1 0-20 0z"/><path class="arrows" stroke-width="2"
      d="M-3 ${top - 4}l-4 4l4 4M3 ${top - 4}l4 4l-4 4"/>${text("end negative", [-15, top + 4], "negative")}
      ${text("positive", [15, top + 4], "positive")}</g></svg>`;
  }
  function rocPlot() {
    const { left, top, width, height } = ROC, bottom = top + height, [x, y] = place(ROC, [0.86, 0.8]);
    const ticks = range(0, 1, 5).map((share) => [share.toFixed(1), ...place(ROC, [share, share])]);
    const lines = ticks.map(([, across, up]) => `M${across} ${top}v${height}M${left} ${up}h${width}`);
    const labels = ticks.map(([share, across, up]) => text("middle", [across, bottom + 16], share) +
      text("end", [left - 6, up + 4], share));
    return `<svg class="roc" viewBox="0 0 330 318" role="img"><path class="grid" d="${lines.join("")}"/>
      <path class="chance" d="${pathThrough(ROC, [[0, 0], [1, 1]])}"/>${labels.join("")}
      ${text("middle", [left + width / 2, bottom + 32], "1 − specificity")}
      <g transform="rotate(-90 12 ${top + height / 2})">${text("middle", [12, top + height / 2], "sensitivity")}</g>
      <g transform="rotate(-45 ${x} ${y})">${text("middle", [x, y + 9], "chance")}</g>
      <path class="guide"/>${text("big area", place(ROC, [0.53, 0.24]), "")}
      ${text("", place(ROC, [0.53, 0.14]), "AUC = Φ(<tspan font-style='italic'>d</tspan>′ / √2)")}
      <path class="curve"/><path class="grip mark" d="M0-7L7 0L0 7L-7 0Z"/></svg>`;
  }
  const slider = (name, low, high, step, label) => `<label class="slider"><span>${label}</span><input type="range"
    name="${name}" min="${low}" max="${high}" step="${step}"><span aria-hidden="true"></span></label>`;
  const key = (name) => `<svg class="key" viewBox="0 0 13 13" aria-hidden="true"><rect class="${name}" x="1" y="1"
    width="11" height="11" fill="none"/></svg>`;
  const cell = (name) => `<td><b>${name.toUpperCase()}</b>${/p$/.test(name) ? key(name) : ""}<span class="count"
    data-count="${name}"></span></td>`;
  const ROWS = { sensitivity: ["sensitivity", "positive among the diseased"], specificity: ["specificity",
    "negative among the healthy"], ppv: ["PPV", "diseased among the positive"], npv: ["NPV",
    "healthy among the negative"], accuracy: ["accuracy", "right answers among all"],
    trivial: ["“always healthy”", "its accuracy, without a look"] };
  const measureRow = ([name, [title, what]]) => `<tr data-measure="${name}"><th scope="row">${title}<span
    class="note">${what}</span></th><td class="bar"><i></i><span></span></td></tr>`;
  const template = (last) => `<style>${STYLE}</style><div class="figure" role="group"><form class="parts">
    <div><p class="title">scores of two groups</p>${scoresPlot()}${Object.entries(SLIDERS).map(([name,
      options]) => slider(name, ...options)).join("")}${slider("prevalence", 0, last, 1, "prevalence")}</div>
    <div class="later"><p class="title">ROC curve</p>${rocPlot()}</div>
    <div><p class="title">of 1,000 people</p><table class="people"><thead><tr class="note"><th scope="col">test</th><th
      scope="col">diseased</th><th scope="col">healthy</th><th scope="col">all</th></tr></thead><tbody>
      <tr><th scope="row">positive</th>${cell("tp")}${cell("fp")}<td data-count="positive"></td></tr>
      <tr><th scope="row">negative</th>${cell("fn")}${cell("tn")}<td data-count="negative"></td></tr>
      <tr><th scope="row">all</th><td data-count="diseased"></td><td data-count="healthy"></td><td>1,000</td></tr>
      </tbody></table><p class="sum"></p><p class="note">Drag the line, or use the sliders. Both hills have the area 1:
      how common the disease is shows among the people alone. People are rounded, the measures are not.</p></div>
    <div><p class="title">measures</p><table class="measures"><tbody>${Object.entries(ROWS).map(measureRow).join("")}
      </tbody></table></div></form><p class="spoken" aria-live="polite"></p></div>`;

  class MedbookThreshold extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      Object.assign(this, readOptions(this.dataset));
      this.attachShadow({ mode: "open" }).innerHTML = template(this.ladder.length - 1);
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      this.find(".figure").ariaLabel = this.label;
      this.fields = this.find("form").elements;
      for (const name in SLIDERS) this.fields[name].value = this.settings[name];
      this.fields.prevalence.value = this.ladder.indexOf(Math.round(1000 * this.settings.prevalence));
      this.find("form").addEventListener("input", () => this.update());
      for (const type of ["pointerdown", "pointermove"]) {
        this.find(".scores").addEventListener(type, (event) => this.onPointer(event));
      }
      this.update();
      clearTimeout(this.timer); // nothing is spoken before the reader acts
    }
    onPointer({ type, button, isPrimary, pointerId, currentTarget: svg, clientX }) {
      if (!isPrimary || button > 0) return;
      if (type === "pointerdown") svg.setPointerCapture(pointerId); // a drag goes on outside the plot
      if (!svg.hasPointerCapture(pointerId)) return;
      const box = svg.getBoundingClientRect(), { left, width, x } = SCORES;
      const share = ((330 * (clientX - box.left)) / box.width - left) / width;
      this.fields.threshold.value = x[0] + share * (x[1] - x[0]); // it clamps and rounds
      this.update();
    }
    update() {
      const { fields } = this, perMille = this.ladder[fields.prevalence.value];
      this.settings = { threshold: Number(fields.threshold.value), separation: Number(fields.separation.value),
        prevalence: perMille / 1000 };
      const { threshold, separation } = this.settings;
      const shown = { threshold: minus(threshold.toFixed(2)), separation: separation.toFixed(2),
        prevalence: `${perMille / 10} %` };
      for (const name in shown) fields[name].nextElementSibling.textContent = fields[name].ariaValueText = shown[name];
      this.drawScores();
      this.drawRoc();
      const said = `Threshold ${shown.threshold}. ${this.count()} ${this.measure()}`;
      clearTimeout(this.timer); // a screen reader hears the state after a pause, not each step of a slider
      this.timer = setTimeout(() => { this.find(".spoken").textContent = said; }, 500);
    }
    drawScores() {
      const { threshold, separation } = this.settings, [x] = place(SCORES, [threshold, 0]);
      for (const [group, area, mean, side] of [["healthy", "fp", 0, -0.8], ["diseased", "tp", separation, 0.8]]) {
        this.set(`.${area}`, { d: areaRight(mean, threshold) });
        this.set(`.hill.${group}`, { d: hill(mean) });
        const [across, up] = place(SCORES, [mean + side * 1.2, density(side)]);
        this.set(`.of-${group}`, { x: across, y: up });
      }
      this.set(".line", { transform: `translate(${x})` });
      this.set(".negative", { opacity: Number(x > 75) }); // only where there is room for it
      this.set(".positive", { opacity: Number(x < 255) });
      this.find(".scores").ariaLabel = `Scores: the healthy lie about 0, the diseased about ` +
        `${separation.toFixed(2)}; right of the threshold ${minus(threshold.toFixed(2))} the test is positive.`;
    }
    drawRoc() {
      const { separation } = this.settings, point = rocPoint(this.settings), [x, y] = place(ROC, point);
      const area = rocArea(separation).toFixed(3);
      this.set(".curve", { d: rocCurve(separation) });
      this.set(".guide", { d: `M${x} ${ROC.top + ROC.height}V${y}H${ROC.left}` });
      this.set(".mark", { transform: `translate(${x} ${y})` });
      this.find(".area").textContent = `AUC ${area}`;
      this.find(".roc").ariaLabel = `ROC curve, area ${area}; the threshold's point: sensitivity ` +
        `${percent(point[1])} at 1 − specificity ${percent(point[0])}.`;
    }
    count() { // fills the table of people; returns it in words
      const counts = people(this.settings), { tp, fn, fp, tn } = counts;
      Object.assign(counts, { positive: tp + fp, negative: fn + tn, diseased: tp + fn, healthy: fp + tn });
      for (const name in counts) this.find(`[data-count=${name}]`).textContent = counts[name].toLocaleString("en");
      return this.find(".sum").textContent = `Positive: ${tp + fp}, of them ${tp} diseased.\n` +
        `Diseased: ${tp + fn}, of them ${fn} missed.`;
    }
    measure() { // fills the table of measures; returns it in words
      return Object.entries(measures(this.settings)).map(([name, share]) => {
        const [bar, value] = this.find(`[data-measure=${name}] td`).children;
        bar.style.setProperty("--share", `${(100 * share).toFixed(2)}% 100%`);
        value.textContent = percent(share);
        return `${ROWS[name][0]} ${percent(share)}`;
      }).join(", ");
    }
    set(selector, values) { for (const name in values) this.find(selector).setAttribute(name, values[name]); }
  }
  customElements.define("medbook-threshold", MedbookThreshold);
})();
