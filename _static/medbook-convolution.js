/* <medbook-convolution>: an interactive figure of a 3 x 3 kernel that slides over a small image.
   Optional attributes: data-image="[[0, 1, ...], ...]" (n x n numbers, n from 5 to 12), data-preset (a key of
   PRESETS), data-stride, data-padding, data-dilation. Its children are the fallback without JavaScript. */
(() => {
  const PRESETS = {
    identity: { label: "identity", kernel: [[0, 0, 0], [0, 1, 0], [0, 0, 0]] },
    blur: { label: "blur (mean of nine)", kernel: [[1, 1, 1], [1, 1, 1], [1, 1, 1]], divisor: 9 },
    sharpen: { label: "sharpen", kernel: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]] },
    vertical: { label: "vertical edges (Sobel)", kernel: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]] },
    horizontal: { label: "horizontal edges (Sobel)", kernel: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]] },
    laplacian: { label: "Laplacian", kernel: [[0, 1, 0], [1, -4, 1], [0, 1, 0]] },
  };
  const SLIDERS = { stride: [1, 3], padding: [0, 2], dilation: [1, 2] }; // lowest and highest value
  const NODULE_AND_VESSEL = [
    [1, 0, 1, 1, 0, 1, 5, 1], [0, 1, 2, 3, 2, 0, 5, 0], [1, 2, 6, 8, 6, 2, 5, 1], [0, 3, 8, 9, 8, 3, 6, 1],
    [1, 2, 6, 8, 6, 2, 5, 0], [1, 1, 2, 3, 2, 1, 5, 1], [0, 1, 0, 1, 1, 0, 6, 0], [1, 0, 1, 0, 1, 1, 5, 1]];

  // ---- Arithmetic and words: all of this runs without a browser ----
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const flipKernel = (kernel) => kernel.map((row) => [...row].reverse()).reverse();
  const windowSpan = (dilation) => dilation * (3 - 1) + 1;
  const outputSize = (inputSize, { stride = 1, padding = 0, dilation = 1 } = {}) =>
    Math.floor((inputSize + 2 * padding - windowSpan(dilation)) / stride) + 1;
  const nearestStep = (pixels, stride, count) => clamp(Math.round(pixels / stride), 0, count - 1);
  // The (weight, pixel) pairs under the window that makes output pixel `at`; outside the image counts as 0.
  function windowTerms(image, kernel, at, { stride = 1, padding = 0, dilation = 1 } = {}) {
    const top = at.row * stride - padding, left = at.col * stride - padding;
    const pixelAt = (row, col) => image[top + row * dilation]?.[left + col * dilation] ?? 0;
    return kernel.map((weights, row) => weights.map((weight, col) => ({ weight, pixel: pixelAt(row, col) })));
  }
  const sumOfProducts = (terms) => terms.flat().reduce((sum, { weight, pixel }) => sum + weight * pixel, 0);
  function correlate(image, kernel, { divisor = 1, ...settings } = {}) {
    const steps = Array.from({ length: outputSize(image.length, settings) }, (_, step) => step);
    const valueAt = (row, col) => sumOfProducts(windowTerms(image, kernel, { row, col }, settings)) / divisor;
    return steps.map((row) => steps.map((col) => valueAt(row, col)));
  }
  // Black is 0 and white at least `bright`; but where there are negative values, mid-grey is 0.
  function greyScale(values, bright) {
    const largest = Math.max(...values.map(Math.abs)), isSigned = Math.min(...values) < 0;
    return isSigned ? { black: -largest, white: largest } : { black: 0, white: Math.max(bright, largest) };
  }
  const greyLevel = (value, { black, white }) => Math.round((255 * (value - black)) / (white - black));
  const inkOn = (grey) => (grey > 117 ? "#000" : "#fff"); // above 117 black has the higher contrast
  // Rounds and writes a true minus; `|| 0` turns -0 into 0.
  const format = (value, decimals = 2) => String(Number(value.toFixed(decimals)) || 0).replace("-", "\u2212");
  const inBrackets = (value) => (value < 0 ? `(${format(value)})` : format(value));
  // The written-out sum: one line for each row of the kernel, then the result.
  function sumLines(terms, divisor = 1) {
    const product = ({ weight, pixel }) => `${inBrackets(weight)}·${inBrackets(pixel)}`;
    const [first, middle, last] = terms.map((row) => row.map(product).join(" + "));
    const sum = sumOfProducts(terms), mean = sum / divisor, total = `= ${format(sum)}`;
    if (divisor === 1) return [`= ${first}`, `+ ${middle}`, `+ ${last}`, total];
    const by = `/ ${format(divisor)}`, equals = Number(mean.toFixed(2)) === mean ? "=" : "≈";
    return [`= (${first}`, `+ ${middle}`, `+ ${last}) ${by}`, `${total} ${by} ${equals} ${format(mean)}`];
  }
  const sizeLines = (size, { stride, padding, dilation }) => ["= ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1",
    `= ⌊(${size} + 2·${padding} − ${dilation}·(3 − 1) − 1) / ${stride}⌋ + 1`,
    `= ${outputSize(size, { stride, padding, dilation })}`];
  // Checks data-image and data-preset: an error leaves the fallback on the page. Sliders clamp by themselves.
  function readOptions({ image: rows, preset = "vertical" }) {
    const image = rows ? JSON.parse(rows) : NODULE_AND_VESSEL, size = image.length;
    const isSquare = image.every((row) => row.length === size && row.every(Number.isFinite));
    if (!isSquare || size < 5 || size > 12) throw new RangeError("data-image must be 5 x 5 to 12 x 12");
    if (!(preset in PRESETS)) throw new RangeError(`data-preset must be one of ${Object.keys(PRESETS)}`);
    return { image, preset };
  }
  if (typeof module !== "undefined") module.exports = { PRESETS, NODULE_AND_VESSEL, readOptions, flipKernel,
    outputSize, nearestStep, windowTerms, correlate, greyScale, greyLevel, inkOn, sumLines, sizeLines };
  if (typeof customElements === "undefined" || customElements.get("medbook-convolution")) return;
  // ---- Looks: the page's theme colours everything except the pixels ----
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; break-inside: avoid; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--pst-color-border, #8888); font-size: .9375rem; line-height: 1.5; }
    .title, .lines :last-child { font-weight: 600; } .note { color: var(--muted); font-size: .875rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } .lines span { display: block; }
    select, button, [type=number] { min-height: 2.25rem; padding: .2rem .5rem; border: 1px solid var(--muted);
      border-radius: 4px; font: inherit; color: inherit; background: var(--pst-color-background, Canvas); }
    button { min-width: 5rem; } [type=number] { width: 3.5rem; text-align: center; appearance: textfield; }
    ::-webkit-inner-spin-button { display: none; } input { flex: none; accent-color: var(--accent); }
    label { display: flex; gap: .5rem; align-items: center; line-height: 1.3; } select { width: 100%; }
    form { display: grid; grid-template: auto repeat(3, 2.75rem) / auto auto 1fr; gap: .25rem 4%; }
    form > div { display: grid; grid-row: span 4; grid-template-rows: subgrid; align-items: center; }
    .weights { grid-row: span 3; display: grid; grid-template-columns: repeat(3, 2.75rem); gap: 2px;
      padding: 2px; height: 100%; background: #d96c00; border-radius: 5px; }
    .weights input { width: 100%; height: 100%; padding: 0; border: 0; border-radius: 3px; }
    .sliders span:first-child { flex: 0 0 5rem; white-space: nowrap; } .sliders input { flex: 1; width: 0; }
    .grids, .buttons, .reading { display: flex; flex-wrap: wrap; gap: 1rem 2rem; margin-top: 1.25rem; }
    .buttons { gap: .75rem; align-items: center; } .ends { display: flex; justify-content: space-between; }
    .reading { padding: .9rem 1rem; border-radius: 6px; background: var(--pst-color-surface, #8882); }
    .grids > div { --box: min(21rem, (100cqi - 2rem) / 2); width: var(--box); }
    .stage { margin: .6rem 0; min-height: var(--box); outline-offset: 4px; user-select: none; }
    svg { display: block; overflow: visible; width: calc(var(--box) * var(--part)); }
    .input svg { touch-action: none; cursor: grab; } text { text-anchor: middle; dominant-baseline: central; }
    .tile { stroke: #8888; } .padding { fill: #000; stroke: #999; stroke-dasharray: 5 4; }
    .window * { vector-effect: non-scaling-stroke; } .window *, .playing .later > * { fill: none; }
    .bar { height: 11px; background: linear-gradient(90deg, #000, #fff) border-box; border: 1px solid #888; }
    @container (max-width: 36rem) { form { grid-template-columns: auto 1fr; column-gap: .8rem; }
      .choice { grid-area: 5 / 1 / auto / 3; grid-template-rows: none; margin-top: .6rem; row-gap: .5rem; }
      .grids > div { --box: min(21rem, 100cqi); margin: auto; } .output .stage { min-height: 0; } }
    @media (prefers-reduced-motion: reduce) { .play { display: none; } }`;
  const slider = ([name, [low, high]]) => `<label><span>${name} <i>${name[0]}</i></span>
    <input type="range" name="${name}" min="${low}" max="${high}"><span aria-hidden="true"></span></label>`;
  const weightField = (_, index) => `<input type="number" name="weight" step="any" min="-99" max="99"
    aria-label="kernel row ${Math.floor(index / 3) + 1} column ${(index % 3) + 1}">`;
  const options = Object.entries({ ...PRESETS, own: { label: "your own" } })
    .map(([key, { label }]) => `<option value="${key}">${label}</option>`).join("");
  const TEMPLATE = `<style>${STYLE}</style><div class="figure" role="group" aria-label="Sliding kernel"><form>
    <div><p class="title"></p><div class="weights">${Array(9).fill().map(weightField).join("")}</div></div>
    <div class="choice"><label class="title" for="preset">preset</label>
      <select id="preset" name="preset">${options}</select>
      <label>divide the sum by <input type="number" name="divisor" step="any" min="1" max="999"></label>
      <label><input type="checkbox" name="flip"> flip the kernel (true convolution)</label></div>
    <div class="sliders"><p class="title">steps</p>${Object.entries(SLIDERS).map(slider).join("")}</div>
    </form><div class="grids"><div class="input"><p class="title"></p>
      <div class="stage" role="application" tabindex="0" aria-label="Image: arrow keys move the window"></div>
      <p class="note">Drag the window, or use the arrow keys.</p></div>
    <div class="output"><p class="title"></p><div class="stage"></div>
      <div class="bar"></div><p class="note ends"></p></div></div>
    <div class="buttons"><button class="play">Play</button><button class="next">Next</button>
      <span class="note"></span></div>
    <div class="reading" aria-live="polite"><p class="lines"></p><p class="lines size"></p></div></div>`;
  const CELL = 40; // side of a pixel in SVG units; CSS decides its size on the screen
  function tile(row, col, value, scale) { // the value null marks padding
    const grey = greyLevel(value, scale), text = format(value ?? 0, 1), size = Math.min(20, 50 / text.length);
    const [kind, ink] = value === null ? ["padding", "#fff"] : ["tile", inkOn(grey)];
    return `<g transform="translate(${col * CELL} ${row * CELL})">
      <rect class="${kind}" fill="rgb(${grey},${grey},${grey})" x="1" y="1" width="38" height="38" rx="3"/>
      <text x="20" y="21" font-size="${size}" fill="${ink}">${text}</text></g>`;
  }
  // An orange frame with dark borders, so that it stands out from black, grey and white alike.
  function frame(row, col, pixels, width) {
    const side = pixels * CELL, box = `x="${col * CELL}" y="${row * CELL}" width="${side}" height="${side}"`;
    const line = (colour, thickness) => `<rect ${box} stroke="${colour}" stroke-width="${thickness}"/>`;
    return line("#000", width + 2) + line("#d96c00", width);
  }
  function drawing(values, scale, frames, part) { // `part` of the input's width: equal pixels in both images
    const tiles = values.flatMap((line, row) => line.map((value, col) => tile(row, col, value, scale)));
    const box = `viewBox="0 0 ${values.length * CELL} ${values.length * CELL}" style="--part: ${part}"`;
    return `<svg role="img" ${box}>${tiles.join("")}<g class="window">${frames}</g></svg>`;
  }
  const numberIn = (field) => clamp(Number(field.value), Number(field.min), Number(field.max));
  const inLines = (...lines) => lines.map((line) => `<span>${line}</span>`).join(" ");

  class MedbookConvolution extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      Object.assign(this, readOptions(this.dataset), { settings: {}, top: 3, left: 1 });
      this.attachShadow({ mode: "open" }).innerHTML = TEMPLATE;
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      this.fields = this.find("form").elements; // they hold the kernel and the settings
      this.fields.preset.value = this.preset;
      for (const name in SLIDERS) this.fields[name].value = this.dataset[name] ?? 1;
      this.onSetting("preset");
      const on = (selector, type, action) => this.find(selector).addEventListener(type, action);
      on("form", "input", ({ target }) => this.onSetting(target.name));
      on("form", "change", ({ target }) => { if (target.min) target.value = numberIn(target); });
      on(".play", "click", () => this.play(!this.timer));
      on(".next", "click", () => this.step());
      on(".stage", "keydown", (event) => this.onKey(event));
      for (const type of ["pointerdown", "pointermove"]) on(".stage", type, (event) => this.onPointer(event));
    }
    disconnectedCallback() { clearInterval(this.timer); }
    onSetting(name) {
      const { image, fields, settings } = this, preset = name === "preset" && PRESETS[fields.preset.value];
      const fill = (kernel) => fields.weight.forEach((field, at) => { field.value = kernel.flat()[at]; });
      if (name === "weight") fields.preset.value = "own";
      if (name === "flip") fill(flipKernel(this.kernel));
      if (preset) fill(fields.flip.checked ? flipKernel(preset.kernel) : preset.kernel);
      if (preset) fields.divisor.value = preset.divisor ?? 1;
      this.kernel = [0, 3, 6].map((first) => [0, 1, 2].map((col) => numberIn(fields.weight[first + col])));
      for (const field of ["divisor", ...Object.keys(SLIDERS)]) settings[field] = numberIn(fields[field]);
      this.output = correlate(image, this.kernel, settings);
      this.count = this.output.length;
      this.draw();
      this.moveTo(this.top, this.left); // the window stays where it is in the image, as far as it can
    }
    onKey(event) {
      const { top, left, settings: { stride } } = this;
      const target = { ArrowUp: [top - stride, left], ArrowDown: [top + stride, left], Home: [-99, -99],
        ArrowLeft: [top, left - stride], ArrowRight: [top, left + stride], End: [99, 99] }[event.key];
      if (!target || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // the page must not scroll
      this.play(false);
      this.moveTo(...target);
    }
    onPointer({ currentTarget, buttons, pointerId, clientX, clientY }) {
      if (buttons !== 1) return;
      currentTarget.setPointerCapture(pointerId); // a drag goes on outside the image
      this.play(false);
      const { image, settings: { padding, dilation } } = this, middle = padding + windowSpan(dilation) / 2;
      const box = currentTarget.getBoundingClientRect(), pixel = box.width / (image.length + 2 * padding);
      this.moveTo((clientY - box.top) / pixel - middle, (clientX - box.left) / pixel - middle);
    }
    play(isPlaying) {
      clearInterval(this.timer);
      this.timer = isPlaying && setInterval(() => this.step(), 450);
      this.write(".play", isPlaying ? "Pause" : "Play");
      this.find(".reading").setAttribute("aria-live", isPlaying ? "off" : "polite");
      this.find(".output").classList.toggle("playing", isPlaying); // the output appears pixel by pixel
    }
    step() { // to the next position; from the last one to the first; playing ends at the last one
      const { count, settings: { stride, padding } } = this, next = (this.index + 1) % count ** 2;
      this.moveTo(Math.floor(next / count) * stride - padding, (next % count) * stride - padding);
      if (next === count ** 2 - 1) this.play(false);
    }
    draw() { // all that does not depend on the window's position
      const { image, output, count, fields, settings: { padding, dilation } } = this, size = image.length;
      const lines = Array.from({ length: size + 2 * padding }, (_, line) => line - padding);
      const padded = lines.map((row) => lines.map((col) => image[row]?.[col] ?? null));
      const offsets = [0, dilation, 2 * dilation], outline = frame(0, 0, windowSpan(dilation), 3.5);
      const touched = offsets.flatMap((row) => offsets.map((col) => frame(row, col, 1, 1.5))).join("");
      const inputScale = greyScale(image.flat(), 9), scale = greyScale(output.flat(), inputScale.white);
      this.write(".input .stage", drawing(padded, inputScale, touched + outline, 1));
      this.write(".output .stage", drawing(output, scale, frame(0, 0, 1, 3.5), count / padded.length));
      for (const name in SLIDERS) this.write(`[name=${name}] + span`, fields[name].value);
      this.write(".title", fields.flip.checked ? "kernel, flipped" : "kernel");
      this.write(".input .title", `input ${size} × ${size}${padding ? `, padded by ${padding}` : ""}`);
      this.write(".output .title", `output ${count} × ${count}`);
      const { black, white } = scale, middle = `mid-grey = ${format((black + white) / 2)}`;
      this.write(".ends", inLines(`black = ${format(black)}`, middle, `white = ${format(white)}`));
      this.write(".size", inLines(`output size for n = ${size}, k = 3`, ...sizeLines(size, this.settings)));
    }
    moveTo(top, left) { // to the nearest legal position; top and left count pixels of the image
      const { image, kernel, output, count, settings } = this, { stride, padding, divisor } = settings;
      const [row, col] = [top, left].map((start) => nearestStep(start + padding, stride, count));
      [this.top, this.left, this.index] = [row * stride - padding, col * stride - padding, row * count + col];
      this.mark("input", row * stride, col * stride, `window from row ${this.top}, column ${this.left}`);
      this.mark("output", row, col, `row ${row}, column ${col} is ${format(output[row][col])}`);
      const later = (pixel, index) => pixel.classList.toggle("later", index > this.index);
      [...this.find(".output svg").children].forEach(later);
      this.write(".buttons .note", `position ${this.index + 1} of ${count ** 2}`);
      const sum = sumLines(windowTerms(image, kernel, { row, col }, settings), divisor);
      const operation = this.fields.flip.checked ? "convolution" : "cross-correlation";
      this.write(".lines", inLines(`output[${row}, ${col}] by ${operation}`, ...sum));
    }
    mark(place, row, col, words) {
      this.find(`.${place} .window`).setAttribute("transform", `translate(${col * CELL} ${row * CELL})`);
      this.find(`.${place} svg`).setAttribute("aria-label", `${place} image; ${words}`);
    }
    write(selector, html) { // writes only what is new, so that a screen reader hears only that
      const element = this.find(selector);
      if (element.written !== html) element.innerHTML = element.written = html;
    }
  }
  customElements.define("medbook-convolution", MedbookConvolution);
})();
