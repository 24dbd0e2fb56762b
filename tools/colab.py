"""Write copies of the chapters that Colab can run: ``python tools/colab.py [--url ADDRESS] [--ref COMMIT]``.

Colab opens one notebook from GitHub, without the book around it. So each copy begins with a cell that fetches
the book at the very commit that the copy was made from, and installs the libraries that Colab lacks; its title
has links that open it elsewhere. The copies go to ``_build/colab``; .github/workflows/colab.yml puts them on the
branch ``colab``, to which the site's Colab button leads. The chapters themselves are only read.

Needs Python alone, none of the book's libraries (PyYAML where ``--url`` is left out).
"""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COLAB, BINDER = "https://colab.research.google.com", "https://mybinder.org"
COPIES_BRANCH = "colab"  # the same as COLAB_BRANCH of _ext/medbook_repository.py

# Colab brings TensorFlow for its graphics cards; the CPU build that the book locks would break it.
LEFT_TO_COLAB = ("tensorflow", "tensorflow-cpu")

INSTALL_CELL = """\
# For Colab only; not in the book. Fetches the book and the libraries that Colab lacks (about a minute).
import importlib.metadata, os, subprocess, sys


def versions():
    return {{found.name: found.version for found in importlib.metadata.distributions()}}


book = os.path.expanduser("~/medbook-book")
if not os.path.isdir(book):
    subprocess.run(["git", "clone", "--quiet", "{url}.git", book], check=True)
subprocess.run(["git", "-C", book, "checkout", "--quiet", "{ref}"], check=True)
needed = {needed}
before = versions()
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *needed], check=True)
replaced = {{name for name, version in versions().items() if before.get(name, version) != version}}
modules = importlib.metadata.packages_distributions().items()
stale = [module for module, names in modules if module in sys.modules and replaced & set(names)]
sys.path.insert(0, book)  # where `import medbook` looks
os.chdir(os.path.join(book, "chapters"))  # from where ../data leads to the data
if stale:
    print("Choose Runtime > Restart session, then run this cell once more. Replaced:", *stale)
else:
    print("Ready. File > Save a copy in Drive keeps what you change.")"""


def needed_on_colab(path):
    """Return the requirements of ``pyproject.toml`` that Colab is to fulfil.

    Lower bounds, not the lock: Colab's own libraries stay where they are new enough.
    """
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return [line for line in project["dependencies"] if re.match(r"[\w.-]+", line)[0] not in LEFT_TO_COLAB]


def badges(name, url, ref, branch):
    """Return the line of links that stands below the title of a copy."""
    owner = url.removeprefix("https://github.com/")
    places = {
        "Open in Colab": f"{COLAB}/github/{owner}/blob/{COPIES_BRANCH}/chapters/{name}",
        "Open in Binder": f"{BINDER}/v2/gh/{owner}/{branch}?urlpath=lab/tree/chapters/{name}",
        "Source": f"{url}/blob/{ref}/chapters/{name}",
    }
    return " · ".join(f"[{text}]({place})" for text, place in places.items())


def links(text, url, ref):
    """Turn MyST's references to pages, which Colab shows as they are written, into links."""

    def link(match):
        words, stem = match[1] or match[2], match[2]
        if (ROOT / "chapters" / f"{stem}.ipynb").exists():
            return f"[{words}]({COLAB}/github/{url.removeprefix('https://github.com/')}/blob/{COPIES_BRANCH}/chapters/{stem}.ipynb)"
        return f"[{words}]({url}/blob/{ref}/chapters/{stem}.md)"

    return re.sub(r"\{doc\}`(?:([^`<]+?) ?<)?(\w+)>?`", link, text)


def colab_copy(notebook, name, *, url, ref, branch, needed):
    """Return a copy of a notebook for Colab; the notebook itself is not changed.

    Parameters
    ----------
    notebook : dict
        The content of a chapter's file.
    name : str
        Of that file.
    url, ref, branch : str
        Address of the repository, commit to fetch, branch for Binder.
    needed : list of str
        Requirements to install.

    Returns
    -------
    dict
    """
    copy = json.loads(json.dumps(notebook))
    install = INSTALL_CELL.format(url=url, ref=ref, needed=json.dumps(needed, indent=4))
    cell = {"cell_type": "code", "execution_count": None, "id": "install", "metadata": {}, "outputs": []}
    for markdown in (cell for cell in copy["cells"] if cell["cell_type"] == "markdown"):
        markdown["source"] = links("".join(markdown["source"]), url, ref)
    first = next(cell for cell in copy["cells"] if cell["cell_type"] == "markdown")
    title, _, rest = first["source"].partition("\n")
    first["source"] = f"{title}\n\n{badges(name, url, ref, branch)}\n{rest}"
    copy["cells"].insert(0, {**cell, "source": install})
    return copy


def write_copies(folder, chapters, **settings):
    """Write a copy of each chapter to ``folder/chapters``, and return their paths."""
    target = folder / "chapters"
    target.mkdir(parents=True, exist_ok=True)
    for path in chapters:
        copy = colab_copy(json.loads(path.read_text(encoding="utf-8")), path.name, **settings)
        text = json.dumps(copy, ensure_ascii=False, indent=1) + "\n"
        (target / path.name).write_text(text, encoding="utf-8", newline="\n")
    return [target / path.name for path in chapters]


def configured_repository():
    """Return address and branch from ``_config.yml``."""
    import yaml

    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8")).get("repository", {})
    return repository.get("url") or "", repository.get("branch") or "main"


def main(arguments=None):
    """Write the copies of all chapters, and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[2])
    parser.add_argument("--url", help="https://github.com/OWNER/NAME; left out: repository.url of _config.yml")
    parser.add_argument("--ref", help="commit, tag or branch to fetch; left out: the commit that is checked out")
    parser.add_argument("--branch", default="main", help="branch that Binder opens")
    parser.add_argument("--output", type=Path, default=ROOT / "_build" / "colab")
    options = parser.parse_args(arguments)
    url, branch = (options.url, options.branch) if options.url else configured_repository()
    url = url.rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", url):
        sys.exit(
            f"The address is {url!r}. Colab opens notebooks from GitHub: put https://github.com/OWNER/NAME at "
            "repository.url in _config.yml, or give it with --url."
        )
    ref = options.ref or subprocess.check_output(["git", "-C", str(ROOT), "rev-parse", "HEAD"], text=True).strip()
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    needed = needed_on_colab(ROOT / "pyproject.toml")
    written = write_copies(options.output, chapters, url=url, ref=ref, branch=branch, needed=needed)
    print(f"{len(written)} copies in {options.output}, for {url} at {ref[:12]}")


if __name__ == "__main__":
    main()
