"""Writes the rules of the built pages: policy.py <folder>

A browser runs only scripts that are files of the site, and the few that stand in the pages themselves, by their hashes. The
master sends the text of content-security-policy.txt with each page.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from pathlib import Path

INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


def hashes_of(page: str) -> set[str]:
    return {
        f"'sha256-{base64.b64encode(hashlib.sha256(match['text'].encode()).digest()).decode()}'"
        for match in INLINE_SCRIPT.finditer(page)
        if "src=" not in match["attributes"]
    }


def policy_of(folder: Path) -> str:
    hashes = set[str]().union(*(hashes_of(page.read_text()) for page in folder.rglob("*.html")))
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src 'self'", *sorted(hashes)]),
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


if __name__ == "__main__":
    site = Path(sys.argv[1])
    (site / "content-security-policy.txt").write_text(policy_of(site) + "\n")
