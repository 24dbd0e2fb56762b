/* Tests of the arithmetic behind <medbook-activation>: node --test tests/site/activation.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const figure = require("../../_static/medbook-activation.js");

const { FUNCTIONS } = figure;
const INPUTS = Array.from({ length: 101 }, (_, at) => (at - 50) / 10);
const near = (one, other, tolerance = 1e-12) =>
  assert.ok(Math.abs(one - other) <= tolerance * Math.max(1, Math.abs(other)), `${one} is not ${other}`);
const numbers = (path) => path.match(/-?[\d.]+/g).map(Number);

// Values and derivatives of Keras 3 with TensorFlow at -2, 0 and 3; its constants are in single precision.
const KERAS = {
  sigmoid: { value: [0.11920292202211755, 0.5, 0.9525741268224333],
    derivative: [0.1049935854035065, 0.25, 0.0451766597309121] },
  tanh: { value: [-0.9640275800758169, 0, 0.9950547536867305],
    derivative: [0.07065082485316443, 1, 0.009866037165440211] },
  relu: { value: [0, 0, 3], derivative: [0, 0, 1] },
  leaky: { value: [-0.6, 0, 3], derivative: [0.3, 0.3, 1] },
  gelu: { value: [-0.04550026759242268, 0, 2.995950305222479],
    derivative: [-0.08523180477426104, 0.5, 1.011945648796989] },
};

for (const name of Object.keys(FUNCTIONS)) {
  test(`${name} and its derivative agree with Keras`, () => {
    [-2, 0, 3].forEach((z, at) => {
      near(FUNCTIONS[name].value(z), KERAS[name].value[at], 1e-8);
      near(FUNCTIONS[name].derivative(z), KERAS[name].derivative[at], 1e-8);
    });
  });

  test(`the derivative of ${name} is its central difference`, () => {
    for (const z of INPUTS.filter(Boolean)) { // there is a corner at 0
      const { value, derivative } = FUNCTIONS[name];
      near(derivative(z), (value(z + 1e-5) - value(z - 1e-5)) / 2e-5, 1e-9);
    }
  });
}

test("the normal distribution function has its known values and symmetry", () => {
  assert.equal(figure.normal(0), 0.5);
  near(figure.normal(1.959963984540054), 0.975);
  near(figure.normal(5), 1 - 2.866515718791939e-7);
  for (const z of INPUTS) near(figure.normal(z) + figure.normal(-z), 1);
});

test("sigmoid, tanh and GELU have their symmetries", () => {
  for (const z of INPUTS) {
    near(FUNCTIONS.sigmoid.value(z) + FUNCTIONS.sigmoid.value(-z), 1);
    near(FUNCTIONS.tanh.value(z), 2 * FUNCTIONS.sigmoid.value(2 * z) - 1);
    near(FUNCTIONS.gelu.value(z) - FUNCTIONS.gelu.value(-z), z);
  }
});

test("the derivative of the sigmoid is at most a quarter, that of tanh at most 1", () => {
  for (const z of INPUTS) {
    assert.ok(FUNCTIONS.sigmoid.derivative(z) <= 0.25);
    assert.ok(FUNCTIONS.tanh.derivative(z) <= 1);
  }
});

test("ten layers of the sigmoid leave a millionth of the gradient at best", () => {
  near(figure.survival("sigmoid", 0, 10), 2 ** -20);
  assert.equal(figure.survival("relu", 2, 20), 1);
  assert.equal(figure.survival("relu", -2, 1), 0);
  near(figure.survival("leaky", -1, 3), 0.027);
});

test("each layer multiplies by the derivative once more", () => {
  for (const name of Object.keys(FUNCTIONS)) for (const z of [-1.5, 0.7]) {
    near(figure.survival(name, z, 7), figure.survival(name, z, 6) * FUNCTIONS[name].derivative(z));
  }
});

test("numbers are readable: three decimals, powers of ten for the small, a true minus", () => {
  assert.deepEqual([0, 1, -0.762, 0.5, 2.2664].map(figure.format), ["0", "1", "−0.762", "0.500", "2.266"]);
  assert.equal(figure.format(2 ** -40), "9.1·10⁻¹³");
  assert.equal(figure.format(-0.0012), "−1.2·10⁻³");
  assert.equal(figure.format(-0), "0");
});

test("a curve passes where its mark is put", () => {
  const { PLOTS, place, point, curve } = figure;
  const ends = numbers(curve("value", "tanh"));
  assert.deepEqual(ends.slice(0, 2), place(PLOTS.value, point("value", "tanh", -5)));
  assert.deepEqual(ends.slice(-2), place(PLOTS.value, point("value", "tanh", 5)));
});

test("the jump of a derivative is not joined by a line", () => {
  const pieces = figure.curve("derivative", "relu").split("M").slice(1).map(numbers);
  assert.equal(pieces.length, 2);
  for (const piece of pieces) assert.equal(new Set(piece.filter((_, at) => at % 2)).size, 1);
});

test("the gradient that is left is a straight line in powers of ten", () => {
  const [, first, , , across, last] = numbers(figure.curve("left", "sigmoid", 0));
  assert.equal(across, figure.place(figure.PLOTS.left, [20, 0])[0]);
  near(figure.point("left", "sigmoid", 0, 20)[1], 20 * Math.log10(0.25));
  assert.ok(last > first);
  assert.equal(figure.point("left", "relu", -1, 1)[1], -99); // nothing is left: far below the plot
});

test("attributes are checked", () => {
  const { shown, settings } = figure.readOptions({ functions: "relu, gelu", z: "-1.5", depth: "3" });
  assert.deepEqual([shown, settings], [["relu", "gelu"], { z: -1.5, depth: 3 }]);
  assert.deepEqual(figure.readOptions({}).shown, Object.keys(FUNCTIONS));
  assert.throws(() => figure.readOptions({ functions: "softmax" }), /data-functions.*sigmoid/);
  for (const z of ["6", "-5.1", "one"]) assert.throws(() => figure.readOptions({ z }), /data-z/);
  for (const depth of ["0", "21", "2.5", "deep"]) assert.throws(() => figure.readOptions({ depth }), /data-depth/);
});
