/* <medbook-activation>: an interactive figure of activation functions, their derivatives, and what is left of a
   gradient that went back through d layers. Optional attributes: data-functions="sigmoid,relu" (shown at first),
   data-z, data-depth, data-label (for screen readers). Its children are the fallback without JavaScript. */
(() => {
  // ---- Arithmetic and words: all of this runs without a browser ----
  const SLOPE = 0.3; // of the leaky ReLU below 0: the default of Keras' layer LeakyReLU
  const logistic = (z) => 1 / (1 + Math.exp(-z));
  const density = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI); // of the standard normal distribution
  function normal(z) { // its distribution function; all terms have the sign of z, so that nothing cancels
    let term = z, sum = z;
    for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) sum += term *= (z * z) / odd;
    return 0.5 + density(z) * sum;
  }
  const FUNCTIONS = { // at the corner 0 the derivatives are TensorFlow's
    sigmoid: { label: "sigmoid", value: logistic, derivative: (z) => logistic(z) * logistic(-z) },
    tanh: { label: "tanh", value: Math.tanh, derivative: (z) => 1 / Math.cosh(z) ** 2 },
    relu: { label: "ReLU", value: (z) => Math.max(0, z), derivative: (z) => (z > 0 ? 1 : 0) },
    leaky: { label: "leaky ReLU", value: (z) => (z > 0 ? z : SLOPE * z), derivative: (z) => (z > 0 ? 1 : SLOPE) },
    gelu: { label: "GELU", value: (z) => z * normal(z), derivative: (z) => normal(z) + z * density(z) },
  };
  const NAMES = Object.keys(FUNCTIONS);
  const SLIDERS = { z: [-5, 5, 0.1], depth: [1, 20, 1] }; // lowest and highest value, step
  const survival = (name, z, depth) => FUNCTIONS[name].derivative(z) ** depth;
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const range = (low, high, parts) =>
    Array.from({ length: parts + 1 }, (_, at) => low + (at * (high - low)) / parts);
  const minus = (text) => String(text).replace("-", "\u2212"); // a true minus
  const raised = (exponent) => String(exponent).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  function format(value) { // three decimals, or a power of ten where they would show too little
    const size = Math.abs(value);
    if (Number.isInteger(value)) return minus(value || 0); // without the sign of -0
    if (size >= 0.01 && size < 1000) return minus(value.toFixed(3));
    const [digits, exponent] = value.toExponential(1).split("e");
    return `${minus(digits)}·10${raised(Number(exponent))}`;
  }
  // A plot's area in SVG units, and where a point of it lies.
  const AREA = { left: 38, top: 10, width: 284, height: 182 };
  const PLOTS = {
    value: { title: "function <i>f</i>(<i>z</i>)", across: "input z", x: [-5, 5], y: [-1.8, 5.2],
      ticks: [-1, 0, 1, 2, 3, 4, 5] },
    derivative: { title: "derivative <i>f</i>′(<i>z</i>)", across: "input z", x: [-5, 5], y: [-0.25, 1.3],
      ticks: [0, 0.25, 0.5, 0.75, 1] },
    left: { title: "gradient left after <i>d</i> layers", across: "layers d", x: [0, 20], y: [-13, 2],
      ticks: [-12, -9, -6, -3, 0] }, // in powers of ten
  };
  const place = ({ x, y }, [across, up]) => [(AREA.width * (across - x[0])) / (x[1] - x[0]),
    AREA.height * (1 - clamp((up - y[0]) / (y[1] - y[0]), -1, 2))].map((length) => Number(length.toFixed(2)));
  const pathThrough = (plot, points) => `M${points.map((point) => place(plot, point).join(" ")).join("L")}`;
  function curve(kind, name, z) { // in two pieces: the derivative may jump at 0
    const pieces = [[-5, -1e-9], [1e-9, 5]].map(([from, to]) => range(from, to, 60));
    if (kind === "left") return pathThrough(PLOTS.left, [0, 1, 20].map((depth) => point(kind, name, z, depth)));
    return pieces.map((piece) => pathThrough(PLOTS[kind], piece.map((at) => point(kind, name, at)))).join("");
  }
  function point(kind, name, z, depth) { // of a curve, in the plot's own units
    if (kind === "left") return [depth, Math.max(-99, Math.log10(Math.abs(survival(name, z, depth))))];
    return [z, FUNCTIONS[name][kind](z)];
  }
  function readOptions({ label = "activation functions", functions = NAMES.join(), z = 2, depth = 10 }) {
    const demand = (isGood, rule) => { if (!isGood) throw new RangeError(`data-${rule}`); };
    const shown = functions.split(",").map((name) => name.trim());
    const settings = { z: Number(z), depth: Number(depth) };
    demand(shown.every((name) => NAMES.includes(name)), `functions must be some of ${NAMES}`);
    demand(Math.abs(settings.z) <= 5, "z must be a number from -5 to 5");
    demand(range(1, 20, 19).includes(settings.depth), "depth must be a whole number from 1 to 20");
    return { label, shown, settings }; // an error leaves the fallback on the page
  }
  if (typeof module !== "undefined") module.exports = { FUNCTIONS, PLOTS, normal, survival, format, place, point,
    curve, readOptions };
  if (typeof customElements === "undefined" || customElements.get("medbook-activation")) return;
  // ---- Looks: colours of the theme and of medbook.css; each curve has its own dashes and mark, too ----
  const LOOKS = { sigmoid: ["blue", "", "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z"],
    tanh: ["vermilion", "7 5", "M-4.5-4.5H4.5V4.5H-4.5Z"], relu: ["green", "", "M0-6L5.5 4H-5.5Z"],
    leaky: ["purple", "2 5", "M0-6.5L6 0L0 6.5L-6 0Z"], gelu: ["ink", "12 4 2 4", "M0 6L5.5-4H-5.5Z"] };
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; break-inside: avoid; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText);
      --ground: var(--pst-color-background, Canvas); --line: var(--pst-color-border, #8888); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--line); font-size: .9375rem; line-height: 1.5; }
    .parts { display: grid; grid: auto / repeat(2, minmax(0, 1fr)); gap: 1.25rem 2rem; align-items: start; }
    .title { font-weight: 600; text-align: left; } .note { color: var(--muted); font-size: .875rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } sup { line-height: 0; }
    input { flex: none; accent-color: var(--accent); } label { display: flex; gap: .5rem; align-items: center; }
    .slider { min-height: 2.5rem; } .slider span { flex: 0 0 4.4rem; } .slider input { flex: 1; width: 0; }
    .slider span + * + * { flex: 0 0 2.5rem; } table { width: 100%; margin-top: .25rem; border-spacing: 0; }
    th, td { padding: .2rem 0 .2rem .5rem; text-align: right; border-top: 1px solid var(--line); }
    table { table-layout: fixed; white-space: nowrap; } td { font-size: min(.8125rem, 4.1cqi); }
    th { font-weight: inherit; } th:last-child { width: 23%; }
    th:first-child { width: 44%; padding-left: 0; text-align: left; }
    table label { gap: .35rem; font-size: min(.875rem, 4.4cqi); } .off td { color: var(--muted); }
    .key { flex: none; width: 30px; height: 14px; overflow: visible; }
    .plot { display: block; width: 100%; margin: .4rem 0; overflow: visible; touch-action: pan-y; cursor: ew-resize;
      user-select: none; } .plot text { font-size: 12px; fill: var(--muted); } .up { text-anchor: end; }
    .across { text-anchor: middle; } path { fill: none; } .grid { stroke: var(--line); stroke-width: .6; }
    .zero { stroke: var(--muted); } .at { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 3 3; }
    .curve { stroke: var(--colour); stroke-width: 2.5; stroke-linejoin: round; } .curve.relu { stroke-width: 4.5; }
    .mark { fill: var(--colour); stroke: var(--ground); stroke-width: 1.2; }
    .spoken { position: absolute; clip-path: inset(50%); }
    ${Object.entries(LOOKS).map(([name, [colour, dashes]]) => `.${name} { stroke-dasharray: ${dashes || "none"};
      --colour: var(--medbook-${colour}, currentColor); }`).join("")} .mark { stroke-dasharray: none; }
    @container (max-width: 36rem) { .parts { grid: auto / 100%; } }`;
  const strokes = (name) => `<path class="curve ${name}"/><path class="mark ${name}" d="${LOOKS[name][2]}"/>`;
  const tickLabel = (kind, value) => (kind === "left" ? `10${raised(value)}` : minus(value)).replace("10⁰", "1");
  function plot(kind) { // all of a plot that stays; draw() sets its curves
    const { title, across: label, x, y, ticks } = PLOTS[kind], { left, top, width, height } = AREA;
    const bottom = top + height, columns = range(x[0], x[1], kind === "left" ? 4 : 10);
    const across = (value) => left + place({ x, y }, [value, 0])[0];
    const up = (value) => top + place({ x, y }, [0, value])[1];
    const text = (name, right, down, words) => `<text class="${name}" x="${right}" y="${down}">${words}</text>`;
    const rows = ticks.map((value) => text("up", left - 6, up(value) + 4, tickLabel(kind, value)));
    const below = columns.map((value) => text("across", across(value), bottom + 16, minus(value)));
    const lines = [...ticks.map((value) => `M${left} ${up(value)}h${width}`),
      ...columns.map((value) => `M${across(value)} ${top}v${height}`)];
    return `<div><p class="title">${title}</p><svg class="plot" data-kind="${kind}" viewBox="0 0 330 226" role="img">
      <path class="grid" d="${lines.join("")}"/><path class="zero" d="M${left} ${up(0)}h${width}"/>${rows.join("")}
      ${below.join("")}${text("across", left + width / 2, bottom + 31, label)}<svg x="${left}" y="${top}"
      width="${width}" height="${height}"><path class="at"/>${NAMES.map(strokes).join("")}</svg></svg></div>`;
  }
  function slider(name, letter, title) {
    const [low, high, step] = SLIDERS[name];
    return `<label class="slider"><span>${title} <i>${letter}</i></span><input type="range" name="${name}"
      min="${low}" max="${high}" step="${step}"><span aria-hidden="true"></span></label>`;
  }
  const tableRow = (name) => `<tr data-name="${name}"><th scope="row"><label><input type="checkbox" name="${name}"><svg
    class="key" viewBox="-17 -8 34 16" aria-hidden="true">${strokes(name).replace("/>", ' d="M-17 0H17"/>')}</svg>
    ${FUNCTIONS[name].label}</label></th><td></td><td></td><td></td></tr>`;
  const TEMPLATE = `<style>${STYLE}</style><div class="figure" role="group"><form class="parts">${plot("value")}
    ${plot("derivative")}<div>${slider("z", "z", "input")}${slider("depth", "d", "layers")}
    <table><thead><tr class="note"><th scope="col">function</th><th scope="col"><i>f</i>(<i>z</i>)</th>
    <th scope="col"><i>f</i>′(<i>z</i>)</th><th scope="col"><i>f</i>′(<i>z</i>)<sup><i>d</i></sup></th></tr></thead>
    <tbody>${NAMES.map(tableRow).join("")}</tbody></table></div>${plot("left")}</form>
    <p class="note">The derivative alone, with the same z in each layer; in a network weights multiply it, too.</p>
    <p class="spoken" aria-live="polite"></p></div>`;

  class MedbookActivation extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      Object.assign(this, readOptions(this.dataset));
      this.attachShadow({ mode: "open" }).innerHTML = TEMPLATE;
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      this.find(".figure").ariaLabel = this.label;
      this.fields = this.find("form").elements;
      for (const name in SLIDERS) this.fields[name].value = this.settings[name];
      for (const name of NAMES) this.fields[name].checked = this.shown.includes(name);
      this.find("form").addEventListener("input", () => this.update());
      for (const svg of this.shadowRoot.querySelectorAll(".plot")) {
        svg.addEventListener("pointerdown", (event) => this.onPointer(event, svg));
        svg.addEventListener("pointermove", (event) => this.onPointer(event, svg));
      }
      this.update();
      clearTimeout(this.timer); // nothing is spoken before the reader acts
    }
    onPointer({ buttons, clientX }, svg) { // a drag moves z, or the number of layers
      if (buttons !== 1) return;
      const box = svg.getBoundingClientRect(), { x } = PLOTS[svg.dataset.kind];
      const share = ((330 * (clientX - box.left)) / box.width - AREA.left) / AREA.width;
      this.fields[svg.dataset.kind === "left" ? "depth" : "z"].value = x[0] + share * (x[1] - x[0]); // it clamps
      this.update();
    }
    update() {
      const { fields } = this, z = Number(fields.z.value), depth = Number(fields.depth.value);
      this.settings = { z, depth };
      this.shown = NAMES.filter((name) => fields[name].checked);
      fields.z.nextElementSibling.textContent = minus(z.toFixed(1));
      fields.depth.nextElementSibling.textContent = depth;
      for (const kind in PLOTS) this.draw(kind);
      for (const name of NAMES) this.list(name);
      clearTimeout(this.timer); // a screen reader hears the state after a pause, not each step of a slider
      this.timer = setTimeout(() => { this.find(".spoken").textContent = this.words(); }, 500);
    }
    draw(kind) {
      const { shown, settings: { z, depth } } = this, svg = this.find(`[data-kind=${kind}]`), plot = PLOTS[kind];
      for (const name of NAMES) {
        const [line, mark] = svg.querySelectorAll(`.${name}`), isShown = shown.includes(name);
        for (const path of [line, mark]) path.style.display = isShown ? "" : "none";
        line.setAttribute("d", curve(kind, name, z));
        mark.setAttribute("transform", `translate(${place(plot, point(kind, name, z, depth))})`);
      }
      const [across] = place(plot, [kind === "left" ? depth : z, 0]);
      svg.querySelector(".at").setAttribute("d", `M${across} 0v${AREA.height}`);
      const readings = { value: "value", derivative: "derivative", left: `share left after ${depth} layers` };
      const read = (name) => `${FUNCTIONS[name].label} ${this.readings(name)[Object.keys(PLOTS).indexOf(kind)]}`;
      svg.setAttribute("aria-label", `${readings[kind]} at z = ${minus(z)}: ${shown.map(read).join(", ")}`);
    }
    readings(name) {
      const { z, depth } = this.settings, { value, derivative } = FUNCTIONS[name];
      return [value(z), derivative(z), survival(name, z, depth)].map(format);
    }
    list(name) {
      const row = this.find(`[data-name=${name}]`);
      row.classList.toggle("off", !this.shown.includes(name));
      this.readings(name).forEach((reading, at) => { row.cells[at + 1].textContent = reading; });
    }
    words() {
      const { shown, settings: { z, depth } } = this;
      const left = shown.map((name) => `${FUNCTIONS[name].label} ${this.readings(name)[2]}`).join(", ");
      return `z = ${minus(z)}; after ${depth} layers: ${left}`;
    }
  }
  customElements.define("medbook-activation", MedbookActivation);
})();
