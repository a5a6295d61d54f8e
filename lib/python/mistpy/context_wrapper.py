"""ContextWrapper of Mist 1.1, for code that makes its contexts by hand from the gateway of a worker."""

from __future__ import annotations

from typing import Any, Optional

from mistpy import tags
from mistpy.contexts import Contexts, over_gateway


class ContextWrapper:
    """Holds contexts once they are set. `set_context` comes first; then a session of either kind, and the others."""

    def __init__(self) -> None:
        self._contexts: Optional[Contexts] = None
        self._made: dict[str, Any] = {}

    def set_context(self, java_gateway: Any) -> None:
        self._contexts = over_gateway(java_gateway)
        self._made = {"context": self._contexts.of(tags.SPARK_CONTEXT)}

    def set_session(self, java_gateway: Any) -> None:
        self._made["session"] = self._make(tags.SPARK_SESSION)

    def set_hive_session(self, java_gateway: Any) -> None:
        self._made["session"] = self._make(tags.HIVE_SESSION)

    def set_sql_context(self, java_gateway: Any) -> None:
        self._made["sql_context"] = self._make(tags.SQL_CONTEXT)

    def set_hive_context(self, java_gateway: Any) -> None:
        self._made["hive_context"] = self._make(tags.HIVE_CONTEXT)

    def set_streaming_context(self, java_gateway: Any) -> None:
        self._made["streaming_context"] = self._make(tags.SPARK_STREAMING)

    @property
    def context(self) -> Any:
        return self._get("context")

    @property
    def session(self) -> Any:
        return self._get("session")

    @property
    def sql_context(self) -> Any:
        return self._get("sql_context")

    @property
    def hive_context(self) -> Any:
        return self._get("hive_context")

    @property
    def streaming_context(self) -> Any:
        return self._get("streaming_context")

    def _make(self, kind: str) -> Any:
        if self._contexts is None:
            raise RuntimeError("ContextWrapper has no context yet: call set_context first")
        return self._contexts.of(kind)

    def _get(self, name: str) -> Any:
        if name not in self._made:
            raise RuntimeError(f"ContextWrapper has no {name} yet: call set_{name} first")
        return self._made[name]
