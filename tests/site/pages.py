"""What is wrong with the pages of a built site: links, anchors, ids, alt text, foreign resources."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


class Page(HTMLParser):
    """The ids, links, loaded resources and images of one page."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loads, self.images = [], [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag in LOADS and attributes.get(LOADS[tag]) and attributes.get("rel") not in ("search", "next", "prev"):
            self.loads.append(attributes[LOADS[tag]])
        if tag == "img":
            self.images.append(attributes)

    handle_startendtag = handle_starttag


def faults(site):
    """Return a sentence for each fault of the site in the folder ``site``."""
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts]
    pages = {path: Page(path) for path in paths}
    return [
        f"{path.relative_to(site)}: {fault}" for path, page in pages.items() for fault in _faults(path, page, pages)
    ]


def _faults(path, page, pages):
    for repeated in sorted({name for name in page.ids if page.ids.count(name) > 1}):
        yield f"id {repeated!r} occurs more than once"
    for image in page.images:
        if not image.get("alt", "").strip() or image["alt"].endswith((".png", ".svg")):
            yield f"image {image.get('src')} has no alt text"
    for address in page.loads:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            if parts.scheme != "data":
                yield f"loads {address} from outside"
        elif not (path.parent / unquote(parts.path)).exists():
            yield f"loads {address}, which does not exist"
    for address in page.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
        if not target.exists():
            yield f"links to {address}, which does not exist"
        elif parts.fragment and target.suffix == ".html":
            known = next((other.ids for other_path, other in pages.items() if other_path.resolve() == target), None)
            if known is not None and unquote(parts.fragment) not in known:
                yield f"links to {address}, whose anchor does not exist"
