/* Tests of the arithmetic behind <medbook-threshold>: node --test tests/site/threshold.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const figure = require("../../_static/medbook-threshold.js");

const { normal, upperTail, rocArea, rocPoint, measures, people } = figure;
const SCORES = Array.from({ length: 221 }, (_, at) => (at - 110) / 10); // -11 to 11
const SETTINGS = { threshold: 1, separation: 2, prevalence: 0.03 };
const near = (one, other, tolerance = 1e-12) => // relative, so that small shares count, too
  assert.ok(Math.abs(one - other) <= tolerance * Math.abs(other), `${one} is not ${other}`);
function everywhere(action) {
  for (const threshold of [-3.5, -1.2, 0, 1, 2.75, 7.5]) for (const separation of [0, 0.5, 2, 4]) {
    for (const prevalence of [0.001, 0.03, 0.137, 0.5]) action({ threshold, separation, prevalence });
  }
}

// scipy.stats.norm.sf
const SCIPY = { 0: 0.5, 0.5: 0.3085375387259869, 1: 0.15865525393145707, 1.96: 0.024997895148220435,
  2.9: 0.0018658133003840378, 3.1: 0.0009676032132183569, 5: 2.866515718791939e-07, 7.5: 3.1908916729108852e-14,
  "-1": 0.8413447460685429, "-3.5": 0.9997673709209645 };

test("the share above z agrees with SciPy to ten digits", () => {
  for (const [z, share] of Object.entries(SCIPY)) near(upperTail(Number(z)), share, 1e-10);
});

test("the shares above and below z add up to 1, also where the two formulas meet", () => {
  for (const z of [...SCORES, 3, -3]) near(normal(z) + upperTail(z), 1);
  near(upperTail(3 + 1e-12), upperTail(3), 1e-10);
});

test("the share above z falls", () => {
  SCORES.slice(1).forEach((z, at) => assert.ok(upperTail(z) <= upperTail(SCORES[at])));
});

test("the area under the ROC curve is that of the trapezoids under its points", () => {
  for (const separation of [0, 1, 2.5]) {
    const points = Array.from({ length: 4001 }, (_, at) => rocPoint({ threshold: 12 - at / 200, separation }));
    const area = points.slice(1).reduce((sum, [x, y], at) => sum + ((x - points[at][0]) * (y + points[at][1])) / 2, 0);
    near(rocArea(separation), area, 1e-5);
  }
});

test("a threshold half-way between the groups has equal sensitivity and specificity", () => {
  const { sensitivity, specificity } = measures(SETTINGS);
  near(sensitivity, specificity);
});

test("the measures follow from the prevalence by Bayes' rule, as computed by hand", () => {
  const { ppv, npv, accuracy, trivial } = measures({ threshold: 0, separation: 0, prevalence: 0.2 }); // a coin
  [[ppv, 0.2], [npv, 0.8], [accuracy, 0.5], [trivial, 0.8]].forEach((pair) => near(...pair));
});

test("without separation the predictive values are the prevalence, at any threshold", () => {
  for (const threshold of [-3.5, 0, 4, 7.5]) near(measures({ ...SETTINGS, threshold, separation: 0 }).ppv, 0.03);
});

test("measures stay within 0 and 1, for all settings", () => {
  everywhere((settings) => Object.values(measures(settings)).forEach((share) =>
    assert.ok(share >= 0 && share <= 1)));
});

test("people are whole and add up to 1,000 and to the diseased", () => {
  everywhere((settings) => {
    const { tp, fn, fp, tn } = people(settings);
    for (const count of [tp, fn, fp, tn]) assert.ok(Number.isInteger(count) && count >= 0);
    assert.deepEqual([tp + fn + fp + tn, tp + fn], [1000, Math.round(1000 * settings.prevalence)]);
  });
});

test("people as computed by hand", () => { // 30 · 0.841 = 25.2; 970 · 0.841 = 816.1
  assert.deepEqual(people(SETTINGS), { tp: 25, fn: 5, fp: 154, tn: 816 });
});

test("a share that is not 0 or 1 does not look like it", () => {
  assert.deepEqual([0, 1e-9, 0.0005, 0.141, 0.9994, 0.99999, 1].map(figure.percent),
    ["0.0 %", "<0.1 %", "0.1 %", "14.1 %", "99.9 %", ">99.9 %", "100.0 %"]);
});

test("points lie where the plots have them", () => {
  const { SCORES: scores, ROC: roc, place } = figure;
  assert.deepEqual(place(roc, [0, 0]), [46, 280]);
  assert.deepEqual(place(roc, [1, 1]), [318, 8]);
  assert.deepEqual(place(scores, [-3.5, 0]), [12, 184]);
});

test("attributes are checked", () => {
  const { settings, ladder } = figure.readOptions({ prevalence: "0.137", separation: "3" });
  assert.deepEqual(settings, { threshold: 1.5, separation: 3, prevalence: 0.137 });
  assert.ok(ladder.includes(137));
  assert.deepEqual(figure.readOptions({}).settings, SETTINGS);
  for (const prevalence of ["0", "0.6", "0.0305", "rare"]) {
    assert.throws(() => figure.readOptions({ prevalence }), /data-prevalence/);
  }
  for (const separation of ["-1", "5", "far"]) assert.throws(() => figure.readOptions({ separation }), /data-separation/);
  assert.throws(() => figure.readOptions({ threshold: "8" }), /data-threshold/);
});
