"""Make the built site self-contained, lighter, and free of the theme's accessibility faults.

Jupyter Book 1.x asks a CDN for MathJax on each page with a formula and names another for thebe on
every page; its theme ships 1.5 MB of icon script that the icon font makes needless. This extension
copies MathJax from a Python package into the site and takes the rest out.
"""

import importlib.util
import re
import shutil
from pathlib import Path

# "-full" holds all TeX macros; the smaller bundle asks for a file of its own for each it lacks.
MATHJAX_PARTS = ["tex-chtml-full.js", "a11y/assistive-mml.js", "output/chtml/fonts"]

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
    """Apply REWRITES to every page and delete files that no page loads."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for page in site.rglob("*.html"):
        if "_static" in page.relative_to(site).parts:
            continue
        before = text = page.read_text(encoding="utf-8")
        for pattern, replacement in REWRITES:
            text = pattern.sub(replacement, text)
        if text != before:
            page.write_text(text, encoding="utf-8")
    for unused in [*site.glob("_static/**/*.map"), *site.glob("_static/**/*.ttf")]:
        unused.unlink()
    (site / "_static/scripts/fontawesome.js").unlink(missing_ok=True)


def setup(app):
    """Register the extension with Sphinx."""
    app.config.mathjax_path = "mathjax/tex-chtml-full.js"
    app.connect("config-inited", unhook_thebe)
    app.connect("config-inited", set_theme_options)
    app.connect("html-page-context", clean_assets, priority=900)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", rewrite_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
