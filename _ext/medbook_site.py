"""Make the built site self-contained, lighter, free of the theme's accessibility faults, and described to searchers.

Jupyter Book 1.x asks a CDN for MathJax on each page with a formula and names another for thebe on
every page; its theme ships 1.5 MB of icon script that the icon font makes needless. This extension
copies MathJax from a Python package into the site and takes the rest out; medbook_weight.py has
what makes the pages light.
"""

import importlib.util
import re
import shutil
from html import escape, unescape
from pathlib import Path

from docutils import nodes
from medbook_weight import lighten

# MathJax in parts: its bundles bring a menu of 0.4 MB. TeX macros beyond the basic ones are files of their own.
MATHJAX_LOADS = ["input/tex", "output/chtml", "a11y/assistive-mml"]
MATHJAX_PARTS = ["startup.js", "core.js", "input/tex.js", "input/tex/extensions", "output/chtml.js"]
MATHJAX_PARTS += ["output/chtml/fonts", "a11y/assistive-mml.js"]

REWRITES = [
    # 1.5 MB; the icons come from the web font all the same.
    (re.compile(r'\s*<script defer src="[^"]*scripts/fontawesome\.js[^"]*"></script>'), ""),
    # The sidebar's chevrons have no name that a screen reader could say.
    (
        re.compile(r'(<a class="reference internal" href="[^"]*">)([^<]*)(</a><details(?: open="open")?>)<summary>'),
        r'\1\2\3<summary aria-label="Sections of \2">',
    ),
    # Names that differ from the visible text confuse who speaks to the page.
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    (re.compile(r'(<button class="btn search-button-field[^>]*?) title="Search" aria-label="Search"'), r"\1"),
    # The logo lies outside of all landmarks.
    (
        re.compile(r'<div id="pst-primary-sidebar" '),
        '<div id="pst-primary-sidebar" role="complementary" aria-label="Book" ',
    ),
    # Markdown has no table without a head; a head without a word is none.
    (re.compile(r'<thead>\s*<tr class="row-odd">(?:<th class="head"><p></p></th>\s*)+</tr>\s*</thead>'), ""),
    # A role that browsers no longer know, and its list wants items.
    (re.compile(r'role="doc-biblioentry"'), 'role="listitem"'),
    # Said twice already; a place for advertisements, which we have none of.
    (re.compile(r'(?<=\S)<meta name="viewport" [^>]*>|\s*<meta name="viewport" [^>]*"/>'), ""),
    (re.compile(r'<div id="ethical-ad-placement"[^>]*>\s*</div>'), ""),
]


def unhook_thebe(app, config):
    """Disconnect sphinx-thebe, which names a CDN on every page even when switched off."""
    for event in ("builder-inited", "env-before-read-docs", "doctree-resolved"):
        app.events.listeners[event] = [
            listener
            for listener in app.events.listeners.get(event, [])
            if getattr(listener.handler, "__module__", "") != "sphinx_thebe"
        ]


def set_theme_options(app, config):
    """Adjust the theme here, since the same keys in _config.yml would replace Jupyter Book's own."""
    config.html_theme_options.update(navbar_persistent=[], show_toc_level=2)
    config.html_context.setdefault("default_mode", "auto")
    config.html_favicon = config.html_favicon or "_static/favicon.svg"
    config.mathjax3_config.setdefault("loader", {"load": MATHJAX_LOADS})


def describe(app, pagename, templatename, context, doctree):
    """Say what a page is about to searchers and to whom it is sent: in its first paragraph, if nothing is set by hand.

    By hand: ``myst: {html_meta: {description: ...}}`` on top of a Markdown page or in a notebook's metadata.
    """
    given = re.search(r'<meta content="([^"]*)"(?: lang="\w+")? name="description"', context.get("metatags", ""))
    title = unescape(re.sub(r"<[^>]*>", "", context.get("title", "")))
    text = unescape(given[1]) if given else first_words(doctree) or f"{title}. {app.config.html_title}"
    root = pagename == app.config.root_doc
    facts = {"og:title": title, "og:description": text, "og:type": "website" if root else "article"}
    facts["og:site_name"] = app.config.html_title
    if base := app.config.html_baseurl.rstrip("/"):
        facts |= {"og:url": context.get("pageurl") or "", "og:image": f"{base}/_static/cover.png"}
    tags = [] if given else [f'<meta name="description" content="{escape(text)}" />']
    tags += [f'<meta property="{name}" content="{escape(value)}" />' for name, value in facts.items()]
    context["metatags"] = "\n    ".join([context.get("metatags", ""), *tags])


def first_words(doctree, length=160):
    """Return the first paragraph of a page without formulas, cut at a word if it is longer than searchers show."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if isinstance(paragraph.parent, nodes.section) and len(text) > 40 and not any(paragraph.findall(nodes.math)):
            return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    return ""


def clean_assets(app, pagename, templatename, context, doctree):
    """List each script once (Jupyter Book repeats some) and drop thebe's style."""
    scripts = {}
    for script in context.get("script_files", []):
        body = getattr(script, "attributes", {}).get("body")
        scripts.setdefault(body or str(getattr(script, "filename", script)), script)
    context["script_files"] = list(scripts.values())
    context["css_files"] = [
        style for style in context.get("css_files", []) if "sphinx-thebe" not in str(getattr(style, "filename", style))
    ]


def copy_mathjax(app, exception):
    """Copy the parts of MathJax that the pages load into the site."""
    if exception or app.builder.format != "html":
        return
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    source, target = package / "static" / "mathjax", Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copy(source / part, target / part)


def rewrite_pages(app, exception):
    """Apply REWRITES to every page, make the pages light, and delete files that no page loads."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    paths = [path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts]
    pages = {path: path.read_text(encoding="utf-8") for path in paths}
    for pattern, replacement in REWRITES:
        pages.update({path: pattern.sub(replacement, text) for path, text in pages.items()})
    (site / "_static/scripts/fontawesome.js").unlink(missing_ok=True)
    if app.builder.name == "html":  # the single page is there to be printed
        lighten(site, pages)
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    for unused in [*site.glob("_static/**/*.map"), *site.glob("_static/**/*.ttf")]:
        unused.unlink()


def setup(app):
    """Register the extension with Sphinx."""
    app.config.mathjax_path = "mathjax/startup.js"
    app.connect("config-inited", unhook_thebe)
    app.connect("config-inited", set_theme_options)
    app.connect("html-page-context", clean_assets, priority=900)
    app.connect("html-page-context", describe, priority=900)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", rewrite_pages, priority=900)  # after the theme has written its colours of code
    return {"parallel_read_safe": True, "parallel_write_safe": True}
