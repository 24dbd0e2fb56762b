/* <medbook-optimizer>: an interactive figure of SGD, momentum and Adam on a loss of two weights. Optional
   attributes: data-landscape (valley, banana or minima), data-start="w1,w2", data-rate, data-momentum, data-steps,
   data-condition, data-label (for screen readers). Its children are the fallback without JavaScript. */
(() => {
  // ---- Arithmetic and words: all of this runs without a browser ----
  const LANDSCAPES = { // losses of the weights a and b; each is 0 at its lowest point
    valley: { label: "long valley", start: [-2, 1], rate: 0.05, bottom: -1.65, minima: [[0, 0]],
      loss: ([a, b], condition) => (a * a + condition * b * b) / 2,
      gradient: ([a, b], condition) => [a, condition * b] },
    banana: { label: "banana (Rosenbrock, 10 for 100)", start: [-1.2, 1], rate: 0.005, bottom: -0.9, minima: [[1, 1]],
      loss: ([a, b]) => (1 - a) ** 2 + 10 * (b - a * a) ** 2,
      gradient: ([a, b]) => [-2 * (1 - a) - 40 * a * (b - a * a), 20 * (b - a * a)] },
    minima: { label: "two minima", start: [1.9, 1.2], rate: 0.05, bottom: -1.65, minima: [[-1, 0], [1, 0]],
      loss: ([a, b]) => a ** 4 - 0.2 * a ** 3 - 2 * a * a + 0.6 * a + 1.4 + b * b,
      gradient: ([a, b]) => [4 * (a * a - 1) * (a - 0.15), 2 * b] },
  };
  const LEFT = -2.2, WIDTH = 4.4, HEIGHT = 3.3; // of the shown part, in weights
  const BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-7, zeros = [0, 0]; // Keras' defaults for Adam
  const OPTIMIZERS = { // one step as in Keras, where all state is one number for each weight
    sgd: ({ weights }, gradient, { rate }) =>
      ({ weights: weights.map((weight, at) => weight - rate * gradient[at]) }),
    momentum({ weights, velocity = zeros }, gradient, { rate, momentum }) {
      const moved = velocity.map((speed, at) => momentum * speed - rate * gradient[at]);
      return { weights: weights.map((weight, at) => weight + moved[at]), velocity: moved };
    },
    adam({ weights, mean = zeros, square = zeros, count = 0 }, gradient, { rate }) {
      const step = count + 1, unbiased = (rate * Math.sqrt(1 - BETA2 ** step)) / (1 - BETA1 ** step);
      const first = mean.map((value, at) => BETA1 * value + (1 - BETA1) * gradient[at]);
      const second = square.map((value, at) => BETA2 * value + (1 - BETA2) * gradient[at] ** 2);
      const change = first.map((value, at) => (unbiased * value) / (Math.sqrt(second[at]) + EPSILON));
      const moved = weights.map((weight, at) => weight - change[at]);
      return { weights: moved, mean: first, square: second, count: step };
    },
  };
  const NAMES = { sgd: "SGD", momentum: "momentum", adam: "Adam" };
  // The way of one optimizer; it ends early where the loss is more than a thousand times what it was.
  function descend(name, { landscape, condition, start, steps, ...settings }) {
    const { loss, gradient } = LANDSCAPES[landscape], limit = 1000 * Math.max(1, loss(start, condition));
    const points = [start], losses = [loss(start, condition)];
    for (let state = { weights: start }; points.length <= steps && losses.at(-1) <= limit;) {
      state = OPTIMIZERS[name](state, gradient(state.weights, condition), settings);
      points.push(state.weights);
      losses.push(loss(state.weights, condition));
    }
    const divergedAt = losses.at(-1) <= limit ? null : points.length - 1;
    return { points, losses, divergedAt, slope: Math.hypot(...gradient(points.at(-1), condition)) };
  }
  function verdict({ losses, divergedAt, slope }) {
    if (divergedAt !== null) return `diverged, step ${divergedAt}`;
    if (losses.at(-1) > losses[0]) return "above its start";
    return slope < 0.01 ? "at a minimum" : "on its way";
  }
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const rateAt = (exponent) => Number((10 ** exponent).toPrecision(2)); // what is shown is what is computed with
  const minus = (text) => String(text).replace("-", "\u2212"); // a true minus
  const raised = (exponent) => String(exponent).replace("-", "⁻").replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  function format(loss) {
    if (!Number.isFinite(loss) || loss === 0) return loss === 0 ? "0" : "∞";
    if (loss >= 0.001 && loss < 1000) return loss.toPrecision(3);
    const [digits, exponent] = loss.toExponential(1).split("e");
    return `${digits}·10${raised(Number(exponent))}`;
  }
  const band = (loss) => clamp(Math.floor(3 * Math.log10(loss)), -8, 7); // three contours for a factor of ten
  const pair = (point) => `(${point.map((weight) => minus(weight.toFixed(2))).join(", ")})`;
  const SLIDERS = { // lowest and highest value, step, label; the rate as a power of ten
    rate: [-4, 0, 0.05, "learning rate"], momentum: [0, 0.99, 0.01, "momentum"], steps: [1, 200, 1, "steps"],
    condition: [1, 100, 1, "condition <i>κ</i>"] };
  function readOptions({ label = "optimizers", landscape = "valley", start, rate, ...data }) {
    const demand = (isGood, rule) => { if (!isGood) throw new RangeError(`data-${rule}`); };
    demand(landscape in LANDSCAPES, `landscape must be one of ${Object.keys(LANDSCAPES)}`);
    const settings = { label, landscape, rate: Number(rate ?? LANDSCAPES[landscape].rate),
      start: start?.split(",").map(Number) ?? LANDSCAPES[landscape].start };
    for (const [name, usual] of Object.entries({ momentum: 0.8, steps: 50, condition: 35 })) {
      const [low, high] = SLIDERS[name], value = settings[name] = Number(data[name] ?? usual);
      demand(value >= low && value <= high, `${name} must be from ${low} to ${high}`);
    }
    demand(settings.rate >= 1e-4 && settings.rate <= 1, "rate must be from 0.0001 to 1");
    demand(settings.start.length === 2 && settings.start.every(Number.isFinite), 'start must be "w1,w2"');
    return settings;
  }
  if (typeof module !== "undefined") module.exports = { LANDSCAPES, OPTIMIZERS, descend, verdict, rateAt, format,
    band, readOptions };
  if (typeof customElements === "undefined" || customElements.get("medbook-optimizer")) return;
  // ---- Looks: colours of the theme and of medbook.css; each path has its own dashes and marks, too ----
  const LOOKS = { sgd: ["blue", "none", "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"],
    momentum: ["vermilion", "7 4", "m-3.6-3.6h7.2v7.2h-7.2z"], adam: ["green", "2 3", "m0-5l4.7 8.2h-9.4z"] };
  const ARROWS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; break-inside: avoid; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText);
      --ground: var(--pst-color-background, Canvas); --line: var(--pst-color-border, #8888); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--line); font-size: .9375rem; line-height: 1.5; }
    .parts { display: grid; grid: auto / repeat(2, minmax(0, 1fr)); gap: 1.25rem 2rem; align-items: start; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } form + .note { margin-top: 1rem; }
    input { flex: none; accent-color: var(--accent); } label { display: flex; gap: .5rem; align-items: center; }
    select, button { min-height: 2.25rem; padding: .2rem .6rem; border: 1px solid var(--muted); border-radius: 4px;
      font: inherit; color: inherit; background: var(--ground); } select, button { width: 100%; margin: .3rem 0; }
    .slider { min-height: 2.25rem; } .slider span { flex: 0 0 6.3rem; } .slider input { flex: 1; width: 0; }
    .slider span + * + * { flex: 0 0 3.3rem; } .note, .slider:has(:disabled) { color: var(--muted); }
    .note { font-size: .875rem; }
    .stage { position: relative; aspect-ratio: 4 / 3; overflow: hidden; touch-action: none; cursor: crosshair;
      user-select: none; outline-offset: 2px; } .chart { display: block; width: 100%; }
    canvas, .stage svg { position: absolute; width: 100%; height: 100%; } .key { flex: none; overflow: visible; }
    text { font-size: 12px; fill: var(--muted); text-anchor: end; } .end, .marks { fill: var(--colour); }
    path { fill: none; stroke-linejoin: round; } .grid { stroke: var(--line); stroke-width: .6; }
    .goal { stroke: var(--text); stroke-width: 2; } .start { stroke: var(--accent); stroke-width: 3; }
    .line { stroke: var(--colour); stroke-width: 2; } .end { stroke: var(--ground); stroke-width: 1.5; }
    ${Object.entries(LOOKS).map(([name, [colour, dashes]]) => `.${name} { --colour: var(--medbook-${colour},
      currentColor); } .${name}.line { stroke-dasharray: ${dashes}; }`).join("")} table label { gap: .35rem; }
    table { width: 100%; border-spacing: 0; table-layout: fixed; font-size: min(.75rem, 4.1cqi); }
    th, td { padding: .3rem 0; text-align: left; border-top: 1px solid var(--line); font-weight: inherit;
      white-space: nowrap; } th:first-child { width: 41%; } th:last-child { width: 36%; }
    .title { font-weight: 600; margin-bottom: .4rem; } .off td { color: var(--muted); } .spoken { position: absolute;
      clip-path: inset(50%); } @container (max-width: 36rem) { .parts { grid: auto / 100%; } }`;
  const slider = ([name, [low, high, step, label]]) => `<label class="slider"><span>${label}</span><input
    type="range" name="${name}" min="${low}" max="${high}" step="${step}"><span aria-hidden="true"></span></label>`;
  const option = ([name, { label }]) => `<option value="${name}">${label}</option>`;
  const tableRow = (name) => `<tr data-name="${name}"><th scope="row"><label><input type="checkbox" checked><svg
    class="key" width="24" height="14" viewBox="-12 -7 24 14" aria-hidden="true"><path class="line ${name}"
    d="M-12 0H12"/><path class="end ${name}" d="M0 0${LOOKS[name][2]}"/></svg>
    ${NAMES[name]}</label></th><td></td><td></td></tr>`;
  const strokes = Object.keys(NAMES).map((name) => `<path class="line ${name}"/><path class="marks ${name}"/>
    <path class="end ${name}"/>`).join("");
  const CHART = { left: 40, width: 284, height: 158 }; // of the loss: 10³ is at its top, 10⁻⁷ at its bottom
  const chartUp = (loss) => (CHART.height * (3 - clamp(Math.log10(loss), -8, 4))) / 10;
  const decade = (power) => `<text x="${CHART.left - 6}" y="${chartUp(10 ** power) + 4}">10${raised(power)}</text>
    <path class="grid" d="M${CHART.left} ${chartUp(10 ** power)}h${CHART.width}"/>`;
  const TEMPLATE = `<style>${STYLE}</style><div class="figure" role="group"><form class="parts">
    <div><p class="title">paths over the loss</p><div class="stage" role="application" tabindex="0" aria-label="Map
      of the loss: arrow keys move the start, with Shift by larger steps"><canvas width="660" height="495"></canvas>
      <svg viewBox="0 0 440 330" role="img"><path class="goal"/>${strokes}<path class="start"/></svg></div></div>
    <div><label class="title" for="landscape">loss</label><select id="landscape" name="landscape">
      ${Object.entries(LANDSCAPES).map(option).join("")}</select>${Object.entries(SLIDERS).map(slider).join("")}
      <button type="button">put the start back</button></div>
    <div><p class="title">loss, step by step</p><svg class="chart" viewBox="0 0 330 180" role="img">
      ${[2, 0, -2, -4, -6].map(decade).join("")}<text x="${CHART.left + 4}" y="174">0</text><text class="last"
      x="${CHART.left + CHART.width}" y="174"></text><svg x="${CHART.left}" width="${CHART.width}"
      height="${CHART.height}">${strokes}</svg></svg></div>
    <div><p class="title after"></p><table><thead><tr class="note"><th scope="col">optimizer</th><th
      scope="col">loss</th><th scope="col">state</th></tr></thead>
      <tbody>${Object.keys(NAMES).map(tableRow).join("")}</tbody></table></div></form>
    <p class="note">Drag the ring or use the arrow keys to move the start; + marks a minimum, stronger grey a higher
    loss. κ: the curvature across the valley, divided by that along it.</p><p class="spoken" aria-live="polite"></p>`;
  const DOT = "m-2 0a2 2 0 1 0 4 0a2 2 0 1 0-4 0z"; // of one step
  const tidy = (number) => Number(clamp(number, -9999, 9999).toFixed(1)); // far outside it is clipped anyway

  class MedbookOptimizer extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      this.settings = readOptions(this.dataset);
      this.attachShadow({ mode: "open" }).innerHTML = TEMPLATE;
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      this.find(".figure").ariaLabel = this.settings.label;
      this.fields = this.find("form").elements;
      for (const name of ["landscape", ...Object.keys(SLIDERS)]) this.fields[name].value = this.settings[name];
      this.fields.rate.value = Math.log10(this.settings.rate);
      const on = (selector, type, action) => this.find(selector).addEventListener(type, action);
      on("form", "input", ({ target }) => this.onInput(target));
      on("button", "click", () => this.moveTo(LANDSCAPES[this.settings.landscape].start));
      on(".stage", "keydown", (event) => this.onKey(event));
      for (const type of ["pointerdown", "pointermove"]) on(".stage", type, (event) => this.onPointer(event));
      this.update();
      this.paint();
      clearTimeout(this.timer); // nothing is spoken before the reader acts
    }
    onInput({ name, value }) {
      if (name === "landscape") { // opens with a start and a learning rate of its own
        this.settings.start = LANDSCAPES[value].start;
        this.fields.rate.value = Math.log10(LANDSCAPES[value].rate);
      }
      this.update();
      if (name === "landscape" || name === "condition") this.paint();
    }
    onKey(event) {
      const arrow = ARROWS[event.key], step = event.shiftKey ? 0.5 : 0.1;
      if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // the page must not scroll
      this.moveTo(this.settings.start.map((weight, at) => weight + step * arrow[at]));
    }
    onPointer({ type, button, isPrimary, pointerId, currentTarget: stage, clientX, clientY }) {
      if (!isPrimary || button > 0) return;
      if (type === "pointerdown") stage.setPointerCapture(pointerId); // a drag goes on outside the map
      if (!stage.hasPointerCapture(pointerId)) return;
      const box = stage.getBoundingClientRect(), { bottom } = LANDSCAPES[this.settings.landscape];
      this.moveTo([LEFT + (WIDTH * (clientX - box.left)) / box.width,
        bottom + HEIGHT * (1 - (clientY - box.top) / box.height)]);
    }
    moveTo([a, b]) { // stays on the map
      const { bottom } = LANDSCAPES[this.settings.landscape], round = (weight) => Number(weight.toFixed(2));
      this.settings.start = [clamp(a, LEFT, LEFT + WIDTH), clamp(b, bottom, bottom + HEIGHT)].map(round);
      this.update();
    }
    paint() { // grey bands of equal loss; half transparent, so that they suit a light and a dark page
      const { landscape, condition } = this.settings, { loss, bottom, minima } = LANDSCAPES[landscape];
      const { width, height } = this.find("canvas"), bands = new Int8Array(width * height);
      const pixels = new Uint32Array(width * height), side = WIDTH / width;
      for (let at = 0; at < bands.length; at += 1) {
        const row = Math.floor(at / width), point = [LEFT + (at % width) * side, bottom + HEIGHT - row * side];
        bands[at] = band(loss(point, condition));
        const isEdge = [2, 2 * width].some((back) => at % width > 1 && row > 1 && bands[at - back] !== bands[at]);
        pixels[at] = ((isEdge ? 130 : 6 * (bands[at] + 8)) << 24) | 0x968070; // alpha, blue, green, red
      }
      const picture = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
      this.find("canvas").getContext("2d").putImageData(picture, 0, 0);
      this.set(".goal", minima.map((minimum) => `M${this.onMap(minimum)}m-7 0h14m-7-7v14`).join(""));
    }
    onMap([a, b]) {
      const { bottom } = LANDSCAPES[this.settings.landscape];
      return [100 * (a - LEFT), 100 * (HEIGHT - b + bottom)].map(tidy);
    }
    update() {
      const { fields, settings } = this, { start } = settings;
      for (const name in SLIDERS) settings[name] = Number(fields[name].value);
      Object.assign(settings, { landscape: fields.landscape.value, rate: rateAt(settings.rate) });
      for (const name in SLIDERS) {
        fields[name].nextElementSibling.textContent = fields[name].ariaValueText = settings[name];
      }
      fields.condition.disabled = settings.landscape !== "valley";
      this.set(".start", `M${this.onMap(start)}m-8 0a8 8 0 1 0 16 0a8 8 0 1 0-16 0z`);
      this.find(".last").textContent = settings.steps;
      const after = this.find(".after").textContent = `after ${settings.steps} steps from ${pair(start)}`;
      const said = Object.keys(NAMES).map((name) => this.show(name, descend(name, settings))).filter(Boolean);
      const words = this.find(".chart").ariaLabel = `loss ${after}: ${said.join("; ")}`;
      this.find(".stage svg").ariaLabel = `${LANDSCAPES[settings.landscape].label}, ${words}`;
      clearTimeout(this.timer); // a screen reader hears the state after a pause, not each step of a drag
      this.timer = setTimeout(() => { this.find(".spoken").textContent = words; }, 500);
    }
    show(name, path) { // draws one path and its row; returns it in words
      const row = this.find(`[data-name=${name}]`), isShown = row.querySelector("input").checked;
      const points = path.points.map(this.onMap, this), end = points.length - 1, { steps } = this.settings;
      const losses = path.losses.map((loss, at) => [(CHART.width * at) / steps, chartUp(loss)].map(tidy));
      const draw = (selector, d) => this.set(`${selector}.${name}`, isShown ? d : "");
      for (const [place, line] of [[".stage", points], [".chart", losses]]) {
        draw(`${place} .line`, `M${line.join("L")}`);
        draw(`${place} .end`, `M${line[end]}${LOOKS[name][2]}`);
      }
      const dots = points.filter((_, at) => at % Math.ceil(steps / 60) === 0).map((point) => `M${point}${DOT}`);
      draw(".marks", dots.join(""));
      row.classList.toggle("off", !isShown);
      const [, loss, state] = row.cells;
      [loss.textContent, state.textContent] = [format(path.losses[end]), verdict(path)];
      return isShown && `${NAMES[name]} ${loss.textContent}, ${state.textContent}`;
    }
    set(selector, path) { this.find(selector).setAttribute("d", path); }
  }
  customElements.define("medbook-optimizer", MedbookOptimizer);
})();
