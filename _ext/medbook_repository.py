"""Switch the launch, source and issue buttons on by the one address ``repository.url`` of ``_config.yml``.

Without an address there are no such buttons: the theme would point them at another project. The Colab
button leads to the branch ``colab``, where tools/colab.py puts copies that install what Colab lacks.
"""

import re

from sphinx.errors import ConfigError

ADDRESS = re.compile(r"https://(github|gitlab)\.com/[\w.-]+/[\w.-]+")
BUTTONS = ("use_repository_button", "use_issues_button", "use_edit_page_button")
COLAB_BRANCH = "colab"


def repository_url(config):
    """Return the address of the book's repository, "" if it has none.

    Raises
    ------
    ConfigError
        If it is not one that the theme can make links from.
    """
    url = (config.html_theme_options.get("repository_url") or "").rstrip("/").removesuffix(".git")
    if url and not ADDRESS.fullmatch(url):
        raise ConfigError(
            f"repository.url in _config.yml is {url!r}; expected https://github.com/OWNER/NAME (or gitlab.com), or "
            'nothing ("") for a book without public repository.'
        )
    return url


def set_buttons(app, config):
    """Show the buttons if there is an address; take the launch buttons out if there is none."""
    options, url = config.html_theme_options, repository_url(config)
    options["repository_url"] = url
    options.update(dict.fromkeys(BUTTONS, bool(url)))
    launch = {key: value for key, value in options.get("launch_buttons", {}).items() if value}
    if "github.com" not in url:
        launch.pop("colab_url", None)  # Colab opens notebooks from GitHub only
    if url:
        options["launch_buttons"] = launch
    else:
        options.pop("launch_buttons", None)
        options.pop("repository_url")


def point_to_colab_copies(app, pagename, templatename, context, doctree):
    """Send the Colab button to the branch of copies, which hold the chapters and nothing else."""
    branch = app.config.html_theme_options.get("repository_branch") or "master"
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if isinstance(button, dict) and button.get("text") == "Colab":
                button["url"] = button["url"].replace(f"/blob/{branch}/", f"/blob/{COLAB_BRANCH}/", 1)


def setup(app):
    """Register the extension with Sphinx."""
    app.connect("config-inited", set_buttons)
    app.connect("html-page-context", point_to_colab_copies, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
