/* Tests of the arithmetic behind <medbook-convolution>: node --test tests/site/convolution.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const figure = require("../../_static/medbook-convolution.js");

const RAMP = [ // each row rises by 1 to the right, each column by 5 downwards
  [0, 1, 2, 3, 4],
  [5, 6, 7, 8, 9],
  [10, 11, 12, 13, 14],
  [15, 16, 17, 18, 19],
  [20, 21, 22, 23, 24],
];
const NUMBERED = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]; // a kernel without any symmetry
const correlateWith = (preset, image, settings) =>
  figure.correlate(image, figure.PRESETS[preset].kernel, settings);
const SINGLE_BRIGHT_PIXEL = [
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0],
  [0, 0, 1, 0, 0],
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0],
];

test("output size follows the formula in hand-computed cases", () => {
  assert.equal(figure.outputSize(8), 6);
  assert.equal(figure.outputSize(8, { padding: 1 }), 8);
  assert.equal(figure.outputSize(8, { stride: 2, padding: 1 }), 4); // (8 + 2 - 3) / 2 = 3.5, rounded down
  assert.equal(figure.outputSize(8, { stride: 3, dilation: 2 }), 2);
  assert.equal(figure.outputSize(5, { dilation: 2 }), 1);
});

test("output size counts the windows that fit into the padded image", () => {
  for (const size of [5, 8, 11]) for (const stride of [1, 2, 3]) for (const padding of [0, 1, 2]) {
    for (const dilation of [1, 2]) {
      let windows = 0;
      for (let start = 0; start + 2 * dilation < size + 2 * padding; start += stride) windows += 1;
      assert.equal(figure.outputSize(size, { stride, padding, dilation }), windows);
    }
  }
});

test("one output pixel is the sum of nine products", () => {
  const terms = figure.windowTerms(RAMP, NUMBERED, { row: 0, col: 0 });
  assert.deepEqual(terms[1], [{ weight: 4, pixel: 5 }, { weight: 5, pixel: 6 }, { weight: 6, pixel: 7 }]);
  // 0 + 2 + 6  +  20 + 30 + 42  +  70 + 88 + 108
  assert.equal(figure.correlate(RAMP, NUMBERED)[0][0], 366);
});

test("Sobel gives the slope of a ramp times 8, of the right sign", () => {
  assert.deepEqual(correlateWith("vertical", RAMP), [[8, 8, 8], [8, 8, 8], [8, 8, 8]]);
  assert.deepEqual(correlateWith("horizontal", RAMP), [[40, 40, 40], [40, 40, 40], [40, 40, 40]]);
});

test("the Laplacian of a ramp is zero, sharpening leaves it unchanged", () => {
  assert.deepEqual(correlateWith("laplacian", RAMP), [[0, 0, 0], [0, 0, 0], [0, 0, 0]]);
  assert.deepEqual(correlateWith("sharpen", RAMP), [[6, 7, 8], [11, 12, 13], [16, 17, 18]]);
});

test("the blur divides by nine and keeps the mean", () => {
  const { kernel, divisor } = figure.PRESETS.blur;
  assert.equal(divisor, 9);
  assert.deepEqual(figure.correlate(RAMP, kernel, { divisor }), [[6, 7, 8], [11, 12, 13], [16, 17, 18]]);
});

test("identity with padding 1 returns the image", () => {
  const image = figure.NODULE_AND_VESSEL;
  assert.deepEqual(correlateWith("identity", image, { padding: 1 }), image);
});

test("padding counts as zero", () => {
  const ones = [[1, 1, 1], [1, 1, 1], [1, 1, 1]];
  assert.equal(figure.correlate(RAMP, ones, { padding: 1 })[0][0], 0 + 1 + 5 + 6);
  assert.equal(figure.correlate(RAMP, ones, { padding: 2 })[0][0], 0);
});

test("stride keeps every second output pixel", () => {
  const all = figure.correlate(RAMP, NUMBERED);
  const kept = [[all[0][0], all[0][2]], [all[2][0], all[2][2]]];
  assert.deepEqual(figure.correlate(RAMP, NUMBERED, { stride: 2 }), kept);
});

test("dilation 2 touches every second pixel", () => {
  const terms = figure.windowTerms(RAMP, NUMBERED, { row: 0, col: 0 }, { dilation: 2 });
  const pixels = terms.map((row) => row.map(({ pixel }) => pixel));
  assert.deepEqual(pixels, [[0, 2, 4], [10, 12, 14], [20, 22, 24]]);
});

test("flipping turns the kernel by 180 degrees, twice gives it back", () => {
  assert.deepEqual(figure.flipKernel(NUMBERED), [[9, 8, 7], [6, 5, 4], [3, 2, 1]]);
  assert.deepEqual(figure.flipKernel(figure.flipKernel(NUMBERED)), NUMBERED);
  assert.deepEqual(NUMBERED[0], [1, 2, 3]); // the argument is left alone
});

test("a bright pixel gives the kernel under convolution, its flip under cross-correlation", () => {
  assert.deepEqual(figure.correlate(SINGLE_BRIGHT_PIXEL, figure.flipKernel(NUMBERED)), NUMBERED);
  assert.deepEqual(figure.correlate(SINGLE_BRIGHT_PIXEL, NUMBERED), figure.flipKernel(NUMBERED));
});

test("shifting the image shifts the output", () => {
  const image = figure.NODULE_AND_VESSEL;
  const shifted = image.map((row) => [0, ...row.slice(0, -1)]);
  const before = figure.correlate(image, NUMBERED), after = figure.correlate(shifted, NUMBERED);
  after.forEach((row, index) => assert.deepEqual(row.slice(1), before[index].slice(0, -1)));
});

test("doubling the image doubles the output", () => {
  const doubled = RAMP.map((row) => row.map((pixel) => 2 * pixel));
  const expected = figure.correlate(RAMP, NUMBERED).map((row) => row.map((value) => 2 * value));
  assert.deepEqual(figure.correlate(doubled, NUMBERED), expected);
});

test("the window snaps to the nearest step and stays on the image", () => {
  assert.equal(figure.nearestStep(3.4, 2, 4), 2);
  assert.equal(figure.nearestStep(2.9, 2, 4), 1);
  assert.equal(figure.nearestStep(99, 2, 4), 3);
  assert.equal(figure.nearestStep(-99, 2, 4), 0);
});

test("every preset is a labelled 3 x 3 kernel; edge kernels sum to 0", () => {
  const total = (kernel) => kernel.flat().reduce((sum, weight) => sum + weight, 0);
  for (const [name, { label, kernel, divisor = 1 }] of Object.entries(figure.PRESETS)) {
    assert.ok(label);
    assert.deepEqual(kernel.map((row) => row.length), [3, 3, 3]);
    assert.equal(total(kernel) / divisor, ["vertical", "horizontal", "laplacian"].includes(name) ? 0 : 1);
  }
});

test("the sum is written out with true minus signs and brackets", () => {
  const terms = figure.windowTerms(RAMP, figure.PRESETS.vertical.kernel, { row: 0, col: 0 });
  const lines = ["= (−1)·0 + 0·1 + 1·2", "+ (−2)·5 + 0·6 + 2·7", "+ (−1)·10 + 0·11 + 1·12", "= 8"];
  assert.deepEqual(figure.sumLines(terms), lines);
});

test("a divided sum says whether its result is rounded", () => {
  const terms = figure.windowTerms(RAMP, figure.PRESETS.blur.kernel, { row: 0, col: 0 });
  assert.equal(figure.sumLines(terms, 9)[3], "= 54 / 9 = 6");
  assert.equal(figure.sumLines(terms, 16)[3], "= 54 / 16 ≈ 3.38");
});

test("the size formula shows the numbers put in", () => {
  const lines = figure.sizeLines(8, { stride: 1, padding: 1, dilation: 1 });
  assert.deepEqual(lines.slice(1), ["= ⌊(8 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1", "= 8"]);
});

test("mid-grey is zero only where values are negative", () => {
  assert.deepEqual(figure.greyScale([-26, 0, 10], 9), { black: -26, white: 26 });
  assert.deepEqual(figure.greyScale([0, 5], 9), { black: 0, white: 9 });
  assert.equal(figure.greyLevel(0, { black: -26, white: 26 }), 128);
  assert.equal(figure.greyLevel(9, { black: 0, white: 9 }), 255);
});

test("numbers on pixels have a contrast of at least 4.5 to 1", () => {
  const luminance = (grey) => (grey <= 10 ? grey / 255 / 12.92 : ((grey / 255 + 0.055) / 1.055) ** 2.4);
  for (let grey = 0; grey <= 255; grey += 1) {
    const light = figure.inkOn(grey) === "#fff" ? 1 : luminance(grey);
    const dark = figure.inkOn(grey) === "#fff" ? luminance(grey) : 0;
    assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `grey ${grey}`);
  }
});

test("attributes are checked", () => {
  const { image, preset } = figure.readOptions({});
  assert.equal(image, figure.NODULE_AND_VESSEL);
  assert.equal(preset, "vertical");
  assert.deepEqual(figure.readOptions({ image: JSON.stringify(RAMP) }).image, RAMP);
  assert.throws(() => figure.readOptions({ image: "[[1, 2], [3, 4]]" }), /data-image/);
  assert.throws(() => figure.readOptions({ image: "[]" }), /data-image/);
  assert.throws(() => figure.readOptions({ preset: "gabor" }), /data-preset.*laplacian/);
});
