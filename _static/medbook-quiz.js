/* Questions for self-checking. In the notebook each is an admonition of class "quiz": the question, a numbered list of
   answers (none if a number is asked), and a folded list, "Answers", of what is to be said to each. There every item
   opens with a mark: "Right." or "No."; for numbers "Right: 5.4 ± 0.1 HU.", "No: 29 ± 0.5 HU.", "No: anything else."
   This script turns the list into buttons to choose from, or asks for the number; without it the fold remains. */
(() => {
  const WORDS = { // what the script itself says, and the two words that open a mark
    right: "Right", no: "No", check: "Check", answer: "Your answer", choose: "Choose an answer first.",
    chooseAll: "Choose at least one answer first.", enter: "Please enter a number, such as 0.5 or −3.",
    wrong: (count) => `${count} of your choices ${count === 1 ? "does" : "do"} not hold.`,
    missing: (count) => `${count} more ${count === 1 ? "holds" : "hold"}.` };
  // ---- Reading and judging: all of this runs without a browser ----
  const NUMBER = String.raw`[-−+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-−+]?\d+)?`;
  const plain = (text) => text.replace(/\u00a0/g, " ").trim();
  const toNumber = (text) => Number(text.replace(/−/g, "-").replace(/,/g, ""));
  function readMark(text) { // of a folded item, such as "No: 29 ± 0.5 HU."
    const [, word, condition] = plain(text).match(/^(\p{L}+)(?::\s*(.*))?\.$/u) ?? [];
    if (word !== WORDS.right && word !== WORDS.no) throw new RangeError(`quiz: "${text}" opens no answer`);
    const mark = { right: word === WORDS.right };
    const found = condition?.match(new RegExp(`^(${NUMBER}) ± (${NUMBER})\\s*(.*)$`, "i"));
    if (!found) return mark;
    return { ...mark, value: toNumber(found[1]), tolerance: toNumber(found[2]), unit: found[3] };
  }
  // What a reader typed: "−3", "1,200", "0,5" (a comma for the point), "1e-3", also with the unit; else NaN.
  function readNumber(text, unit = "") {
    let typed = plain(text);
    if (unit && typed.toLowerCase().endsWith(unit.toLowerCase())) typed = plain(typed.slice(0, -unit.length));
    typed = typed.replace(/^([-−+]?)(0|\d+),(\d+)$/, (whole, sign, ahead, behind) =>
      behind.length === 3 && ahead !== "0" ? whole : `${sign}${ahead}.${behind}`);
    return new RegExp(`^${NUMBER}$`, "i").test(typed) ? toNumber(typed) : NaN;
  }
  function kindOf(marks, numOptions) {
    const numRight = marks.filter(({ right }) => right).length;
    if (numOptions === 0 && marks[0]?.right && marks[0].value !== undefined && numRight === 1) return "number";
    if (numOptions < 2 || marks.length !== numOptions || numRight === 0) {
      throw new RangeError(`quiz: ${numOptions} answers, ${marks.length} explained, ${numRight} of them right`);
    }
    return numRight === 1 ? "single" : "multiple";
  }
  function judgeNumber(marks, value) { // the place of the item that answers it
    const near = ({ value: centre, tolerance }) => Math.abs(value - centre) <= tolerance + 1e-9 * Math.abs(centre);
    const place = marks.findIndex((mark) => mark.value !== undefined && near(mark));
    return place >= 0 ? place : marks.findIndex(({ right, value: centre }) => !right && centre === undefined);
  }
  // Explained is what was chosen; once all is right, the other answers, too.
  function judgeChoice(marks, chosen) {
    const wrong = chosen.filter((place) => !marks[place].right).length;
    const missing = marks.filter(({ right }, place) => right && !chosen.includes(place)).length;
    const isRight = wrong === 0 && missing === 0;
    return { isRight, wrong, missing, explained: isRight ? [...marks.keys()] : chosen };
  }
  function summary({ isRight, wrong, missing }) { // of a question with several right answers
    if (isRight) return `${WORDS.right}.`;
    return [`${WORDS.no}.`, wrong && WORDS.wrong(wrong), missing && WORDS.missing(missing)].filter(Boolean).join(" ");
  }
  if (typeof module !== "undefined") module.exports = { readMark, readNumber, kindOf, judgeNumber, judgeChoice,
    summary };
  if (typeof document === "undefined") return;
  // ---- Looks: the theme's colours; a sign beside each colour ----
  const STYLE = `
    .quiz fieldset { border: 0; margin: 0; padding: 0; min-width: 0; } .quiz form { margin: 0 0 1rem; }
    .quiz legend { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    .quiz li > label { display: flex; gap: .6rem; align-items: baseline; padding: .3rem 0; cursor: pointer; margin: 0; }
    .quiz li > label > input { flex: none; width: 1.05rem; height: 1.05rem; position: relative; top: .15rem; }
    .quiz input { accent-color: var(--pst-color-link); } .quiz-ask { display: flex; flex-wrap: wrap; gap: .6rem;
      align-items: center; } .quiz-ask > label { margin: 0; } .quiz-ask input { width: 8rem; margin-left: .4rem; }
    .quiz-ask input, .quiz-ask button { font: inherit; color: inherit; background: var(--pst-color-background);
      padding: .35rem .7rem; border: 1px solid var(--pst-color-text-muted); border-radius: 4px; }
    .quiz-ask button { font-weight: 600; } .quiz-ask button:hover { background: var(--pst-color-surface); }
    .quiz :is(input, button, summary):focus-visible { outline: 3px solid var(--pst-color-link); outline-offset: 2px; }
    .quiz-said:not(:empty) { margin: .8rem 0 0; padding: .6rem .9rem; border-left: 4px solid var(--pst-color-danger);
      background: var(--pst-color-surface); color: var(--pst-color-text-base); }
    .quiz-said.is-right { border-color: var(--pst-color-success); } .quiz-said > * { margin: 0 0 .4rem; }
    .quiz-said ol { padding-left: 1.6rem; } .quiz-said > :last-child { margin: 0; }
    .quiz li[data-sign]::marker { font-weight: 700; } .quiz li > label::after { content: attr(data-sign); flex: none;
      margin-left: auto; font-weight: 700; }
    @media print { .quiz-ask, .quiz-said, .quiz li > label > input { display: none !important; }
      .quiz li > label::after { content: none; } }`;
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  class Quiz {
    constructor(box, number) {
      this.box = box;
      this.folded = box.querySelector(":scope > details");
      this.items = [...this.folded.querySelectorAll(":is(ol, ul) > li")];
      this.marks = this.items.map((item) => readMark(item.querySelector("strong")?.textContent ?? item.textContent));
      this.list = box.querySelector(":scope > ol");
      this.options = this.list ? [...this.list.children] : [];
      this.kind = kindOf(this.marks, this.options.length);
      this.name = `quiz-${number}`;
      this.build();
    }
    build() {
      const { kind, box } = this, title = box.querySelector(".admonition-title");
      this.said = make("div", { className: "quiz-said" });
      this.said.setAttribute("role", "status");
      this.ask = make("div", { className: "quiz-ask" });
      const legend = make("legend", { textContent: title.textContent });
      const fields = make("fieldset", {}, legend);
      const text = title.nextElementSibling; // the question
      text.id ||= `${this.name}-text`;
      fields.setAttribute("aria-describedby", text.id);
      this.form = make("form", { noValidate: true, autocomplete: "off" }, fields);
      this.folded.before(this.form);
      if (kind === "number") this.addField();
      else {
        this.inputs = this.options.map((item, place) => this.addInput(item, place));
        fields.append(this.list);
      }
      this.ask.append(make("button", { type: "submit", textContent: WORDS.check }));
      fields.append(this.ask);
      this.form.append(this.said);
      this.form.addEventListener("submit", (event) => { event.preventDefault(); this.judge(); });
      this.form.addEventListener("input", () => this.forget());
    }
    addField() {
      const { unit } = this.marks[0];
      this.field = make("input", { type: "text", name: this.name });
      if (this.marks.every(({ value = 0 }) => value >= 0)) this.field.inputMode = "decimal"; // may lack a minus
      this.ask.append(make("label", {}, WORDS.answer, this.field, unit ? ` ${unit}` : ""));
    }
    addInput(item, place) {
      const type = this.kind === "single" ? "radio" : "checkbox", text = item.querySelector("p") ?? item;
      const input = make("input", { type, name: this.name, value: place });
      const label = make("label", {}, input, make("span", {}, ...text.childNodes));
      if (text === item) item.append(label); else text.replaceWith(label);
      return input;
    }
    judge() {
      if (this.kind === "number") return this.judgeField();
      const chosen = [...this.inputs.keys()].filter((place) => this.inputs[place].checked);
      if (!chosen.length) return this.say(false, this.kind === "single" ? WORDS.choose : WORDS.chooseAll);
      const verdict = judgeChoice(this.marks, chosen);
      for (const place of chosen) this.inputs[place].parentElement.dataset.sign = this.marks[place].right ? "✓" : "✗";
      if (this.kind === "single") return this.say(verdict.isRight, this.explain(chosen[0], "p"));
      const told = verdict.explained.map((place) => Object.assign(this.explain(place, "li"), { value: place + 1 }));
      const verdictInWords = make("p", {}, make("strong", { textContent: summary(verdict) }));
      this.say(verdict.isRight, verdictInWords, make("ol", {}, ...told));
    }
    judgeField() {
      const value = readNumber(this.field.value, this.marks[0].unit);
      if (Number.isNaN(value)) return this.say(false, WORDS.enter);
      const place = judgeNumber(this.marks, value);
      this.say(this.marks[place].right, this.explain(place, "p"));
    }
    explain(place, name) { // a copy of the folded item, with its mark in one word
      const { right } = this.marks[place], text = this.items[place].querySelector("p") ?? this.items[place];
      const copy = make(name, {}, ...[...text.childNodes].map((node) => node.cloneNode(true)));
      copy.querySelector("strong").textContent = `${right ? WORDS.right : WORDS.no}.`;
      return copy;
    }
    say(isRight, ...parts) {
      this.said.classList.toggle("is-right", isRight);
      this.said.replaceChildren(...parts);
    }
    forget() { // a verdict belongs to the answer that it was given on
      this.said.replaceChildren();
      for (const input of this.inputs ?? []) delete input.parentElement.dataset.sign;
    }
  }
  function upgrade() {
    const boxes = document.querySelectorAll(".admonition.quiz");
    if (boxes.length) document.head.append(make("style", { textContent: STYLE }));
    boxes.forEach((box, place) => {
      try { new Quiz(box, place + 1); } catch (error) { console.error(error); } // the folded answers remain
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", upgrade);
  else upgrade();
})();
