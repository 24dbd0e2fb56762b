"""Write into the pages which edition of the book this is: version, date, DOI, addresses.

Pages hold markers, HTML comments that no reader of the notebook sees: ``<!-- medbook: edition -->``.
They are filled from ``CITATION.cff``, from git and from ``repository.url`` when the site is built, so
that nobody types a version or an address twice.
"""

import json
import re
import subprocess
from pathlib import Path

import yaml
from medbook_repository import repository_url
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
MARKER = re.compile(r"<!-- medbook: (\w+) -->")


def edition(citation, commit, url):
    """Return the line of the cover: version, date, DOI.

    Parameters
    ----------
    citation : dict
        The content of ``CITATION.cff``.
    commit : tuple of str or None
        Date and short hash of the commit that the site is built from.
    url : str
        Of the repository, or "".
    """
    parts = [f"**Version {citation['version']}**"]
    if "date-released" in citation:
        parts.append(f"released {citation['date-released']}")
    if commit:
        date, short = commit
        parts.append(f"state of {date} ({f'[{short}]({url}/commit/{short})' if url else short})")
    doi = citation.get("doi")
    parts.append(f"DOI [{doi}](https://doi.org/{doi})" if doi else "DOI: none yet, it comes with the first release")
    return " · ".join(parts)


def citation_text(citation, commit, url):
    """Return how the book is cited."""
    authors = ", ".join(author.get("name") or _person(author) for author in citation["authors"])
    date = str(citation.get("date-released") or (commit[0] if commit else ""))
    year = f" ({date[:4]})" if date else ""
    address = f"https://doi.org/{citation['doi']}" if citation.get("doi") else url
    return f"{authors}{year}. *{citation['title']}*, version {citation['version']}.{f' <{address}>' if address else ''}"


def clone(citation, commit, url):
    """Return how the reader gets a copy of the book's repository."""
    if url:
        return f"```text\ngit clone {url}.git medbook\ncd medbook\n```"
    return (
        "This edition has no public repository. Take the folder, or the address to clone from, that your teacher gave "
        "you, and open a terminal in it."
    )


def issues(citation, commit, url):
    """Return where a mistake is reported."""
    if url:
        return f"Open an issue at [{url.removeprefix('https://')}]({url}/issues), or use the button on the page."
    return "This edition has no public repository yet: tell whom you have the book from."


TEXTS = {"edition": edition, "citation": citation_text, "clone": clone, "issues": issues}


def fill(text, facts, *, in_json=False):
    """Return a page's source with its markers replaced; an unknown marker stays, and is named by a KeyError.

    Parameters
    ----------
    text : str
        Markdown, or the JSON of a notebook.
    facts : tuple
        The arguments of the functions above.
    in_json : bool, optional
        Whether ``text`` is JSON, in which line ends and quotes are escaped.
    """

    def replacement(match):
        new = TEXTS[match[1]](*facts)
        return json.dumps(new)[1:-1] if in_json else new

    return MARKER.sub(replacement, text)


def fill_page(app, docname, source):
    """Fill the markers of a page when Sphinx has read it."""
    if not MARKER.search(source[0]):
        return
    folder = Path(app.confdir)
    try:
        citation = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
        facts = citation, commit_of(folder), repository_url(app.config)
        source[0] = fill(source[0], facts, in_json=app.env.doc2path(docname).endswith(".ipynb"))
    except (OSError, KeyError) as error:
        LOGGER.warning("markers cannot be filled: %r; known are %s", error, ", ".join(TEXTS), location=docname)


def commit_of(folder):
    """Return date and short hash of the commit that is checked out, or None where there is no git."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%cs %h"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return tuple(done.stdout.split()) if done.returncode == 0 and done.stdout.strip() else None


def _person(author):
    return " ".join(author[key] for key in ("given-names", "family-names") if key in author)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("source-read", fill_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
