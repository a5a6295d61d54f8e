"""Writes the pages of the API reference from the OpenAPI file: api_reference.py <openapi.json> <folder>"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Pages, and the first part below /v2/api of the paths that are on them. What is left is about the master itself.
PAGES = {
    "Functions": ("functions",),
    "Jobs": ("jobs",),
    "Contexts": ("contexts",),
    "Workers": ("workers",),
    "Artifacts": ("artifacts", "artifacts_internal"),
    "Events": ("events", "ws"),
    "Master": (),
}
LIMITS = {
    "minimum": "at least",
    "maximum": "at most",
    "minLength": "length at least",
    "maxLength": "length at most",
    "default": "default",
    "pattern": "pattern",
    "contentMediaType": "of type",
}
INT32 = (-(2**31), 2**31 - 1)
METHODS = ("get", "post", "put", "delete")


class Reference:
    def __init__(self, api: dict[str, Any]) -> None:
        self._api = api

    def pages(self) -> Iterator[tuple[str, str]]:
        """File name and text of each."""
        operations: dict[str, list[tuple[str, str, Any]]] = {page: [] for page in PAGES}
        for path, item in self._api["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = dict(item[method])
                    shared = item.get("parameters", [])
                    operation["parameters"] = shared + operation.get("parameters", [])
                    operations[page_of(path)].append((method.upper(), path, operation))
        yield "index.md", self._index(operations)
        for page, members in operations.items():
            text = "".join(self._operation(*member) for member in members)
            yield f"{page.lower()}.md", f"# {page}\n\n{text}"
        yield "shapes.md", self._shapes()

    def _index(self, operations: dict[str, list[tuple[str, str, Any]]]) -> str:
        text = f"# API reference\n\n{self._api['info']['description']}\n"
        text += "[HTTP API](../http-api.md) tells of limits, repeated calls and searches.\n\n"
        for page, calls in operations.items():
            rows = []
            for method, path, operation in calls:
                link = f"{page.lower()}.md#{slug(f'{method} {path}')}"
                rows.append((f"[`{method} {path}`]({link})", operation["summary"]))
            text += f"## {page}\n\n" + table(("call", "what it does"), rows)
        pages = "\n".join(page.lower() for page in PAGES)
        return text + f"```{{toctree}}\n:hidden:\n\n{pages}\nshapes\n```\n"

    def _operation(self, method: str, path: str, operation: dict[str, Any]) -> str:
        text = f"## `{method} {path}`\n\n{operation['summary']}. (`{operation['operationId']}`)\n\n"
        rows = []
        for parameter in map(self._resolved, operation["parameters"]):
            means = sentences(parameter.get("description"), example(parameter))
            required = "yes" if parameter.get("required") else ""
            what = kind(parameter["schema"])
            rows.append((code(parameter["name"]), parameter["in"], required, what, means))
        text += table(("parameter", "in", "required", "what", "means"), rows)
        if "requestBody" in operation:
            text += self._body(self._resolved(operation["requestBody"]))
        rows, unnamed = [], ""
        for status, response in operation["responses"].items():
            content = self._resolved(response).get("content", {})
            rows.append((status, self._resolved(response)["description"], contents(content)))
            unnamed += "".join(members_table(one.get("schema", {})) for one in content.values())
        return text + table(("status", "answer", "shape"), rows) + unnamed

    def _body(self, body: dict[str, Any]) -> str:
        required = "required" if body.get("required") else "optional"
        examples = [example(one) for one in body["content"].values()]
        facts = sentences(contents(body["content"]), body.get("description"), *examples)
        text = f"Body ({required}): {facts}\n\n"
        for one in body["content"].values():
            text += members_table(one.get("schema", {}))
        return text

    def _shapes(self) -> str:
        text = "# Shapes\n\nWhat bodies and answers are made of. Members that are not required may be missing.\n\n"
        for name, schema in self._api["components"]["schemas"].items():
            facts = sentences(kind(schema), schema.get("description"), example(schema))
            text += f"## {name}\n\n{facts}\n\n{members_table(schema)}"
        return text

    def _resolved(self, thing: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in thing:
            return thing
        found: Any = self._api
        for step in thing["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found


def page_of(path: str) -> str:
    for page, parts in PAGES.items():
        if path.startswith("/v2/api/") and path.split("/")[3] in parts:
            return page
    return "Master"


def kind(schema: dict[str, Any]) -> str:
    """What a value is, in words; with links to named shapes."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](shapes.md#{slug(name)})"
    for key, word in (("anyOf", " or "), ("allOf", ", with ")):
        if key in schema:
            return word.join(kind(one) for one in schema[key])
    if "const" in schema:
        return code(schema["const"])
    if "enum" in schema:
        return ", ".join(map(code, schema["enum"])) + limits(schema)
    if "type" not in schema:
        required = ", ".join(map(code, schema.get("required", [])))
        return f"{required} required" if required else "any value"
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    text = " or ".join(types)
    if types == ["array"]:
        text = f"list of {kind(schema['items'])}"
    elif isinstance(schema.get("additionalProperties"), dict):
        text = f"map of names to {kind(schema['additionalProperties'])}"
        if "required" in schema:
            text += f", among them {', '.join(map(code, schema['required']))}"
    return text + limits(schema)


def limits(schema: dict[str, Any]) -> str:
    """Those that the integers of every machine have are not worth a word."""
    told = [(words, schema[key]) for key, words in LIMITS.items() if key in schema]
    return "".join(f", {words} {code(value)}" for words, value in told if value not in INT32)


def members(schema: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, ...]]:
    """A row for each member, those of nested objects too."""
    for part in schema.get("allOf", []):
        yield from members(part, prefix)
    for name, member in schema.get("properties", {}).items():
        required = "yes" if name in schema.get("required", []) else ""
        means = sentences(member.get("description"), example(member))
        yield code(prefix + name), required, kind(member), means
        yield from members(member, f"{prefix}{name}.")
        yield from members(member.get("items", {}), f"{prefix}{name}[].")


def members_table(schema: dict[str, Any]) -> str:
    return table(("member", "required", "what", "means"), list(members(schema)))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [head, ("---",) * len(head), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {line} |\n" for line in cells) + "\n"


def contents(content: dict[str, Any]) -> str:
    return ", ".join(
        code(media_type) + (f": {kind(body['schema'])}" if "schema" in body else "")
        for media_type, body in content.items()
    )


def example(thing: dict[str, Any]) -> str:
    return f"Example: {code(thing['example'])}" if "example" in thing else ""


def sentences(*texts: str | None) -> str:
    return ". ".join(text for text in texts if text)


def code(value: Any) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in Reference(json.loads(Path(sys.argv[1]).read_text())).pages():
        (folder / file).write_text(text)
