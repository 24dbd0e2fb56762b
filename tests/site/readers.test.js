/* Tests of the arithmetic behind <medbook-readers>: node --test tests/site/readers.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const figure = require("../../_static/medbook-readers.js");

const { agreement, area, kappaSentence, measures, mistakes, rocPoints, shuffled, tally, wilson } = figure;
const near = (one, other, tolerance = 1e-12) => assert.ok(Math.abs(one - other) <= tolerance, `${one} is not ${other}`);
const flags = (digits) => [...digits].map((digit) => digit === "1");
const repeat = (counts) => Object.entries(counts).flatMap(([pair, num]) => Array(num).fill(flags(pair)));
const stored = JSON.parse(readFileSync(join(__dirname, "../../benchmarks/results/reader_study.json"), "utf8"));

test("Wilson's interval agrees with SciPy's", () => { // binomtest(k, n).proportion_ci(method="wilson")
  const SCIPY = { "23/30": [0.5907167384187784, 0.8820761185551049], "29/30": [0.8332960900859083, 0.9940914096183875],
    "20/20": [0.8388748419471808, 1], "0/20": [0, 0.16112515805281935], "1/2": [0.09453120573423074, 0.9054687942657693] };
  for (const [counts, [low, high]] of Object.entries(SCIPY)) {
    const found = wilson(...counts.split("/").map(Number));
    near(found.low, low, 1e-12);
    near(found.high, high, 1e-12);
  }
});

test("the share of no films is not a number, and is said not to be", () => {
  assert.equal(wilson(0, 0), null);
  assert.equal(figure.withInterval(null), "no such film");
});

test("an interval always holds its share and stays within 0 and 1", () => {
  for (let num = 1; num <= 60; num += 1) for (let found = 0; found <= num; found += 1) {
    const { share, low, high } = wilson(found, num);
    assert.ok(0 <= low && low <= share && share <= high && high <= 1, `${found} of ${num}`);
  }
});

test("four kinds of films are counted", () => {
  const pairs = repeat({ "11": 5, "10": 3, "01": 2, "00": 7 }); // truth, call
  const counts = tally(pairs.map(([ill]) => ill), pairs.map(([, call]) => call));
  assert.deepEqual(counts, { tp: 5, fn: 3, fp: 2, tn: 7 });
  const { sensitivity, specificity, accuracy } = measures(counts);
  [[sensitivity, 5 / 8], [specificity, 7 / 9], [accuracy, 12 / 17]].forEach(([found, share]) => near(found.share, share));
});

test("kappa is that of exercise 1 of the chapter, as computed by hand", () => { // 60, 20, 10 and 10 of 100 films
  const pairs = repeat({ "00": 60, "11": 20, "10": 10, "01": 10 });
  const { agreed, byChance, kappa } = agreement(pairs.map(([one]) => one), pairs.map(([, other]) => other));
  assert.equal(agreed, 80);
  near(byChance, 58);
  near(kappa, 22 / 42);
});

test("kappa is 1 for the same answers, -1 for opposite halves, 0 for independent ones", () => {
  const one = flags("1100"), kappas = ["1100", "0011", "1010"].map((other) => agreement(one, flags(other)).kappa);
  assert.deepEqual(kappas, [1, -1, 0]);
});

test("kappa does not depend on who is named first", () => {
  const [one, other] = [flags("1101001110"), flags("1000101100")];
  near(agreement(one, other).kappa, agreement(other, one).kappa);
});

test("where both always say the same, kappa is not defined and the sentence says so", () => {
  const found = agreement(flags("111"), flags("111"));
  assert.equal(found.kappa, null);
  assert.match(kappaSentence(found), /agree on 3 of 3 films\..*not defined/);
});

test("the sentence tells what kappa means", () => {
  const half = kappaSentence({ num: 60, agreed: 45, byChance: 30, kappa: 0.5 });
  assert.match(half, /agree on 45 of 60 films;.*30\.0 on average\. Cohen’s kappa is 0\.50: 50\s% of the way from chance/);
  assert.match(kappaSentence({ num: 4, agreed: 0, byChance: 2, kappa: -1 }), /is −1\.00: less often than/);
});

test("a perfect score has an area of 1, a useless one of one half, a reversed one of 0", () => {
  const truth = flags("0011");
  const areas = [[1, 2, 3, 4], [5, 5, 5, 5], [4, 3, 2, 1]].map((scores) => area(rocPoints(truth, scores)));
  assert.deepEqual(areas, [1, 0.5, 0]);
});

test("the area is the share of pairs in the right order, ties for one half", () => {
  const truth = stored.labels.map((label) => label > 0), scores = stored.scores.map((score) => Math.round(2 * score));
  let right = 0, pairs = 0;
  truth.forEach((ill, i) => truth.forEach((other, j) => {
    if (!ill || other) return;
    pairs += 1;
    right += scores[i] > scores[j] ? 1 : scores[i] === scores[j] ? 0.5 : 0;
  }));
  near(area(rocPoints(truth, scores)), right / pairs);
});

test("the network's point at its threshold lies on its curve", () => {
  const truth = stored.labels.map((label) => label > 0), calls = stored.scores.map((score) => score >= stored.threshold);
  const { sensitivity, specificity } = measures(tally(truth, calls));
  assert.ok(rocPoints(truth, stored.scores).some(([x, y]) => x === 1 - specificity.share && y === sensitivity.share ||
    Math.hypot(x - 1 + specificity.share, y - sensitivity.share) < 1e-12));
});

test("mistakes are sorted by who made them", () => {
  const found = mistakes(flags("11110000"), flags("10011010"), flags("11001100"));
  assert.deepEqual(found, { both: [2, 4], reader: [1, 6], network: [3, 5] });
});

test("an order holds each film once, repeats with its seed and changes with another", () => {
  const order = shuffled(60, 7);
  assert.deepEqual([...order].sort((one, other) => one - other), Array.from({ length: 60 }, (_, at) => at));
  assert.deepEqual(shuffled(60, 7), order);
  assert.notDeepEqual(shuffled(60, 8), order);
});

test("every film comes first about equally often", () => { // of 6,000 orders of 6: 1,000 +- 5 standard deviations
  const first = Array(6).fill(0);
  for (let seed = 0; seed < 6000; seed += 1) first[shuffled(6, seed)[0]] += 1;
  first.forEach((num) => assert.ok(Math.abs(num - 1000) < 5 * Math.sqrt(1000 * 5 / 6), String(first)));
});

test("points lie where the plot has them", () => {
  assert.deepEqual([figure.place([0, 0]), figure.place([1, 1])], [[46, 280], [318, 8]]);
});

test("attributes are checked", () => {
  const good = { truth: "012", scores: "-1.5,0.84,2", threshold: "0.84", seed: "5" };
  const { classes, scores, calls, seed } = figure.readOptions(good);
  assert.deepEqual([classes, scores, calls, seed], [[0, 1, 2], [-1.5, 0.84, 2], [false, true, true], 5]);
  for (const truth of ["", "000", "112", "013"]) assert.throws(() => figure.readOptions({ ...good, truth }), /data-truth/);
  for (const wrong of ["1,2", "1,,2", "1,2,x"]) {
    assert.throws(() => figure.readOptions({ ...good, scores: wrong }), /data-scores/);
  }
  for (const threshold of [undefined, "", "high"]) {
    assert.throws(() => figure.readOptions({ ...good, threshold }), /data-threshold/);
  }
  assert.throws(() => figure.readOptions({ ...good, seed: "-1" }), /data-seed/);
  assert.ok(Number.isInteger(figure.readOptions({ ...good, seed: undefined }).seed));
});
