/* <medbook-pooling>: an interactive figure of pooling; the reader moves a bright lesion by single pixels.
   Optional attributes: data-kind (maximum or average), data-padding (valid or same), data-pool, data-stride,
   data-lesion (its side), data-label (for screen readers). Its children are the fallback without JavaScript. */
(() => {
  const BACKGROUND = [
    [1, 0, 2, 1, 0, 1, 2, 0], [0, 2, 1, 0, 1, 2, 0, 1], [2, 1, 0, 1, 2, 0, 1, 0], [1, 0, 1, 2, 0, 1, 0, 2],
    [0, 1, 2, 0, 1, 0, 1, 1], [2, 0, 1, 1, 0, 2, 0, 1], [1, 1, 0, 2, 1, 0, 1, 0], [0, 2, 1, 0, 1, 1, 2, 1]];
  const LESIONS = { 1: [[7]], 2: [[6, 7], [7, 6]], 3: [[3, 5, 3], [5, 7, 5], [3, 5, 3]] }; // by their side
  const SIZE = BACKGROUND.length, FIRST_PLACE = { row: 2, col: 2 };
  const SLIDERS = { // lowest and highest value, label
    pool: [2, 3, "pool size <i>k</i>"], stride: [1, 3, "stride <i>s</i>"], lesion: [1, 3, "lesion side"] };
  const DEFAULTS = { kind: "maximum", padding: "valid", pool: 2, stride: 2, lesion: 2 };
  const ARROWS = { ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowDown: [1, 0] };
  // ---- Arithmetic and words: all of this runs without a browser ----
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
  const range = (count, first = 0) => Array.from({ length: count }, (_, at) => first + at);
  const KINDS = { maximum: (values) => Math.max(...values), average: (values) => sum(values) / values.length };
  const imageWith = (lesion, { row: top, col: left }) =>
    BACKGROUND.map((line, row) => line.map((value, col) => value + (lesion[row - top]?.[col - left] ?? 0)));
  const outputSize = (size, { pool, stride, padding }) =>
    padding === "same" ? Math.ceil(size / stride) : Math.floor((size - pool) / stride) + 1;
  // As in Keras: as many rows as the last window needs, the odd one at the end. They take no part.
  function padding(size, settings) {
    const { pool, stride } = settings, reach = (outputSize(size, settings) - 1) * stride + pool;
    const total = settings.padding === "same" ? Math.max(0, reach - size) : 0;
    return { before: Math.floor(total / 2), after: Math.ceil(total / 2) };
  }
  function windowPixels(size, at, settings) { // [row, column] of each pixel of the image under a window
    const { before } = padding(size, settings), inside = (place) => place >= 0 && place < size;
    const along = (step) => range(settings.pool, step * settings.stride - before).filter(inside);
    return along(at.row).flatMap((row) => along(at.col).map((col) => [row, col]));
  }
  const windowValues = (image, at, settings) =>
    windowPixels(image.length, at, settings).map(([row, col]) => image[row][col]);
  function atEachStep(size, settings, action) {
    const steps = range(outputSize(size, settings));
    return steps.map((row) => steps.map((col) => action({ row, col })));
  }
  const poolImage = (image, settings) =>
    atEachStep(image.length, settings, (at) => KINDS[settings.kind](windowValues(image, at, settings)));
  const readPixels = (size, settings) => // "row,column" of each pixel that some window reaches
    new Set(atEachStep(size, settings, (at) => windowPixels(size, at, settings).map(String)).flat(2));
  function difference(before, after) {
    const others = after.flat(), gaps = before.flat().map((value, at) => Math.abs(others[at] - value));
    const changed = gaps.filter(Boolean).length, largest = Math.max(...gaps);
    return { changed, count: gaps.length, average: KINDS.average(gaps), largest };
  }
  const moveLesion = (place, [down, right], side) => ({
    row: clamp(place.row + down, 0, SIZE - side), col: clamp(place.col + right, 0, SIZE - side) });
  const nearestStep = (place, { pool, stride }, count) => // whose window lies about this point of the padded image
    clamp(Math.round((place - pool / 2) / stride), 0, count - 1);
  const greyLevel = (value) => Math.round((255 * value) / 9);
  const inkOn = (grey) => (grey > 117 ? "#000" : "#fff"); // above 117 black has the higher contrast
  const format = (value, decimals = 2) => String(Number(value.toFixed(decimals)));
  function sumLines(values, kind) { // the arithmetic of one window, as two lines
    if (kind === "maximum") return [`= max(${values.join(", ")})`, `= ${Math.max(...values)}`];
    const total = sum(values), count = values.length, equals = (100 * total) % count ? "≈" : "=";
    return [`= (${values.join(" + ")}) / ${count}`, `= ${total} / ${count} ${equals} ${format(total / count)}`];
  }
  function sizeLines(size, settings) {
    const { pool, stride } = settings, count = outputSize(size, settings);
    if (settings.padding === "same") return ["= ⌈n / s⌉", `= ⌈${size} / ${stride}⌉`, `= ${count}`];
    return ["= ⌊(n − k) / s⌋ + 1", `= ⌊(${size} − ${pool}) / ${stride}⌋ + 1`, `= ${count}`];
  }
  function placeWords({ row, col }) {
    const steps = (step, back, forth) => step && `${Math.abs(step)} ${step < 0 ? back : forth}`;
    const ways = [steps(row - FIRST_PLACE.row, "up", "down"), steps(col - FIRST_PLACE.col, "left", "right")];
    return ways.some(Boolean) ? `moved ${ways.filter(Boolean).join(", ")}` : "in its first place";
  }
  function readOptions({ label = "pooling", ...data }) { // an error leaves the fallback on the page
    const demand = (isGood, rule) => { if (!isGood) throw new RangeError(`data-${rule}`); };
    const settings = { ...DEFAULTS, ...data };
    demand(settings.kind in KINDS, "kind must be maximum or average");
    demand(["valid", "same"].includes(settings.padding), "padding must be valid or same");
    for (const [name, [low, high]] of Object.entries(SLIDERS)) {
      settings[name] = Number(settings[name]);
      demand(range(high - low + 1, low).includes(settings[name]), `${name} must be from ${low} to ${high}`);
    }
    return { label, settings };
  }
  if (typeof module !== "undefined") module.exports = { BACKGROUND, LESIONS, FIRST_PLACE, imageWith, outputSize,
    padding, windowValues, poolImage, readPixels, difference, moveLesion, nearestStep, greyLevel, inkOn, sumLines,
    sizeLines, placeWords, readOptions };
  if (typeof customElements === "undefined" || customElements.get("medbook-pooling")) return;
  // ---- Looks: the page's theme colours everything except the pixels ----
  const STYLE = `
    :host { display: block; margin: 1.5rem 0; break-inside: avoid; --accent: var(--pst-color-link, LinkText);
      --text: var(--pst-color-text-base, CanvasText); --muted: var(--pst-color-text-muted, GrayText); }
    * { box-sizing: border-box; margin: 0; font-variant-numeric: tabular-nums; print-color-adjust: exact; }
    .figure { container-type: inline-size; padding: min(1.25rem, 4%); border-radius: 8px; color: var(--text);
      border: 1px solid var(--pst-color-border, #8888); font-size: .9375rem; line-height: 1.5; }
    .title, .lines :last-child, .chosen { font-weight: 600; } .note { color: var(--muted); font-size: .875rem; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; } .lines span { display: block; }
    input { accent-color: var(--accent); } label { display: flex; gap: .5rem; align-items: center; }
    form { display: grid; grid-template: auto repeat(3, 2.75rem) / auto 12rem 1fr; gap: .25rem 5%; }
    form > div { display: grid; grid-row: span 4; grid-template-rows: subgrid; align-items: center; }
    .pad { grid-row: span 3; display: grid; grid: repeat(3, 2.75rem) / repeat(3, 2.75rem); gap: .25rem;
      grid-template-areas: ". up ." "left back right" ". down ."; }
    button { border: 1px solid var(--muted); border-radius: 4px; font: inherit; padding: 0; color: inherit;
      background: var(--pst-color-background, Canvas); } [value=back] { grid-area: back; font-size: .8rem; }
    .radios { display: flex; gap: 1rem; } .sliders input { flex: 1; width: 0; min-width: 0; }
    .sliders span:first-child { flex: 0 0 5.5rem; } .spoken { position: absolute; clip-path: inset(50%); }
    .grids, .reading { display: flex; flex-wrap: wrap; gap: 1rem 2rem; margin-top: 1.25rem; }
    .reading { padding: .9rem 1rem; border-radius: 6px; background: var(--pst-color-surface, #8882); }
    .lines { flex: 1 1 16rem; } .grids > div { --box: min(21rem, (100cqi - 2rem) / 2); width: var(--box); }
    .stage { margin: .6rem 0; min-height: var(--box); outline-offset: 4px; cursor: crosshair; user-select: none; }
    svg { display: block; overflow: visible; width: calc(var(--box) * var(--part)); }
    text { text-anchor: middle; dominant-baseline: central; } .tile { stroke: #8888; }
    .padding { fill: none; stroke: #999; stroke-dasharray: 5 4; } .mark { fill: #56b4e9; stroke: #000; }
    .frame * { fill: none; vector-effect: non-scaling-stroke; } .unread { stroke: #e69f00; stroke-width: 2; }
    table { width: 100%; margin-top: 1.25rem; border-spacing: 0; } caption { margin-bottom: .4rem; }
    th, td { padding: .25rem 0 .25rem .4em; text-align: right; border-top: 1px solid var(--pst-color-border, #8888);
      white-space: nowrap; font-weight: inherit; } th:first-child, caption { padding-left: 0; text-align: left; }
    @container (max-width: 36rem) { form { grid-template-columns: auto 1fr; column-gap: .8rem; }
      .choice { grid-area: 5 / 1 / auto / 3; grid-template-rows: none; margin-top: .6rem; row-gap: .5rem; }
      .sliders label { flex-wrap: wrap; gap: 0 .4rem; line-height: 1.1; } .sliders span:first-child { flex: 100%; }
      .grids > div { --box: min(21rem, 100cqi); margin: auto; } .output .stage { min-height: 0; }
      table { font-size: min(.875rem, 4.3cqi); } .sum { min-height: 6em; } }`;
  const wayOf = (key) => key.replace("Arrow", "").toLowerCase();
  const slider = ([name, [low, high, label]]) => `<label><span>${label}</span>
    <input type="range" name="${name}" min="${low}" max="${high}"><span aria-hidden="true"></span></label>`;
  const radios = (name, ...values) => `<div class="radios" role="radiogroup" aria-label="${name}">${values.map(
    (value) => `<label><input type="radio" name="${name}" value="${value}"> ${value}</label>`).join("")}</div>`;
  const mover = (key, at) => `<button type="button" value="${key}" aria-label="lesion ${wayOf(key)}"
    style="grid-area: ${wayOf(key)}">${"↑←→↓"[at]}</button>`;
  const TEMPLATE = `<style>${STYLE}</style><div class="figure" role="group"><form>
    <div><p class="title">move the lesion</p><div class="pad">${Object.keys(ARROWS).map(mover).join("")}
      <button type="button" value="back" aria-label="lesion back to its first place">back</button></div></div>
    <div class="choice"><p class="title">pooling</p>${radios("kind", "maximum", "average")}
      ${radios("padding", "valid", "same")}<p class="note missed"></p></div>
    <div class="sliders"><p class="title">sizes</p>${Object.entries(SLIDERS).map(slider).join("")}</div>
    </form><div class="grids"><div class="input"><p class="title">image ${SIZE} × ${SIZE}</p>
      <div class="stage" role="application" tabindex="0" aria-label="Image: arrow keys move the lesion"></div>
      <p class="note">Arrow keys move the lesion (dashed); pointing shows a window.</p></div>
    <div class="output"><p class="title"></p><div class="stage" role="application" tabindex="0"
      aria-label="Output: arrow keys choose a value and its window"></div>
      <p class="note">Arrow keys choose a value. Blue corner: changed by the move.</p></div></div><div
    class="reading"><p class="lines sum"></p><p class="lines size"></p></div><table><caption class="title"></caption>
    <thead><tr class="note"><td></td><th scope="col">changed</th><th scope="col">mean</th><th scope="col">largest</th>
    </tr></thead><tbody></tbody></table><p class="spoken" aria-live="polite"></p></div>`;
  const CELL = 40; // side of a pixel in SVG units; CSS decides its size on the screen
  const STRUCK_OUT = '<path class="unread" d="M6 34L34 6"/>', CORNER = '<path class="mark" d="M24 1.5H38.5V16z"/>';
  function tile(row, col, value, sign) { // the value null marks padding
    const grey = greyLevel(value), [kind, text] = value === null ? ["padding", ""] : ["tile", format(value, 1)];
    return `<g transform="translate(${col * CELL} ${row * CELL})"><rect class="${kind}" x="1" y="1" width="38"
      height="38" rx="3" fill="rgb(${grey},${grey},${grey})"/>${text && sign}
      <text x="20" y="21" font-size="${text.length > 2 ? 16 : 20}" fill="${inkOn(grey)}">${text}</text></g>`;
  }
  // A coloured frame with dark borders, so that it stands out from black, grey and white alike.
  function frame(row, col, pixels, colour, inset = 0) {
    const side = pixels * CELL - 2 * inset, [x, y] = [col, row].map((place) => place * CELL + inset);
    const line = (ink, width, dashes = "") => `<rect x="${x}" y="${y}" width="${side}" height="${side}"
      stroke="${ink}" stroke-width="${width}" stroke-dasharray="${dashes}"/>`;
    return line("#000", 5.5) + line(colour, 3.5, inset && "6 4");
  }
  const picture = (tiles, lines, part, frames) => `<svg role="img" style="--part: ${part}"
    viewBox="0 0 ${lines * CELL} ${lines * CELL}">${tiles.join("")}<g class="frame">${frames}</g>
    <g class="frame window"></g></svg>`;
  const inLines = (...lines) => lines.map((line) => `<span>${line}</span>`).join(" ");
  class MedbookPooling extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return;
      Object.assign(this, readOptions(this.dataset), { place: FIRST_PLACE, at: { row: 1, col: 1 } });
      this.attachShadow({ mode: "open" }).innerHTML = TEMPLATE;
      this.find = (selector) => this.shadowRoot.querySelector(selector);
      this.find(".figure").ariaLabel = this.label;
      this.fields = this.find("form").elements;
      for (const name in DEFAULTS) this.fields[name].value = this.settings[name];
      const on = (selector, type, action) => this.find(selector).addEventListener(type, action);
      on("form", "input", () => this.update());
      on(".pad", "click", ({ target }) => { if (target.value) this.update(ARROWS[target.value] ?? null); });
      for (const place of ["input", "output"]) {
        on(`.${place} .stage`, "keydown", (event) => this.onKey(event, place));
        on(`.${place} .stage`, "pointerdown", (event) => this.onPointer(event, place));
        on(`.${place} .stage`, "pointermove", (event) => this.onPointer(event, place));
      }
      this.update();
      clearTimeout(this.timer); // nothing is spoken before the reader acts
    }
    onKey(event, place) {
      const arrow = ARROWS[event.key], { row, col } = this.at;
      if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault(); // the page must not scroll
      if (place === "input") this.update(arrow); else this.choose(row + arrow[0], col + arrow[1]);
    }
    onPointer({ clientX, clientY }, place) {
      const { settings, count, lines } = this, box = this.find(`.${place} svg`).getBoundingClientRect();
      const parts = [(clientY - box.top) / box.height, (clientX - box.left) / box.width];
      if (place === "output") this.choose(...parts.map((part) => Math.floor(part * count)));
      else this.choose(...parts.map((part) => nearestStep(part * lines, settings, count)));
    }
    update(arrow = [0, 0]) { // null puts the lesion back
      const { fields, settings } = this, { row, col } = this.at;
      for (const name in DEFAULTS) settings[name] = SLIDERS[name] ? Number(fields[name].value) : fields[name].value;
      for (const name in SLIDERS) this.write(`[name=${name}] + span`, fields[name].value);
      this.place = arrow ? moveLesion(this.place, arrow, settings.lesion) : FIRST_PLACE;
      const lesion = LESIONS[settings.lesion], { before, after } = padding(SIZE, settings);
      [this.image, this.first] = [this.place, FIRST_PLACE].map((place) => imageWith(lesion, place));
      this.output = poolImage(this.image, settings);
      Object.assign(this, { before, count: this.output.length, lines: SIZE + before + after });
      this.draw();
      this.choose(row, col);
    }
    draw() { // all that does not depend on the chosen window
      const { image, first, output, settings, place, before, lines, count } = this;
      const places = range(lines, -before), was = poolImage(first, settings);
      const read = readPixels(SIZE, settings), pixels = places.flatMap((row) => places.map((col) =>
        tile(row + before, col + before, image[row]?.[col] ?? null, read.has(`${row},${col}`) ? "" : STRUCK_OUT)));
      const values = output.flatMap((line, row) => line.map((value, col) =>
        tile(row, col, value, value === was[row][col] ? "" : CORNER)));
      const outline = frame(place.row + before, place.col + before, settings.lesion, "#56b4e9", 4);
      this.write(".input .stage", picture(pixels, lines, 1, outline));
      this.write(".output .stage", picture(values, count, count / lines, ""));
      this.write(".output .title", `output ${count} × ${count}`);
      this.write(".size", inLines(`output size for n = ${SIZE}`, ...sizeLines(SIZE, settings)));
      this.write(".missed", `${SIZE ** 2 - read.size} pixels are in no window`);
      this.compare();
    }
    compare() { // with the lesion in its first place, for both kinds of pooling
      const { image, first, settings } = this, attribute = (name) => (name === settings.kind ? 'class="chosen"' : "");
      const row = (name, { changed, count, average, largest }) => `<tr ${attribute(name)}><th scope="row">${name}</th>
        <td>${changed} of ${count} (${Math.round((100 * changed) / count)} %)</td>
        <td>${average.toFixed(2)}</td><td>${largest.toFixed(2)}</td></tr>`;
      const pooled = (kind) => [first, image].map((pixels) => poolImage(pixels, { ...settings, kind }));
      const outputs = Object.keys(KINDS).map((kind) => row(kind, difference(...pooled(kind)))).join("");
      this.write("tbody", row("image", difference(first, image)) + outputs);
      this.write("caption", `changes: lesion ${placeWords(this.place)}`);
    }
    choose(row, col) { // an output value, with its window
      const { image, settings, count, before, output } = this, { stride, pool, kind } = settings;
      const at = this.at = { row: clamp(row, 0, count - 1), col: clamp(col, 0, count - 1) };
      const top = at.row * stride, left = at.col * stride, name = `output[${at.row}, ${at.col}]`;
      this.write(".input .window", frame(top, left, pool, "#d96c00"));
      this.write(".output .window", frame(at.row, at.col, 1, "#d96c00"));
      this.write(".sum", inLines(`${name} by ${kind}`, ...sumLines(windowValues(image, at, settings), kind)));
      this.find(".input svg").ariaLabel = `image; window at row ${top - before}, column ${left - before}`;
      this.find(".output svg").ariaLabel = `${name} is ${format(output[at.row][at.col])}`;
      clearTimeout(this.timer); // a screen reader hears the state after a pause, not each step of a move
      this.timer = setTimeout(() => this.write(".spoken", ["caption", ".chosen td", ".sum"].map((part) =>
        this.find(part).textContent).join("; ")), 500);
    }
    write(selector, html) { // writes only what is new, so that a screen reader hears only that
      const element = this.find(selector);
      if (element.written !== html) element.innerHTML = element.written = html;
    }
  }
  customElements.define("medbook-pooling", MedbookPooling);
})();
