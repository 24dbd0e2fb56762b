"""Keep the table of assignments on the page for students in step with the sources.

python -m coursework.overview         writes the table into chapters/assignments.md
"""

import re
from pathlib import Path

from coursework import sources

PAGE = Path(__file__).parents[1] / "chapters" / "assignments.md"
BLOCK = re.compile(r"(?<=^% assignments\n\n).*?(?=^% end$)", re.MULTILINE | re.DOTALL)


def table():
    """Return the table of assignments in Markdown, in the order of the chapters."""
    rows = ["| Assignment | What it is about | Chapter | Minutes | Points |", "| --- | --- | --- | ---: | ---: |"]
    for stem in sorted(sources.stems(), key=_place):
        facts = sources.about(sources.SOURCES / f"{stem}.md")
        points = sum(sources.points(sources.build(stem)).values())
        rows.append(f"| `{stem}` | {facts['title']} | {{doc}}`{facts['chapter']}` | {facts['minutes']} | {points} |")
    return "\n".join(rows) + "\n\n"


def _place(stem):
    chapter = sources.about(sources.SOURCES / f"{stem}.md")["chapter"]
    return (PAGE.parents[1] / "_toc.yml").read_text("utf-8").index(f"chapters/{chapter}\n")


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(table(), PAGE.read_text("utf-8")), "utf-8")
