/* Turn the single page that Jupyter Book makes into the printed book: a cover, a contents page, one identifier for one
   thing, answers at the end of their chapter. Returns what tools/pdf.py needs for the outline and for its checks. */
({ title, version }) => {
  const LONG_CODE = 16; // lines; shorter cells are kept on one page
  const article = document.querySelector("article.bd-article");
  const make = (name, className, ...children) => {
    const element = Object.assign(document.createElement(name), { className });
    element.append(...children);
    return element;
  };
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const link = (element, ...children) => Object.assign(make("a", "", ...children), { href: `#${element.id}` });
  const pageOf = (element) => { // the number is filled in once it is known
    const number = make("span", "page", "000");
    number.dataset.target = element.id;
    return number;
  };

  // ---- The pages of the book, side by side ----
  const ROOT = "chapters/intro";
  const documents = new Map([[ROOT, article.querySelector("section")]]);
  for (const span of article.querySelectorAll('span[id^="document-"]')) {
    documents.set(span.id.slice("document-".length), span.nextElementSibling);
  }
  article.querySelectorAll(".toctree-wrapper .caption").forEach((caption) => caption.remove());
  for (const [name, section] of documents) {
    section.dataset.document = name;
    article.append(section);
  }

  // A picture links to its own file, which is not in the PDF.
  article.querySelectorAll("a:has(> img):not([href*=':'], [href^='#'])").forEach((anchor) => anchor.replaceWith(...anchor.childNodes));
  article.querySelectorAll("img").forEach((image) => { image.loading = "eager"; }); // nobody scrolls to it
  for (const cell of article.querySelectorAll("div.cell_input")) {
    cell.classList.toggle("long", cell.textContent.trim().split("\n").length > LONG_CODE);
  }

  // ---- Identifiers: the pages had their own, "exercises" and "id7" among them; here each must be one ----
  const known = new Map([...documents].map(([name, section]) =>
    [name, new Map([section, ...section.querySelectorAll("[id]")].filter(({ id }) => id).map((item) => [item.id, item]))]));
  const cited = known.get([...documents.keys()].find((name) => name.endsWith("/references"))) ?? new Map();
  const find = (name, id, anchor) => {
    if (id.startsWith("document-")) return documents.get(id.slice("document-".length));
    const citation = anchor.title ? cited.get(id) : null;
    if (citation?.matches(".citation")) return citation;
    return known.get(name).get(id) ?? [...known.values()].map((ids) => ids.get(id)).find(Boolean);
  };
  const jumps = [...documents].flatMap(([name, section]) =>
    [...section.querySelectorAll('a[href^="#"]:not(.headerlink)')].map((anchor) =>
      [anchor, find(name, decodeURIComponent(anchor.hash.slice(1)), anchor)]));
  article.querySelectorAll(".headerlink").forEach((anchor) => anchor.remove());
  for (const [name, ids] of known) {
    for (const [id, item] of ids) item.id = `${name.split("/").pop()}.${id}`;
  }
  for (const [anchor, target] of jumps) if (target) anchor.href = `#${target.id}`;
  const lost = jumps.filter(([, target]) => !target).map(([anchor]) => words(anchor));

  // ---- Answers and solutions, to the end of their chapter ----
  for (const [name, section] of documents) {
    const answers = make("section", "answers", make("h2", "", "Answers"));
    answers.id = `${name.split("/").pop()}.answers-of-chapter`;
    let question, place;
    const QUESTIONS = ".exercise.admonition, .quiz.admonition, section";
    for (const item of [...section.querySelectorAll(`${QUESTIONS}, .quiz details, .dropdown.admonition, .tag_hide-cell`)]) {
      if (item.matches(QUESTIONS)) {
        [question, place] = [item, null];
        continue;
      }
      if (!place) {
        const label = words(question.querySelector(":is(.admonition-title, h1, h2, h3, h4, h5, h6)"));
        question.id ||= `${answers.id}-question-${answers.children.length}`;
        place = make("div", "answer", make("p", "answer-label", link(question, label)));
        place.id = `${answers.id}-${answers.children.length}`;
        answers.append(place);
        const note = make("p", "answer-page", link(place, "Answer: page ", pageOf(place)));
        if (question.matches(".admonition")) question.append(note);
        else item.before(note);
      }
      const fold = item.matches("details") ? item : item.querySelector(":scope > details.hide");
      const content = fold ? [...fold.children].slice(1) : [...item.children];
      place.append(...content.filter((child) => !child.matches(".admonition-title, button")));
      (item.closest(".cell") ?? item).contains(question) || item.remove();
    }
    if (answers.children.length > 1) section.append(answers);
  }
  for (const name of ["window", "convolution", "pooling", "activation", "optimizer", "threshold", "readers"]) {
    for (const figure of article.querySelectorAll(`medbook-${name}`)) {
      figure.after(make("p", "figure-note", "Interactive on the book's site; printed as it starts."));
    }
  }

  // ---- Headings: a chapter is level 1, whatever the single page made of it ----
  const headings = [];
  for (const [name, section] of documents) {
    for (const part of [section, ...section.querySelectorAll("section")]) {
      const old = [...part.children].find((child) => /^H[1-6]$/.test(child.tagName));
      if (!old) continue;
      let level = 1;
      for (let outer = part; outer !== section; outer = outer.parentElement.closest("section")) level += 1;
      const heading = make(`h${Math.min(level, 6)}`, "", ...old.childNodes);
      heading.id = `heading.${headings.length}`;
      old.replaceWith(heading);
      headings.push({ level, title: words(heading), id: heading.id, document: name });
    }
  }

  // ---- Contents and cover ----
  const partOf = new Map();
  for (const caption of document.querySelectorAll("#jb-print-docs-body nav .caption")) {
    for (const anchor of caption.nextElementSibling.querySelectorAll('a[href^="#document-"]')) {
      partOf.set(decodeURIComponent(anchor.hash).slice("#document-".length), words(caption));
    }
  }
  const rows = [];
  let part;
  for (const heading of headings) {
    heading.part = partOf.get(heading.document) ?? null;
    if (heading.part !== part) rows.push(make("p", "part", heading.part ?? ""));
    part = heading.part;
    rows.push(make("p", `level-${Math.min(heading.level, 3)}`, link(heading, make("span", "", heading.title), pageOf(heading))));
  }
  const edition = [...documents.get(ROOT).querySelectorAll("p")].find((paragraph) => /^Version /.test(words(paragraph)));
  const picture = documents.get(ROOT).querySelector("img").cloneNode();
  const say = (selector) => [...document.querySelectorAll(`.bd-footer-content ${selector}`)].map(words).join(" ");
  article.prepend(
    make("div", "cover", make("p", "cover-title", title), make("p", "", say(".component-author").replace(/^By /, "")), picture,
      make("p", "cover-edition", edition ? words(edition) : ""), make("p", "cover-licence", say(".extra_footer"))),
    make("div", "contents", make("h1", "", "Contents"), make("div", "", ...rows)));
  edition?.remove();

  // ---- Foot and head of the pages ----
  const quote = (text) => JSON.stringify(text);
  const small = "font: 8pt sans-serif; color: #48566b;";
  const styles = [`@page { @bottom-left { content: ${quote(`medbook ${version}`)}; ${small} }
    @bottom-right { content: counter(page); ${small} } }`,
  "@page cover { @bottom-left { content: none } @bottom-right { content: none } }"];
  headings.filter(({ level }) => level === 1).forEach((heading, number) => {
    styles.push(`@page chapter${number} { @top-right { content: ${quote(heading.title)}; ${small} } }
      [data-document="${heading.document}"] { page: chapter${number}; }`);
  });
  document.head.append(make("style", "", styles.join("\n")));
  document.documentElement.dataset.theme = "light";

  // ---- A machine without Chinese letters would print boxes ----
  const pixels = (letter) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 40 });
    const context = canvas.getContext("2d");
    context.font = "30px sans-serif";
    context.fillText(letter, 2, 32);
    return canvas.toDataURL();
  };
  let unprintable = 0;
  if (pixels("\u56fe") === pixels("\u8fdc")) {
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const before = walker.currentNode.data;
      walker.currentNode.data = before.replace(/\s*\((?=[^()]*[\u3400-\u9fff])[^()]*\)|[\u3400-\u9fff]+/g, "");
      unprintable += walker.currentNode.data !== before;
    }
    if (unprintable) {
      article.querySelector(".cover-licence").append(
        " The Chinese terms of the glossary are left out: the machine that printed this has no letters for them.");
    }
  }

  // ---- What must be found again in the PDF ----
  const samples = {};
  for (const [name, section] of documents) {
    samples[name] = [...section.querySelectorAll("p, li")]
      .filter((item) => !item.querySelector(".math, mjx-container, ul, ol, p, svg") && item.getClientRects().length)
      .map(words).filter((text) => text.length > 30).map((text) => text.slice(0, 60));
  }
  return { headings, lost, unprintable, samples, edition: Boolean(edition) };
}
