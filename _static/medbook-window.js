/* <medbook-window>: an interactive figure of the window (center, width) that maps CT values to screen greys.
   Attributes: data-rows, data-cols, data-values (base64 of little-endian int16 numbers, row by row); optional
   data-unit, data-center, data-width, data-spacing="row,col" in mm, data-presets='{"name": [center, width]}',
   data-label (what the image shows). Its children are the fallback without JavaScript. */
(() => {
  const PRESETS = { "soft tissue": [40, 400], lung: [-600, 1500], bone: [400, 1800], brain: [40, 80],
    "all values": [100, 2200] };
  // Typical values in HU; line 0 or 1 and the side of the mark keep the words apart, on a phone too.
  const TISSUES = [["air", -1000, 0, "left"], ["lung", -800, 1, "left"], ["fat", -100, 1, "right"],
    ["water", 0, 0, "right"], ["soft tissue", 50, 0, "left"], ["bone", 400, 1, "left"]];
  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const WHITE = 255;
  // ---- Arithmetic and words: all of this runs without a browser ----
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const format = (value) => String(value).replace("-", "\u2212"); // a true minus
  // DICOM PS3.3 C.11.2.1.2.1, function LINEAR: up to `low` all is black, above `high` all is white.
  const windowEnds = ({ center, width }) =>
    ({ low: center - 0.5 - (width - 1) / 2, high: center - 0.5 + (width - 1) / 2 });
  function greyLevel(value, { center, width, isInverted }) {
    const { low, high } = windowEnds({ center, width });
    let grey = value <= low ? 0 : WHITE; // width 1 is a step: nothing lies between the ends
    if (value > low && value <= high) grey = Math.round(((value - center + 0.5) / (width - 1) + 0.5) * WHITE);
    return isInverted ? WHITE - grey : grey;
  }
  // One grey for each value from lowest to highest: cheaper than one computation for each pixel.
  const greyTable = ({ lowest, highest }, settings) =>
    Uint8Array.from({ length: highest - lowest + 1 }, (_, at) => greyLevel(lowest + at, settings));
  function countValues(values) {
    const sorted = values.slice().sort(), lowest = sorted[0], highest = sorted[values.length - 1];
    const counts = new Uint32Array(highest - lowest + 1);
    for (const value of values) counts[value - lowest] += 1;
    return { lowest, highest, counts };
  }
  const countGreys = (counts, table) => [[0, 0], [1, WHITE - 1], [WHITE, WHITE]].map(([from, to]) =>
    sum(counts.filter((_, at) => table[at] >= from && table[at] <= to))); // black, grey, white
  function wholePercents(parts) { // they add up to 100: the largest remainders are rounded up
    const exact = parts.map((part) => (100 * part) / sum(parts)), whole = exact.map(Math.floor);
    const order = [...parts.keys()].sort((one, other) => (exact[other] % 1) - (exact[one] % 1));
    for (const at of order.slice(0, 100 - sum(whole))) whole[at] += 1;
    return whole.map((percent, at) => (percent === 0 && parts[at] > 0 ? "under 1" : String(percent)));
  }
  // As at a workstation: to the right is wider, up is a higher center; wide windows change faster.
  const dragWindow = ({ center, width }, right, up, step = Math.max(1, width / 150)) =>
    ({ center: center + up * step, width: width + right * step });
  function valueAxis({ lowest, highest }, unit) { // in HU it always reaches from air to dense bone
    const [air, bone] = unit === "HU" ? [-1000, 1000] : [lowest, highest];
    const low = Math.min(air, lowest), high = Math.max(bone, highest), margin = Math.ceil((high - low) / 12);
    const start = low - margin - 3, end = high + margin + 3, steps = [1, 2, 5, 10, 20, 50, 100, 200, 500];
    const step = [...steps, 1e3, 2e3, 5e3, 1e4, 2e4].find((width) => end - start <= 6 * width);
    const first = Math.ceil(start / step), count = Math.floor(end / step) - first + 1;
    return { start, end, ticks: Array.from({ length: count }, (_, at) => (first + at) * step) };
  }
  const along = ({ start, end }, value) => (100 * (value - start)) / (end - start); // in per cent of the axis
  const fitWindow = ({ center, width, ...rest }, { start, end }) => ({ ...rest,
    center: Math.round(clamp(center, start, end)), width: Math.round(clamp(width, 1, end - start)) });
  function histogramBins({ lowest, counts }, { start, end }) {
    const binWidth = Math.ceil((end - start) / 120); // whole: each bin holds equally many values
    const bins = Array(Math.ceil((end - start) / binWidth)).fill(0);
    counts.forEach((count, at) => { bins[Math.floor((lowest + at - start) / binWidth)] += count; });
    return { binWidth, bins };
  }
  function decodeValues(base64) { // the low byte comes first, whatever this machine prefers
    const view = new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
    return new Int16Array(Math.ceil(view.byteLength / 2)).map((_, at) => view.getInt16(2 * at, true));
  }
  const attempt = (action) => { try { return action(); } catch { return null; } };
  const isCount = (number) => Number.isInteger(number) && number > 0;
  const isWindow = ({ center, width }) => Number.isInteger(center) && isCount(width);
  // Checks all attributes: an error leaves the fallback on the page. A window is cut to the axis.
  function readOptions({ unit = "HU", label = "image", spacing: sides = "1,1", presets: json, ...data }) {
    const demand = (isGood, rule) => { if (!isGood) throw new RangeError(`data-${rule}`); };
    const rows = Number(data.rows), cols = Number(data.cols), spacing = sides.split(",").map(Number);
    demand(isCount(rows) && isCount(cols), "rows and data-cols must be whole numbers above 0");
    demand(spacing.length === 2 && spacing.every((mm) => mm > 0), 'spacing must be "row,col" in mm');
    const values = attempt(() => decodeValues(data.values));
    demand(values?.length === rows * cols, `values must be base64 of ${rows} x ${cols} int16 numbers`);
    const pairs = attempt(() => Object.entries(json ? JSON.parse(json) : PRESETS)) ?? [];
    const windows = pairs.map(([name, pair]) => ({ name, center: pair?.[0], width: pair?.[1] }));
    demand(windows.length && windows.every(isWindow), 'presets must be JSON such as {"bone": [400, 1800]}');
    const center = Number(data.center ?? windows[0].center), width = Number(data.width ?? windows[0].width);
    demand(isWindow({ center, width }), "center and data-width must be whole numbers, width at least 1");
    const statistics = countValues(values), axis = valueAxis(statistics, unit);
    const presets = windows.map((preset) => fitWindow(preset, axis)), settings = { center, width };
    return { rows, cols, values, unit, label, spacing, statistics, axis, presets, settings };
  }
  if (typeof module !== "undefined") module.exports = { PRESETS, windowEnds, greyLevel, greyTable, countGreys,
    countValues, wholePercents, dragWindow, valueAxis, fitWindow, histogramBins, readOptions };
  if (typeof customElements === "undefined" || customElements.get("medbook-window")) return;
  // ---- Looks: the page's theme colours everything except the pixels ----
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; break-inside: avoid; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText);
      --ground: var(--pst-color-background, Canvas); --surface: var(--pst-color-surface, #8882); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--pst-color-border, #8888); font-size: .9375rem; line-height: 1.5; }
    .parts { display: grid; grid: auto 1fr auto / minmax(0, 1.3fr) minmax(17.5rem, 1fr); gap: 1.25rem 2rem; }
    .image { grid-row: span 2; } .controls { grid-area: 1 / 2; } .histogram { grid-column: span 2; }
    .title, .pixel { font-weight: 600; } .title { margin-bottom: .6rem; } .note { margin-top: .6rem; }
    .note, .chart { color: var(--muted); font-size: .875rem; } .reading span { display: inline-block; }
    .stage { position: relative; overflow: hidden; touch-action: none; cursor: crosshair; user-select: none; }
    canvas { display: block; width: 100%; height: 100%; image-rendering: pixelated; }
    .cross { position: absolute; width: 24px; margin: -12px; pointer-events: none; stroke: #ff9a3c;
      stroke-width: 2; filter: drop-shadow(0 0 1px #000) drop-shadow(0 0 1px #000); }
    .reading { align-self: end; padding: .9rem 1rem; border-radius: 6px; background: var(--surface); }
    .presets { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: 1rem; }
    button, [type=number] { min-height: 2.25rem; padding: .2rem .7rem; border: 1px solid var(--muted);
      border-radius: 4px; font: inherit; color: inherit; background: var(--ground); }
    [aria-pressed=true] { color: var(--ground); background: var(--accent); border-color: var(--accent); }
    label { display: flex; gap: .5rem; align-items: center; } input { accent-color: var(--accent); }
    [type=number] { width: 5.5rem; margin-left: auto; } [type=range] { width: 100%; margin: .5rem 0; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } .plot { position: relative; }
    .flags:not(:empty) { height: 3.2rem; } .flags span { bottom: 0; padding: 0 4px; border: 0 dashed #888a; }
    .flags, .ticks { line-height: 1.3; white-space: nowrap; } .flags span, .ticks span { position: absolute; }
    .plot svg { display: block; width: 100%; height: 9rem; overflow: visible; clip-path: inset(-9px 0); }
    .bar { height: 14px; border: 1px solid #888; } .ticks { position: relative; height: 1.5rem; top: .2rem; }
    .ticks span { transform: translateX(-50%); } path { fill: none; vector-effect: non-scaling-stroke; }
    .bars { fill: var(--muted); opacity: .55; } .inside { fill: var(--accent); opacity: .13; }
    .ramp { stroke: var(--accent); stroke-width: 2.5; } .at, .dot { stroke: #d96c00; stroke-width: 1.5; }
    .dot { stroke-width: 10; stroke-linecap: round; } .spoken { position: absolute; clip-path: inset(50%); }
    @container (max-width: 36rem) { .parts { grid: auto / 100%; } .parts > * { grid-area: auto; } }`;
  const escape = (text) => text.replace(/[&<"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  const field = (name, unit, low, high) => `<label>${name} in ${unit} <input type="number" name="${name}"
    min="${low}" max="${high}"></label><input type="range" name="${name}" min="${low}" max="${high}"
    aria-label="${name} in ${unit}">`;
  function drawing({ statistics, axis }) { // values go to the right, greys go up
    const { binWidth, bins } = histogramBins(statistics, axis), left = axis.start - 0.5;
    const height = (count) => (WHITE * Math.log1p(count)) / Math.log1p(Math.max(...bins));
    const bars = bins.map((count, at) => `V${height(count)}H${left + (at + 1) * binWidth}`).join("");
    return `<svg preserveAspectRatio="none" viewBox="${axis.start} 0 ${axis.end - axis.start} 255"><g
      transform="matrix(1 0 0 -1 0 255)"><path class="inside"/><path class="bars" d="M${left} 0${bars}V0Z"/>
      <path class="ramp"/><path class="at"/><path class="dot"/></g></svg>`;
  }
  function template(figure) {
    const { rows, cols, spacing, axis, presets, statistics: { counts } } = figure, unit = escape(figure.unit);
    const tick = (value) => `<span style="left: ${along(axis, value)}%">${format(value)}</span>`;
    const flag = ([tissue, value, line, side]) => `<span style="top: ${1.3 * line}rem; border-${side}-width:
      1px; ${side}: ${side === "left" ? along(axis, value) : 100 - along(axis, value)}%">${tissue}</span>`;
    return `<style>${STYLE}</style><div class="figure" role="group" aria-label="window"><div class="parts">
      <div class="image"><p class="title">${counts.filter(Boolean).length} values in ${rows} × ${cols} pixels
        </p><div class="stage" style="aspect-ratio: ${cols * spacing[1]} / ${rows * spacing[0]}" tabindex="0"
        role="application" aria-label="Image: arrow keys move the cross-hair, with Shift by 10 pixels">
        <canvas role="img" width="${cols}" height="${rows}"></canvas>
        <svg class="cross" viewBox="-12 -12 24 24"><path d="M-10 0H-4M4 0H10M0-10V-4M0 4V10"/></svg></div>
        <p class="note">Drag on the image: right widens the window, up raises its center.
          Point at a pixel, or use the arrow keys, to read it.</p></div>
      <div class="reading"><p class="pixel"></p><p class="ends"></p><p class="shares"></p></div>
      <div class="controls"><p class="title">window</p><div class="presets" role="group" aria-label="presets">
        ${presets.map(({ name }) => `<button>${escape(name)}</button>`).join("")}</div>
        ${field("center", unit, axis.start, axis.end)}${field("width", unit, 1, axis.end - axis.start)}
        <label><input type="checkbox" name="isInverted"> invert (as for MONOCHROME1)</label></div>
      <div class="histogram"><p class="title">histogram of the values in ${unit}</p>
        <div class="chart" role="img" aria-label="histogram with the window drawn over it"><div class="plot">
          <div class="flags">${unit === "HU" ? TISSUES.map(flag).join("") : ""}</div>${drawing(figure)}</div>
          <div class="bar"></div><div class="ticks">${axis.ticks.map(tick).join("")}</div></div>
        <p class="note">Bars: pixels per value, log scale. Line: grey, 0–255. Orange: marked pixel.</p></div>
      </div><div class="spoken" aria-live="polite"><p class="pixel"></p><p class="shares"></p></div></div>`;
  }
  class MedbookWindow extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      Object.assign(this, readOptions(this.dataset));
      this.attachShadow({ mode: "open" }).innerHTML = template(this);
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      this.fields = this.shadowRoot.querySelectorAll("[min]");
      this.buttons = [...this.shadowRoot.querySelectorAll("button")];
      const on = (selector, type, action) => this.find(selector).addEventListener(type, action);
      on(".controls", "input", ({ target: { name, type, value, checked }, target }) => { // may be empty
        if (value) this.setWindow({ [name]: type === "checkbox" ? checked : Number(value) }, target);
      });
      on(".controls", "change", () => this.setWindow({})); // mends a number that was left unfinished
      on(".presets", "click", ({ target }) => this.setWindow(this.presets[this.buttons.indexOf(target)]));
      on(".stage", "keydown", (event) => this.onKey(event));
      for (const type of ["pointerdown", "pointermove"]) on(".stage", type, (event) => this.onPointer(event));
      this.pixel = { row: Math.floor(this.rows / 2), col: Math.floor(this.cols / 2) };
      this.setWindow({});
      clearTimeout(this.timer); // nothing is spoken before the reader acts
    }
    onKey(event) {
      const arrow = ARROWS[event.key], step = event.shiftKey ? 10 : 1;
      if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // the page must not scroll
      this.moveTo(this.pixel.row + arrow[0] * step, this.pixel.col + arrow[1] * step);
    }
    onPointer({ type, button, isPrimary, pointerId, currentTarget: stage, clientX: x, clientY: y }) {
      const { press, rows, cols } = this, box = stage.getBoundingClientRect();
      if (!isPrimary || button > 0) return;
      if (stage.hasPointerCapture(pointerId)) this.setWindow(dragWindow(press, x - press.x, press.y - y));
      else this.moveTo((rows * (y - box.top)) / box.height, (cols * (x - box.left)) / box.width);
      if (type === "pointerdown") this.press = { x, y, ...this.settings };
      if (type === "pointerdown") stage.setPointerCapture(pointerId); // a drag goes on outside the image
    }
    moveTo(row, col) {
      const inside = (place, size) => clamp(Math.floor(place), 0, size - 1);
      this.pixel = { row: inside(row, this.rows), col: inside(col, this.cols) };
      this.showPixel();
    }
    setWindow(changes, typing) { // the field in which the reader types is left alone
      this.settings = fitWindow({ ...this.settings, ...changes }, this.axis);
      for (const field of this.fields) if (field !== typing) field.value = this.settings[field.name];
      const isChosen = (preset) => ["center", "width"].every((name) => preset[name] === this.settings[name]);
      this.presets.forEach((preset, at) => { this.buttons[at].ariaPressed = isChosen(preset); });
      this.showImage();
      this.showWindow();
      this.showPixel();
    }
    showImage() {
      const { rows, cols, values, statistics } = this, pixels = new Uint32Array(rows * cols);
      const table = greyTable(statistics, this.settings);
      const colours = Uint32Array.from(table, (grey) => 0xff000000 | (grey * 0x010101)); // opaque
      for (let at = 0; at < pixels.length; at += 1) pixels[at] = colours[values[at] - statistics.lowest];
      const picture = new ImageData(new Uint8ClampedArray(pixels.buffer), cols, rows);
      this.find("canvas").getContext("2d").putImageData(picture, 0, 0);
      const [black, grey, white] = wholePercents(countGreys(statistics.counts, table));
      const rest = `<span>${grey} % grey, ${white} % white</span>`; // stays on one line
      this.write(".shares", `${black} % of the pixels are black, ${rest}`);
    }
    showWindow() {
      const { axis, settings } = this, { low, high } = windowEnds(settings);
      const from = settings.isInverted ? WHITE : 0, to = WHITE - from;
      const left = Math.min(axis.start, low), right = Math.max(axis.end, high);
      const stop = (grey, value) => `rgb(${grey}, ${grey}, ${grey}) ${along(axis, value)}%`;
      this.draw(".ramp", `M${left} ${from}H${low}L${high} ${to}H${right}`);
      this.draw(".inside", `M${low} 0H${high}V${WHITE}H${low}Z`);
      this.find(".bar").style.background = `linear-gradient(90deg, ${stop(from, low)}, ${stop(to, high)})`;
      this.write(".ends", `window from ${format(low)} to ${format(high)} ${escape(this.unit)}`);
    }
    showPixel() {
      const { pixel: { row, col }, rows, cols, unit, label, find } = this;
      const value = this.values[row * cols + col], grey = greyLevel(value, this.settings);
      find(".cross").style.inset = `${(100 * (row + 0.5)) / rows}% auto auto ${(100 * (col + 0.5)) / cols}%`;
      this.draw(".at", `M${value} 0V${WHITE}`);
      this.draw(".dot", `M${value} ${grey}h.01`); // a line without length, but with round ends
      const reading = `${format(value)} ${escape(unit)} → grey ${grey} of ${WHITE}`;
      this.write(".pixel", `row ${row}, column ${col}: <span>${reading}</span>`);
      find("canvas").ariaLabel = `${label}; ${find(".ends").textContent}; ${find(".pixel").textContent}`;
      clearTimeout(this.timer); // a screen reader hears the state after a pause, not each step of a drag
      this.timer = setTimeout(() => [".pixel", ".shares"].forEach((place) =>
        this.write(`.spoken ${place}`, this.find(place).innerHTML)), 500);
    }
    draw(selector, path) { this.find(selector).setAttribute("d", path); }
    write(selector, html) { // writes only what is new, so that a screen reader hears only that
      const element = this.find(selector);
      if (element.written !== html) element.innerHTML = element.written = html;
    }
  }
  customElements.define("medbook-window", MedbookWindow);
})();
