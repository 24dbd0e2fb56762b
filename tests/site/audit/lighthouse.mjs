// Lighthouse on one page after another in one headless Chromium:
// node lighthouse.mjs CHROMIUM mobile|desktop RUNS URL...  prints {URL: [{scores of a run}, ...]} as JSON.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [chromePath, preset, runs, ...urls] = process.argv.slice(2);
const FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const METRICS = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"];

function summary({ categories, audits }) {
  const scores = Object.values(categories).map(({ id, score }) => [id, Math.round(100 * score)]);
  const failed = Object.values(categories)
    .filter(({ id }) => id !== "performance")
    .flatMap(({ auditRefs }) => auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1))
    .map(({ id }) => `${id}: ${audits[id].title}`);
  const metrics = METRICS.map((id) => [id, audits[id].numericValue]);
  return { scores: Object.fromEntries(scores), failed, metrics: Object.fromEntries(metrics) };
}

const chrome = await launch({ chromePath, chromeFlags: FLAGS });
const report = {};
for (const url of urls) {
  report[url] = [];
  for (let run = 0; run < Number(runs); run += 1) {
    const options = { port: chrome.port, logLevel: "error", onlyCategories: run ? ["performance"] : undefined };
    const result = await lighthouse(url, options, preset === "desktop" ? desktopConfig : undefined);
    report[url].push(summary(result.lhr));
  }
}
await chrome.kill();
console.log(JSON.stringify(report));
