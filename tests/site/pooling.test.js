/* Tests of the arithmetic behind <medbook-pooling>: node --test tests/site/pooling.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const figure = require("../../_static/medbook-pooling.js");

const settings = (more) => ({ kind: "maximum", padding: "valid", pool: 2, stride: 2, ...more });
const ALL = ["maximum", "average"].flatMap((kind) => ["valid", "same"].flatMap((padding) =>
  [2, 3].flatMap((pool) => [1, 2, 3].map((stride) => ({ kind, padding, pool, stride })))));
const FOUR = [
  [3, 7, 1, 0],
  [0, 2, 4, 5],
  [9, 1, 2, 2],
  [1, 1, 2, 2],
];
// 1, 2, ... 64 modulo 7 row by row; the last rows of its poolings below are those of Keras 3.
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7];
const REMAINDERS = EIGHT.map((row) => EIGHT.map((col) => (8 * row + col + 1) % 7));
const pooled = (more) => figure.poolImage(REMAINDERS, settings(more));
const lastRow = (more) => pooled(more).at(-1).map((value) => Number(value.toFixed(4)));
const map = (image, action) => image.map((row) => row.map(action));

test("maximum and average of two by two windows are as computed by hand", () => {
  assert.deepEqual(figure.poolImage(FOUR, settings()), [[7, 5], [9, 2]]);
  assert.deepEqual(figure.poolImage(FOUR, settings({ kind: "average" })), [[3, 2.5], [3, 2]]);
});

test("stride 1 moves the window by one pixel", () => {
  assert.deepEqual(figure.poolImage(FOUR, settings({ stride: 1 })), [[7, 7, 5], [9, 4, 5], [9, 2, 2]]);
});

test("padded pixels take no part in maximum or average", () => {
  const same = { padding: "same", pool: 3, stride: 3 };
  assert.deepEqual(figure.padding(4, settings(same)), { before: 1, after: 1 });
  assert.deepEqual(figure.windowValues(FOUR, { row: 0, col: 0 }, settings(same)), [3, 7, 0, 2]);
  assert.deepEqual(figure.poolImage(FOUR, settings({ ...same, kind: "average" })), [[3, 2.5], [3, 2]]);
});

test("an odd row of padding goes to the end", () => {
  assert.deepEqual(figure.padding(8, settings({ padding: "same", stride: 1 })), { before: 0, after: 1 });
  assert.deepEqual(figure.padding(8, settings({ padding: "same" })), { before: 0, after: 0 });
  assert.deepEqual(figure.padding(8, settings({ padding: "valid", stride: 1 })), { before: 0, after: 0 });
});

test("poolings agree with Keras", () => {
  assert.deepEqual(lastRow({ kind: "average" }), [1, 3, 5, 1.75]);
  assert.deepEqual(lastRow({ kind: "average", pool: 3 }), [2.3333, 2, 4]);
  assert.deepEqual(lastRow({ kind: "average", pool: 3, padding: "same" }), [1.5, 3.5, 4.3333, 1.75]);
  assert.deepEqual(lastRow({ kind: "average", pool: 3, stride: 1, padding: "same" }),
    [1, 1.5, 2.5, 3.5, 4.5, 4.3333, 3, 1.75]);
  assert.deepEqual(lastRow({ pool: 3, stride: 2, padding: "same" }), [3, 5, 6, 6]);
  assert.deepEqual(lastRow({ pool: 2, stride: 3 }), [2, 5, 6]);
});

test("the output has the size of the formula", () => {
  assert.equal(figure.outputSize(8, settings()), 4);
  assert.equal(figure.outputSize(8, settings({ pool: 3 })), 3); // (8 - 3) / 2 = 2.5, rounded down
  assert.equal(figure.outputSize(8, settings({ pool: 3, stride: 3, padding: "same" })), 3); // 8 / 3, rounded up
  for (const each of ALL) {
    const output = figure.poolImage(REMAINDERS, each), size = figure.outputSize(8, each);
    assert.deepEqual([output.length, output[0].length], [size, size]);
  }
});

test("a constant image stays constant", () => {
  for (const each of ALL) {
    assert.ok(figure.poolImage(map(REMAINDERS, () => 5), each).flat().every((value) => value === 5));
  }
});

test("the maximum is never below the average, and rises with every pixel", () => {
  for (const each of ALL.filter(({ kind }) => kind === "average")) {
    const average = figure.poolImage(REMAINDERS, each).flat();
    const maximum = figure.poolImage(REMAINDERS, { ...each, kind: "maximum" }).flat();
    const raised = figure.poolImage(map(REMAINDERS, (value) => value + 2), { ...each, kind: "maximum" }).flat();
    maximum.forEach((value, at) => assert.ok(value >= average[at] && raised[at] === value + 2));
  }
});

test("average pooling without overlap keeps the mean", () => {
  const mean = (image) => image.flat().reduce((sum, value) => sum + value, 0) / image.flat().length;
  assert.equal(mean(pooled({ kind: "average" })), mean(REMAINDERS));
});

test("a shift by the stride shifts the output by one", () => {
  const shifted = REMAINDERS.map((row) => [0, 0, ...row.slice(0, -2)]);
  for (const kind of ["maximum", "average"]) {
    const before = pooled({ kind }), after = figure.poolImage(shifted, settings({ kind }));
    after.forEach((row, at) => assert.deepEqual(row.slice(1), before[at].slice(0, -1)));
  }
});

test("a pixel that moves inside its window changes nothing, one that leaves it does", () => {
  const pooledAt = (col) => {
    const image = map(FOUR, () => 0);
    image[0][col] = 7;
    return figure.poolImage(image, settings());
  };
  assert.equal(figure.difference(pooledAt(0), pooledAt(1)).changed, 0);
  assert.deepEqual(figure.difference(pooledAt(1), pooledAt(2)), { changed: 2, count: 4, average: 3.5, largest: 7 });
});

test("pixels that no window reaches are known", () => {
  assert.equal(figure.readPixels(8, settings()).size, 64);
  assert.equal(figure.readPixels(8, settings({ pool: 3 })).size, 49); // the last row and column are left out
  assert.equal(figure.readPixels(8, settings({ stride: 3 })).size, 36); // 6 of 8 rows and columns
  assert.equal(figure.readPixels(8, settings({ pool: 3, padding: "same" })).size, 64);
  assert.ok(!figure.readPixels(8, settings({ stride: 3 })).has("2,0"));
});

test("the lesion is added to the background, which stays in place", () => {
  const { BACKGROUND, LESIONS, imageWith } = figure;
  const image = imageWith(LESIONS[2], { row: 2, col: 3 });
  const gaps = image.map((row, at) => row.map((value, col) => value - BACKGROUND[at][col]));
  assert.deepEqual([gaps[2].slice(3, 5), gaps[3].slice(3, 5)], LESIONS[2]);
  assert.equal(gaps.flat().filter(Boolean).length, 4);
});

test("no pixel leaves the range from black 0 to white 9, wherever the lesion is", () => {
  for (const [side, lesion] of Object.entries(figure.LESIONS)) for (let row = 0; row <= 8 - side; row += 1) {
    for (let col = 0; col <= 8 - side; col += 1) {
      const values = figure.imageWith(lesion, { row, col }).flat();
      assert.ok(Math.min(...values) >= 0 && Math.max(...values) <= 9);
    }
  }
  assert.deepEqual([figure.greyLevel(0), figure.greyLevel(9)], [0, 255]);
});

test("the lesion stops at the border", () => {
  assert.deepEqual(figure.moveLesion({ row: 0, col: 6 }, [-1, 1], 2), { row: 0, col: 6 });
  assert.deepEqual(figure.moveLesion({ row: 7, col: 7 }, [0, 0], 3), { row: 5, col: 5 });
  assert.deepEqual(figure.moveLesion({ row: 2, col: 2 }, [1, 0], 1), { row: 3, col: 2 });
});

test("the window about a point is the nearest and stays on the image", () => {
  assert.equal(figure.nearestStep(1, settings(), 4), 0);
  assert.equal(figure.nearestStep(4.9, settings(), 4), 2);
  assert.equal(figure.nearestStep(99, settings(), 4), 3);
  assert.equal(figure.nearestStep(-99, settings(), 4), 0);
});

test("the arithmetic of a window is written out", () => {
  assert.deepEqual(figure.sumLines([3, 7, 0, 2], "maximum"), ["= max(3, 7, 0, 2)", "= 7"]);
  assert.deepEqual(figure.sumLines([3, 7, 0, 2], "average"), ["= (3 + 7 + 0 + 2) / 4", "= 12 / 4 = 3"]);
  assert.equal(figure.sumLines([1, 0, 0, 0, 0, 0], "average")[1], "= 1 / 6 ≈ 0.17");
});

test("the size formula shows the numbers put in", () => {
  assert.deepEqual(figure.sizeLines(8, settings({ pool: 3 })).slice(1), ["= ⌊(8 − 3) / 2⌋ + 1", "= 3"]);
  assert.deepEqual(figure.sizeLines(8, settings({ stride: 3, padding: "same" })).slice(1), ["= ⌈8 / 3⌉", "= 3"]);
});

test("the place of the lesion is put into words", () => {
  const { row, col } = figure.FIRST_PLACE;
  assert.equal(figure.placeWords({ row, col }), "in its first place");
  assert.equal(figure.placeWords({ row, col: col + 1 }), "moved 1 right");
  assert.equal(figure.placeWords({ row: row - 2, col: col - 1 }), "moved 2 up, 1 left");
});

test("numbers on pixels have a contrast of at least 4.5 to 1", () => {
  const luminance = (grey) => (grey <= 10 ? grey / 255 / 12.92 : ((grey / 255 + 0.055) / 1.055) ** 2.4);
  for (let grey = 0; grey <= 255; grey += 1) {
    const [light, dark] = figure.inkOn(grey) === "#fff" ? [1, luminance(grey)] : [luminance(grey), 0];
    assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `grey ${grey}`);
  }
});

test("attributes are checked", () => {
  const { label, settings: read } = figure.readOptions({ kind: "average", pool: "3", label: "mine" });
  assert.deepEqual([label, read.kind, read.pool, read.stride, read.padding], ["mine", "average", 3, 2, "valid"]);
  assert.throws(() => figure.readOptions({ kind: "median" }), /data-kind/);
  assert.throws(() => figure.readOptions({ padding: "full" }), /data-padding/);
  for (const pool of ["1", "4", "2.5", "two"]) assert.throws(() => figure.readOptions({ pool }), /data-pool/);
  assert.throws(() => figure.readOptions({ stride: "0" }), /data-stride/);
  assert.throws(() => figure.readOptions({ lesion: "4" }), /data-lesion/);
});
