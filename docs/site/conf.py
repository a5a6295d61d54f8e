"""Sphinx makes the site from what stage.py and api_reference.py have laid out. See build_docs in scripts/build."""

import re
from pathlib import Path

SITE = Path(__file__).parent
VERSION = re.search(
    r"^project\(mist VERSION ([0-9.]+)",
    (SITE.parents[1] / "CMakeLists.txt").read_text(),
    re.MULTILINE,
)

project = "Mist"
release = VERSION[1]
extensions = ["myst_parser"]
myst_heading_anchors = 4  # the same anchors that GitHub makes
smartquotes = False  # quotes are often part of a command
highlight_language = "none"
nitpicky = True

html_theme = "furo"
html_title = f"Mist {release}"
html_favicon = "../../ui/public/mist.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
templates_path = ["templates"]
html_copy_source = False
html_use_index = False
# Named, so that site.css may say their colours: furo would write them into each page.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
