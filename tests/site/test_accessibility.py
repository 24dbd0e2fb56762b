"""axe-core, with all its rules, finds nothing on any page: in light and dark mode, with all that unfolds unfolded."""

import pytest

from tests.site.audit.npm import audit_tools, needs_npm  # noqa: F401
from tests.site.test_browser import CHROMIUM, Visit, browser, page_paths  # noqa: F401

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium"), needs_npm]

SETTLE = """async () => {
    for (const folded of document.querySelectorAll("details")) folded.open = true;
    for (const toggle of document.querySelectorAll("button.toggle-button-hidden")) toggle.click();
    const formulas = document.querySelector(".math") && document.querySelector("script[src*='mathjax/']");
    while (formulas && !window.MathJax?.startup?.promise) await new Promise((resolve) => setTimeout(resolve, 20));
    if (formulas) await MathJax.startup.promise;
    await new Promise((resolve) => setTimeout(resolve, 400));  // the theme looks for what scrolls after 300 ms
}"""
AUDIT = """async () => {
    for (const animation of document.getAnimations()) animation.finish();
    const { violations } = await axe.run({ resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 150)}`));
}"""


@pytest.fixture(scope="module")
def axe(audit_tools):  # noqa: F811
    return (audit_tools / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def switch(page, mode):
    page.emulate_media(color_scheme=mode)
    page.wait_for_function("mode => document.documentElement.dataset.theme === mode", arg=mode)


def violations(page, axe):
    """Return a sentence for each violation in both modes, which names mode, rule and element."""
    page.evaluate(SETTLE)
    page.evaluate(axe)
    for mode in ("light", "dark"):
        switch(page, mode)
        yield from (f"{mode}, {found}" for found in page.evaluate(AUDIT))


@pytest.mark.slow
def test_no_page_violates_a_rule(browser, site, axe):  # noqa: F811
    found = []
    for path in page_paths(site):
        visit = Visit(browser, path)
        found += [f"{path.name}, {violation}" for violation in violations(visit.page, axe)]
        visit.page.context.close()
    assert found == []


@pytest.mark.slow
def test_no_chapter_violates_a_rule_on_a_phone(browser, site, axe):  # noqa: F811
    found = []
    for name in ("intro", "convolution", "data_cards", "readiness"):
        visit = Visit(browser, site / f"chapters/{name}.html", viewport={"width": 375, "height": 700})
        found += [f"{name}, {violation}" for violation in violations(visit.page, axe)]
        visit.page.context.close()
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "element"),
    [
        ("image-alt", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'),
        ("label", '<input type="number">'),
        ("color-contrast", '<p style="color: #888; background: #777">hardly to be read</p>'),
        ("button-name", "<details><summary>more</summary><button></button></details>"),
    ],
)
def test_planted_fault_is_found_in_both_modes(browser, site, axe, rule, element):  # noqa: F811
    page = Visit(browser, site / "chapters/errata.html").page
    page.evaluate("html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", element)
    found = list(violations(page, axe))
    assert [line.split(":")[0] for line in found] == [f"light, {rule}", f"dark, {rule}"]
    page.context.close()
