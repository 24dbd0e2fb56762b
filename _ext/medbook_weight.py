"""Let each page ask for what it uses, and show its text before it asks for the rest.

The theme's files make no difference between a page with one button and an application: 2,000 icons,
4,000 rules of style, a search index on every page, scripts that hold up the text. Here, when the site
is built: rules for classes that no page and no script names are left out, and so are icons that no rule
shows; a script is loaded where its element stands, after the text; MathJax comes last of all.
"""

import hashlib
import re
from io import BytesIO

import tinycss2
from fontTools import subset
from PIL import Image

STYLE = re.compile(r'\s*<link (?=[^>]*rel="stylesheet")[^>]*?href="([^":?]+)[^"]*"[^>]*>')
SCRIPT = re.compile(r"\s*<script\b([^>]*)>([^<]*)</script>")
PRELOAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')
MATHJAX = re.compile(r'<script[^>]* src="([^"]*mathjax/startup\.js)[^"]*"></script>')
IMAGE = re.compile(r"<img ([^>]*?)\s*/?>")
# Formulas come last and a few at a time: all at once they hold up text and figures on a slow line, and the
# reader's scrolling on a slow phone.
MATHJAX_LAST = """<script>
      MathJax.startup = {{ async pageReady() {{
        const formulas = [...document.querySelectorAll(".math")];
        while (formulas.length) {{
          await MathJax.typesetPromise(formulas.splice(0, 3));
          await new Promise((resolve) => setTimeout(resolve));
        }}
        dispatchEvent(new Event("resize"));
      }} }};
      addEventListener("load", () => {{
        document.head.append(Object.assign(document.createElement("script"), {{ src: "{}" }}));
      }});
    </script>"""
# The rule of a class applies without it inside these.
FUNCTIONS = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")


def needed_scripts(text):
    """Return a page without scripts that nothing on it uses.

    ``medbook-NAME.js`` is used by the element ``<medbook-NAME>`` or by admonitions of the class ``NAME``;
    MathJax by formulas; the index of the search by the search page only, since our search does not run while one
    types.
    """
    formulas = re.search(r'class="[^"]*\bmath\b', text)

    def keep(match):
        own = re.search(r"/medbook-(\w+)\.js", match[1])
        if own and not re.search(rf'<medbook-{own[1]}\b|<div class="[^"]*\b{own[1]}\b[^"]*\badmonition', text):
            return ""
        if not formulas and re.search(r"/mathjax/|window\.MathJax", match[0]):
            return ""
        if re.search(r"(searchtools|language_data|searchindex)\.js", match[1]) and 'id="search-results"' not in text:
            return ""
        return match[0]

    return PRELOAD.sub("", SCRIPT.sub(keep, text))


def late_scripts(text):
    """Return a page whose scripts run in their order after the text is there, MathJax last."""
    text = MATHJAX.sub(lambda match: MATHJAX_LAST.format(match[1]), text)
    if "searchtools.js" in text:
        return text  # the search starts while its scripts are read

    def defer(match):
        attributes, body = match.groups()
        if "src=" in attributes and "defer" not in attributes:
            return match[0].replace("<script", "<script defer", 1)
        if body.startswith("DOCUMENTATION_OPTIONS."):  # modules, too, wait for the text
            return match[0].replace("<script", '<script type="module"', 1)
        return match[0]

    return SCRIPT.sub(defer, text)


def sized_images(text, folder):
    """Return a page whose figures have a size before they come, and come, but for the first, when scrolled to."""
    head, article, body = text.partition("<article")
    first = True

    def sized(match):
        nonlocal first
        attributes, path = match[1], folder / re.search(r'src="([^"]*)"', match[1])[1]
        if path.suffix == ".png" and " width=" not in f" {attributes}":
            with Image.open(path) as image:
                attributes += f' width="{image.width}" height="{image.height}"'
        if not first:
            attributes += ' loading="lazy" decoding="async"'
        first = False
        return f"<img {attributes}/>"

    return head + article + IMAGE.sub(sized, body)


def used_rules(css, words):
    """Return the rules of a style sheet whose classes and ids all occur among ``words``."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "".join(_used(rules, words))


def _used(rules, words):
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if kept := "".join(_used(inner, words)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{kept}}}\n"
        elif rule.type != "qualified-rule" or _applies(tinycss2.serialize(rule.prelude), words):
            yield rule.serialize() + "\n"


def _applies(selectors, words):
    return any(
        words.issuperset(re.findall(r"[.#]([\w-]+)", selector))
        for selector in FUNCTIONS.sub("", selectors.replace("\\", "")).split(",")
    )


def one_style_sheet(paths, words):
    """Return the used rules of style sheets in one text, whose addresses hold in ``_static/styles``."""
    parts = []
    for path in paths:
        css = used_rules(path.read_text(encoding="utf-8"), words)
        folder = "" if path.parent.name == "styles" else "../"
        parts.append(re.sub(r"url\((['\"]?)(?!data:|#|['\"])", rf"url(\1{folder}", css))
    return '@charset "utf-8";\n' + "".join(parts)


def icons_of(css, folder):
    """Return a style sheet whose icon fonts hold the icons that it shows, and write these fonts."""
    icons = {ord(icon) for icon in re.findall(r"""["'](.)["']""", css)}
    for font in sorted(folder.glob("*.ttf")):
        options = subset.Options(flavor="woff", drop_tables=["GSUB", "GPOS"], notdef_outline=False)
        with subset.load_font(font, options) as loaded:
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=icons)
            subsetter.subset(loaded)
            buffer = BytesIO()
            subset.save_font(loaded, buffer, options)
        font.with_suffix(".woff").write_bytes(buffer.getvalue())
    for name in ("woff2", "ttf"):
        for font in folder.glob(f"*.{name}"):
            font.unlink()
    return re.sub(
        r'(url\([^)]*/fa-[\w-]+\.woff)2\) format\("woff2"\),url\([^)]*\.ttf\) format\("truetype"\)',
        r'\1) format("woff")',
        css,
    )


def lighten(site, pages):
    """Make the pages of a site light: change their texts, and write one style sheet for all.

    Parameters
    ----------
    site : Path
    pages : dict of Path to str
        Changed in place; the caller writes them.
    """
    for path, text in pages.items():
        pages[path] = sized_images(late_scripts(needed_scripts(text)), path.parent)
    scripts = [path for path in site.glob("_static/**/*.js") if not {"mathjax", "locales"} & set(path.parts)]
    sources = [*pages.values(), *(path.read_text(encoding="utf-8") for path in scripts)]
    words = {word for source in sources for word in re.findall(r"[\w-]+", source)}
    styles = list(
        dict.fromkeys(
            (path.parent / address).resolve() for path, text in pages.items() for address in STYLE.findall(text)
        )
    )
    if not styles:
        return
    css = icons_of(one_style_sheet(styles, words), site / "_static/vendor/fontawesome/webfonts")
    name = f"_static/styles/book.{hashlib.sha256(css.encode()).hexdigest()[:12]}.css"
    (site / name).write_text(css, encoding="utf-8")
    for path, text in pages.items():
        if first := STYLE.search(text):
            root = "../" * (len(path.relative_to(site).parts) - 1)
            rest = STYLE.sub("", text[first.end() :])
            pages[path] = f'{text[: first.start()]}\n  <link rel="stylesheet" href="{root}{name}" />{rest}'
    for path in styles:
        path.unlink()
