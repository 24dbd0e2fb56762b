/* Tests of the arithmetic behind <medbook-optimizer>: node --test tests/site/optimizer.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const figure = require("../../_static/medbook-optimizer.js");

const { LANDSCAPES, OPTIMIZERS, descend, verdict } = figure;
const SETTINGS = { landscape: "valley", condition: 20, start: [-2, 1], rate: 0.05, momentum: 0.9, steps: 5 };
const walk = (name, more) => descend(name, { ...SETTINGS, ...more });
const near = (ones, others, tolerance = 1e-12) =>
  ones.forEach((one, at) => assert.ok(Math.abs(one - others[at]) <= tolerance, `${ones} is not ${others}`));

test("one step of SGD goes against the gradient", () => {
  near(OPTIMIZERS.sgd({ weights: [1, 2] }, [10, -20], { rate: 0.1 }).weights, [0, 4]);
});

test("momentum adds the former velocity, as computed by hand", () => {
  const first = OPTIMIZERS.momentum({ weights: [1, 0] }, [10, 0], { rate: 0.1, momentum: 0.5 });
  near([...first.weights, ...first.velocity], [0, 0, -1, 0]);
  const second = OPTIMIZERS.momentum(first, [4, 0], { rate: 0.1, momentum: 0.5 }); // 0.5 · (-1) - 0.1 · 4 = -0.9
  near([...second.weights, ...second.velocity], [-0.9, 0, -0.9, 0]);
});

test("the first step of Adam is as long as the learning rate, for any gradient", () => {
  for (const gradient of [[3, -4], [1e-3, -1e5]]) {
    near(OPTIMIZERS.adam({ weights: [0, 0] }, gradient, { rate: 0.1 }).weights, [-0.1, 0.1], 1e-3);
  }
});

test("five steps of each optimizer end where those of Keras end", () => {
  near(walk("sgd").points.at(-1), [-1.547561875, 0]);
  near(walk("momentum").points.at(-1), [-0.8343119115650646, 0.8018999536514286], 1e-5); // constants in float32
  near(walk("adam").points.at(-1), [-1.7506356760997706, 0.7514795549257043], 1e-5);
});

test("momentum 0 is SGD", () => {
  for (const landscape of Object.keys(LANDSCAPES)) {
    const more = { landscape, start: [0.5, 0.7], rate: 0.01, momentum: 0 };
    assert.deepEqual(walk("momentum", more).points, walk("sgd", more).points);
  }
});

test("gradients are central differences of the losses", () => {
  for (const { loss, gradient } of Object.values(LANDSCAPES)) for (const [a, b] of [[-1.3, 0.4], [2, 1.5]]) {
    const slope = (da, db) => (loss([a + da, b + db], 7) - loss([a - da, b - db], 7)) / 2e-5;
    near(gradient([a, b], 7), [slope(1e-5, 0), slope(0, 1e-5)], 1e-6);
  }
});

test("gradients vanish at the minima, and the lowest loss is 0", () => {
  for (const { loss, gradient, minima } of Object.values(LANDSCAPES)) {
    for (const minimum of minima) near(gradient(minimum, 20), [0, 0]);
    near([loss(minima[0], 20)], [0]);
    for (let a = -2.2; a <= 2.2; a += 0.1) for (let b = -1.6; b <= 1.6; b += 0.1) {
      assert.ok(loss([a, b], 20) >= -1e-12);
    }
  }
});

test("the right one of the two minima is the shallower", () => {
  near([LANDSCAPES.minima.loss([1, 0])], [0.8]);
});

test("SGD in the valley shrinks each weight by its own factor", () => {
  const [a, b] = walk("sgd", { rate: 0.02, steps: 10 }).points.at(-1);
  near([a, b], [-2 * (1 - 0.02) ** 10, (1 - 0.02 * 20) ** 10]);
});

test("SGD diverges above the learning rate 2 / condition, and not below it", () => {
  const start = [0, 1], steps = 200;
  assert.equal(walk("sgd", { start, steps, rate: 0.099 }).divergedAt, null);
  assert.notEqual(walk("sgd", { start, steps, rate: 0.12 }).divergedAt, null);
});

test("a diverging path stops at the step it is called diverged", () => {
  // The loss starts at 10 and grows by 9 with each step; 10 · 9⁴ is the first above 1000 times the start.
  const path = walk("sgd", { start: [0, 1], rate: 0.2, steps: 50 });
  assert.equal(path.divergedAt, 4);
  assert.equal(path.points.length, 5);
  assert.equal(verdict(path), "diverged, step 4");
});

test("a path has one point more than steps", () => {
  for (const name of Object.keys(OPTIMIZERS)) {
    const { points, losses } = walk(name, { steps: 12 });
    assert.deepEqual([points.length, losses.length, points[0]], [13, 13, [-2, 1]]);
  }
});

test("each optimizer arrives in the valley", () => {
  for (const name of Object.keys(OPTIMIZERS)) {
    const path = walk(name, { steps: 200, condition: 5 });
    assert.equal(verdict(path), "at a minimum");
    assert.ok(path.losses.at(-1) < 1e-4);
  }
});

test("a start on a slope is on its way, one that climbs is above its start", () => {
  assert.equal(verdict(walk("sgd", { steps: 1, rate: 0.001 })), "on its way");
  assert.equal(verdict(walk("sgd", { steps: 3, rate: 0.11, start: [0, 1] })), "above its start");
});

test("a minimum is where the gradient is below a hundredth", () => {
  const path = { losses: [1, 0.5], divergedAt: null };
  assert.equal(verdict({ ...path, slope: 0.011 }), "on its way");
  assert.equal(verdict({ ...path, slope: 0.009 }), "at a minimum");
});

test("momentum leaves the shallow minimum in which SGD stays", () => {
  const more = { landscape: "minima", start: [1.9, 0], rate: 0.02, momentum: 0.9, steps: 200 };
  near(walk("sgd", more).points.at(-1), [1, 0], 1e-3);
  near(walk("momentum", more).points.at(-1), [-1, 0], 1e-2);
});

test("no path breaks the arithmetic, whatever the settings", () => {
  for (const name of Object.keys(OPTIMIZERS)) for (const landscape of Object.keys(LANDSCAPES)) {
    for (const rate of [1e-4, 0.03, 1]) for (const start of [[-2.2, 2.4], [2.2, -1.65], [0, 0]]) {
      const { points, losses } = walk(name, { landscape, rate, start, momentum: 0.99, condition: 100, steps: 200 });
      assert.ok([...points.flat(), ...losses].every(Number.isFinite));
    }
  }
});

test("the learning rate is the rounded one that is shown", () => {
  assert.deepEqual([-4, -1.3, -1, 0].map(figure.rateAt), [0.0001, 0.05, 0.1, 1]);
});

test("losses are written with three digits or as a power of ten", () => {
  assert.deepEqual([0, 0.8, 12.345, 2e-9, 1.7e10, Infinity].map(figure.format),
    ["0", "0.800", "12.3", "2.0·10⁻⁹", "1.7·10¹⁰", "∞"]);
});

test("three bands of equal loss make a factor of ten", () => {
  assert.equal(figure.band(20) - figure.band(2), 3);
  assert.equal(figure.band(0), -8);
  assert.equal(figure.band(1e9), 7);
});

test("attributes are checked", () => {
  const options = figure.readOptions({ landscape: "banana", start: "0.5,-0.5", rate: "0.01", steps: "7" });
  assert.deepEqual([options.landscape, options.start, options.rate, options.steps], ["banana", [0.5, -0.5], 0.01, 7]);
  assert.deepEqual(figure.readOptions({}).start, LANDSCAPES.valley.start);
  assert.throws(() => figure.readOptions({ landscape: "saddle" }), /data-landscape.*banana/);
  for (const start of ["1", "1,2,3", "a,b"]) assert.throws(() => figure.readOptions({ start }), /data-start/);
  for (const rate of ["0", "2", "fast"]) assert.throws(() => figure.readOptions({ rate }), /data-rate/);
  assert.throws(() => figure.readOptions({ momentum: "1" }), /data-momentum/);
  assert.throws(() => figure.readOptions({ steps: "0" }), /data-steps/);
  assert.throws(() => figure.readOptions({ condition: "101" }), /data-condition/);
});
