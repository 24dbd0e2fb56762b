/* Tests of how the quizzes read and judge: node --test tests/site/quiz.test.js */
"use strict";
const { test } = require("node:test");
const assert = require("node:assert/strict");
const quiz = require("../../_static/medbook-quiz.js");

const CHOICE = ["Right.", "No.", "Right.", "No."].map(quiz.readMark);
const NUMBER = ["Right: 5.39 ± 0.02 HU.", "No: 29 ± 0.5 HU.", "No: −1 ± 0.05 HU.", "No: anything else."].map(quiz.readMark);

test("a mark says whether an answer is right", () => {
  assert.deepEqual(CHOICE.map(({ right }) => right), [true, false, true, false]);
});

test("the mark of a number holds value, tolerance and unit", () => {
  assert.deepEqual(NUMBER[0], { right: true, value: 5.39, tolerance: 0.02, unit: "HU" });
  assert.deepEqual(NUMBER[2], { right: false, value: -1, tolerance: 0.05, unit: "HU" });
  assert.deepEqual(quiz.readMark("No: 2,101,248 ± 0."), { right: false, value: 2101248, tolerance: 0, unit: "" });
  assert.deepEqual(quiz.readMark("Right: 9.5e-7 ± 1e-8."), { right: true, value: 9.5e-7, tolerance: 1e-8, unit: "" });
  assert.deepEqual(quiz.readMark("No: 87 ± 0.5 % of it."), { right: false, value: 87, tolerance: 0.5, unit: "% of it" });
});

test("a text that opens no answer is refused", () => {
  for (const text of ["", "Maybe.", "right.", "Right", "Because it is."]) {
    assert.throws(() => quiz.readMark(text), /opens no answer/);
  }
});

test("numbers are read as people type them", () => {
  const typed = { "5.4": 5.4, " 5.4 ": 5.4, "5,4": 5.4, "0,125": 0.125, "1,200": 1200, "2,101,248": 2101248, "−3": -3,
    "-3": -3, "+3": 3, ".5": 0.5, "1e-3": 1e-3, "2E3": 2000, "5.4 HU": 5.4, "5.4hu": 5.4, "−0,5 HU": -0.5, "7.": 7 };
  for (const [text, value] of Object.entries(typed)) assert.equal(quiz.readNumber(text, "HU"), value, text);
});

test("what is no number is not taken for one", () => {
  for (const text of ["", " ", "HU", "five", "5.4 mm", "1.2.3", "--3", "e5", "3-4", "1/3"]) {
    assert.ok(Number.isNaN(quiz.readNumber(text, "HU")), text);
  }
});

test("the kind follows from the number of right answers", () => {
  assert.equal(quiz.kindOf(CHOICE, 4), "multiple");
  assert.equal(quiz.kindOf(CHOICE.slice(0, 2), 2), "single");
  assert.equal(quiz.kindOf(NUMBER, 0), "number");
});

test("a question whose parts do not fit is refused", () => {
  assert.throws(() => quiz.kindOf(CHOICE, 3), /3 answers, 4 explained/);
  assert.throws(() => quiz.kindOf([CHOICE[1], CHOICE[3]], 2), /0 of them right/);
  assert.throws(() => quiz.kindOf(CHOICE, 0), /0 answers/);
  assert.throws(() => quiz.kindOf([], 0), /0 answers/);
});

test("a number is right up to its tolerance, ends included", () => {
  for (const value of [5.37, 5.39, 5.41]) assert.equal(quiz.judgeNumber(NUMBER, value), 0);
  for (const value of [5.36, 5.42, 0, 1e9]) assert.equal(quiz.judgeNumber(NUMBER, value), 3);
});

test("a typical wrong number gets its own hint", () => {
  assert.equal(quiz.judgeNumber(NUMBER, 29.2), 1);
  assert.equal(quiz.judgeNumber(NUMBER, -1), 2);
});

test("a single choice is explained alone while it is wrong", () => {
  const marks = ["No.", "Right.", "No."].map(quiz.readMark);
  assert.deepEqual(quiz.judgeChoice(marks, [0]), { isRight: false, wrong: 1, missing: 1, explained: [0] });
  assert.ok(quiz.judgeChoice(marks, [1]).isRight);
});

test("several choices are right only if all are there and no other", () => {
  assert.deepEqual(quiz.judgeChoice(CHOICE, [0, 2]), { isRight: true, wrong: 0, missing: 0, explained: [0, 1, 2, 3] });
  for (const chosen of [[0], [2], [0, 1, 2], [1, 3], [0, 1, 2, 3]]) assert.ok(!quiz.judgeChoice(CHOICE, chosen).isRight);
});

test("the summary counts without naming", () => {
  assert.equal(quiz.summary(quiz.judgeChoice(CHOICE, [0, 2])), "Right.");
  assert.equal(quiz.summary(quiz.judgeChoice(CHOICE, [0, 1])), "No. 1 of your choices does not hold. 1 more holds.");
  assert.equal(quiz.summary(quiz.judgeChoice(CHOICE, [1, 3])), "No. 2 of your choices do not hold. 2 more hold.");
  assert.equal(quiz.summary(quiz.judgeChoice(CHOICE, [2])), "No. 1 more holds.");
});
