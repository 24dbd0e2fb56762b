/* Tests of the arithmetic behind <medbook-window>: node --test tests/site/window.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const figure = require("../../_static/medbook-window.js");

const SOFT_TISSUE = { center: 40, width: 400 };
const WINDOWS = Object.values(figure.PRESETS).map(([center, width]) => ({ center, width }));
const VALUES = Int16Array.from([-1000, -1000, -50, 40, 40, 40, 300, 1200]);
const STATISTICS = figure.countValues(VALUES);
const greys = (values, settings) => values.map((value) => figure.greyLevel(value, settings));
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => first + at);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

// The attributes of an image, with its values in base64 as Python's astype("<i2").tobytes() writes them.
function attributes(values, rows, cols, more = {}) {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, at) => bytes.writeInt16LE(value, 2 * at));
  return { rows: String(rows), cols: String(cols), values: bytes.toString("base64"), ...more };
}

test("the ends of a window follow DICOM: c - 0.5 plus and minus (w - 1) / 2", () => {
  assert.deepEqual(figure.windowEnds(SOFT_TISSUE), { low: -160, high: 239 });
  assert.deepEqual(figure.windowEnds({ center: 0, width: 1 }), { low: -0.5, high: -0.5 });
  assert.deepEqual(figure.windowEnds({ center: 2048, width: 4096 }), { low: 0, high: 4095 }); // DICOM's
});

test("greys of the soft tissue window are as computed by hand", () => {
  // 40: (0.5 / 399 + 0.5) * 255 = 127.8; -60: (-99.5 / 399 + 0.5) * 255 = 63.9
  assert.deepEqual(greys([-1000, -160, -60, 40, 239, 1200], SOFT_TISSUE), [0, 0, 64, 128, 255, 255]);
});

test("a window of 256 values at 128 leaves a byte as it is", () => {
  assert.deepEqual(greys(range(0, 255), { center: 128, width: 256 }), range(0, 255));
});

test("width 1 is a step just below the center, width 2 has one value on each side", () => {
  assert.deepEqual(greys([38, 39, 40, 41], { center: 40, width: 1 }), [0, 0, 255, 255]);
  assert.deepEqual(greys([38, 39, 40, 41], { center: 40, width: 2 }), [0, 0, 255, 255]);
  assert.deepEqual(greys([38, 39, 40, 41], { center: 40, width: 4 }), [0, 85, 170, 255]);
});

test("a brighter value never gets a darker grey, and greys are whole from 0 to 255", () => {
  for (const settings of [...WINDOWS, { center: 7, width: 1 }, { center: -3, width: 2 }]) {
    const levels = greys(range(-2000, 3000), settings);
    levels.forEach((grey, at) => assert.ok(at === 0 || grey >= levels[at - 1]));
    assert.ok(levels.every(Number.isInteger));
    assert.deepEqual([levels[0], levels.at(-1)], [0, 255]);
  }
});

test("shifting values and center together changes nothing", () => {
  for (const { center, width } of WINDOWS) for (const shift of [-1024, -1, 5, 300]) {
    const moved = greys(range(-1024 + shift, 1500 + shift), { center: center + shift, width });
    assert.deepEqual(moved, greys(range(-1024, 1500), { center, width }));
  }
});

test("inverting turns each grey into 255 minus it", () => {
  const inverted = greys(range(-300, 500), { ...SOFT_TISSUE, isInverted: true });
  assert.deepEqual(inverted, greys(range(-300, 500), SOFT_TISSUE).map((grey) => 255 - grey));
});

test("a narrower window has more contrast: neighbours differ by more", () => {
  const [brain, softTissue, bone] = [80, 400, 1800].map((width) => {
    const [dark, bright] = greys([30, 50], { center: 40, width });
    return bright - dark;
  });
  assert.ok(brain > softTissue && softTissue > bone);
});

test("the table holds the grey of each value from the lowest to the highest", () => {
  const table = figure.greyTable({ lowest: -200, highest: 300 }, SOFT_TISSUE);
  assert.deepEqual([...table], greys(range(-200, 300), SOFT_TISSUE));
});

test("values are counted, negative ones too", () => {
  const { lowest, highest, counts } = figure.countValues(Int16Array.from([3, -2, 3, 0, 3]));
  assert.deepEqual([lowest, highest], [-2, 3]);
  assert.deepEqual([...counts], [1, 0, 1, 0, 0, 3]);
});

test("black, grey and white pixels are counted as they are shown", () => {
  const count = (settings) => figure.countGreys(STATISTICS.counts, figure.greyTable(STATISTICS, settings));
  assert.deepEqual(count(SOFT_TISSUE), [2, 4, 2]);
  assert.deepEqual(count({ ...SOFT_TISSUE, isInverted: true }), [2, 4, 2].reverse());
  assert.deepEqual(count({ center: 40, width: 1 }), [3, 0, 5]);
  for (const settings of WINDOWS) assert.equal(sum(count(settings)), VALUES.length);
});

test("per cent are whole and add up to 100", () => {
  assert.deepEqual(figure.wholePercents([2, 4, 2]), ["25", "50", "25"]);
  assert.deepEqual(figure.wholePercents([1, 1, 1]), ["34", "33", "33"]);
  assert.deepEqual(figure.wholePercents([0, 7, 0]), ["0", "100", "0"]);
  for (const parts of [[1, 2, 4], [5, 5, 3], [111, 222, 333], [16383, 16384, 99999]]) {
    const percents = figure.wholePercents(parts).map(Number);
    assert.equal(sum(percents), 100);
    percents.forEach((percent, at) => assert.ok(Math.abs(percent - (100 * parts[at]) / sum(parts)) < 1));
  }
});

test("a few pixels are not called 0 per cent", () => {
  assert.deepEqual(figure.wholePercents([1, 996, 3]), ["under 1", "100", "under 1"]);
});

test("dragging to the right widens, dragging up raises the center", () => {
  assert.deepEqual(figure.dragWindow({ center: 40, width: 300 }, 10, 0), { center: 40, width: 320 });
  assert.deepEqual(figure.dragWindow({ center: 40, width: 300 }, 0, 10), { center: 60, width: 300 });
  assert.deepEqual(figure.dragWindow({ center: 40, width: 1500 }, -10, -10), { center: -60, width: 1400 });
  const narrow = { center: 40, width: 80 }; // changes by 1 for each pixel of the screen
  assert.deepEqual(figure.dragWindow(narrow, 10, 10), { center: 50, width: 90 });
});

test("a drag that comes back to its start changes nothing", () => {
  for (const settings of WINDOWS) assert.deepEqual(figure.dragWindow(settings, 0, 0), settings);
});

test("a window is kept on the axis, whole and at least 1 wide", () => {
  const axis = { start: -1100, end: 1300 };
  assert.deepEqual(figure.fitWindow({ center: 40.4, width: 400.6 }, axis), { center: 40, width: 401 });
  assert.deepEqual(figure.fitWindow({ center: -5000, width: -7 }, axis), { center: -1100, width: 1 });
  assert.deepEqual(figure.fitWindow({ center: 5000, width: 9999 }, axis), { center: 1300, width: 2400 });
  assert.equal(figure.fitWindow({ ...SOFT_TISSUE, isInverted: true }, axis).isInverted, true);
});

test("an axis in HU reaches from air to dense bone and holds every preset", () => {
  const axis = figure.valueAxis({ lowest: -50, highest: 60 }, "HU");
  assert.ok(axis.start < -1000 && axis.end > 1000);
  assert.deepEqual(axis.ticks, [-1000, -500, 0, 500, 1000]);
  for (const settings of WINDOWS) assert.deepEqual(figure.fitWindow(settings, axis), settings);
});

test("an axis of another unit holds all values and at most seven round ticks", () => {
  for (const [lowest, highest] of [[0, 0], [0, 3], [0, 299], [-7, 90], [100, 4095], [-32768, 32767]]) {
    const { start, end, ticks } = figure.valueAxis({ lowest, highest }, "signal");
    assert.ok(start < lowest && end > highest);
    assert.ok(ticks.length >= 2 && ticks.length <= 7, `${ticks}`);
    assert.ok(ticks.every((tick) => Number.isInteger(tick) && tick >= start && tick <= end));
  }
  assert.deepEqual(figure.valueAxis({ lowest: 0, highest: 299 }, "signal").ticks, [0, 100, 200, 300]);
});

test("the histogram counts each pixel once, in the bin of its value", () => {
  const axis = { start: -1100, end: 1300 };
  const { binWidth, bins } = figure.histogramBins(STATISTICS, axis);
  assert.equal(binWidth, 20);
  assert.equal(bins.length, 120);
  assert.equal(bins[(-1000 + 1100) / 20], 2);
  assert.equal(bins[(40 + 1100) / 20], 3);
  const fitting = figure.valueAxis(STATISTICS, "HU");
  assert.equal(sum(figure.histogramBins(STATISTICS, fitting).bins), VALUES.length);
});

test("values are read row by row as little-endian numbers with a sign", () => {
  const { rows, cols, values } = figure.readOptions({ rows: "2", cols: "3", values: "GPz//wAAAQAAAf9/" });
  assert.deepEqual([rows, cols], [2, 3]);
  assert.deepEqual([...values], [-1000, -1, 0, 1, 256, 32767]); // the bytes 18 fc, ff ff, 00 00, 01 00, ...
});

test("without further attributes the figure opens in the soft tissue window, in HU", () => {
  const options = figure.readOptions(attributes([0, 1], 1, 2));
  assert.equal(options.unit, "HU");
  assert.deepEqual(options.settings, SOFT_TISSUE);
  assert.deepEqual(options.spacing, [1, 1]);
  assert.deepEqual(options.presets.map(({ name }) => name), Object.keys(figure.PRESETS));
});

test("attributes set the window, the presets and the spacing", () => {
  const more = { center: "-600", width: "1500", spacing: "5,0.7", unit: "a.u.", presets: '{"mine": [3, 5]}' };
  const options = figure.readOptions(attributes([0, 9], 1, 2, more));
  assert.deepEqual(options.settings, { center: -600, width: 1500 });
  assert.deepEqual(options.spacing, [5, 0.7]);
  assert.deepEqual(options.presets, [{ name: "mine", center: 3, width: 5 }]);
});

test("a bad attribute is named", () => {
  const rejects = (name, more) => {
    const isNamed = (error) => error instanceof RangeError && error.message.includes(`data-${name}`);
    assert.throws(() => figure.readOptions(attributes([1, 2, 3, 4], 2, 2, more)), isNamed, name);
  };
  for (const rows of [undefined, "0", "-2", "1.5", "two"]) rejects("rows", { rows });
  rejects("cols", { cols: "" });
  for (const values of [undefined, "", "AQ==", "AQACAAMABAAF", "not base64!"]) rejects("values", { values });
  rejects("values", { rows: "3" });
  for (const presets of ["{", "{}", "[]", "null", '{"bone": 400}', '{"bone": [400]}', '{"bone": [400, 0]}']) {
    rejects("presets", { presets });
  }
  for (const center of ["soft", "40.5"]) rejects("center", { center });
  for (const width of ["0", "-400", "wide", "1.5"]) rejects("width", { width });
  for (const spacing of ["1", "1,0", "1,-1", "1,1,1", "a,b"]) rejects("spacing", { spacing });
});
