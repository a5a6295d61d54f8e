"""A Docker daemon that is none: it answers the requests of a master on a Unix socket.

A container is a process of the stand-in worker with the arguments and the environment that the
container would have. So tests show what is asked of Docker, not what Docker makes of it.
"""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PATIENCE_SECONDS = 30


class FakeDocker:
    """`networks` are those of the master's own container, which is called the-master."""

    def __init__(self, socket: Path, standin: Path, networks: dict[str, Any] | None = None) -> None:
        self.created: list[dict[str, Any]] = []
        self.removed: list[str] = []
        self.is_deaf = False  # what starts from now on does not do what it is there for
        self._standin = standin
        self._networks = networks or {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._server = _Server(str(socket), _Handler)
        self._server.docker = self
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def kill(self, name: str) -> None:
        """What runs in the container."""
        self._processes[name].kill()
        self._processes[name].wait()

    def answer(self, method: str, path: str, query: str, body: bytes) -> tuple[int, Any]:
        match (method, path.strip("/").split("/")):
            case ("POST", ["containers", "create"]):
                return self._create(json.loads(body))
            case ("GET", ["containers", "json"]):
                return 200, self._list(json.loads(parse_qs(query)["filters"][0]))
            case ("GET", ["containers", "the-master", "json"]):
                return 200, {"Name": "/the-master", "NetworkSettings": {"Networks": self._networks}}
            case ("POST", ["containers", name, "start"]):
                return self._start(name)
            case ("GET", ["containers", name, "logs"]):
                self._processes[name].wait(PATIENCE_SECONDS)
                return 200, None
            case ("POST", ["containers", name, "wait"]):
                return 200, {"StatusCode": self._processes[name].wait(PATIENCE_SECONDS)}
            case ("DELETE", ["containers", name]):
                self.removed.append(name)
                if name in self._processes:
                    self._processes[name].kill()
                return 204, None
        return 404, {"message": f"page not found: {method} {path}"}

    def _create(self, spec: dict[str, Any]) -> tuple[int, Any]:
        if spec["Image"] == "no-such-image":
            return 404, {"message": "No such image: no-such-image:latest"}
        self.created.append(spec)
        return 201, {"Id": f"container{len(self.created)}", "Warnings": []}

    def _list(self, filters: dict[str, list[str]]) -> list[dict[str, str]]:
        (label,) = filters["label"]
        name, _, value = label.partition("=")
        wants_running = "running" in filters["status"]
        found = []
        for id, process in self._processes.items():
            is_wanted = self._spec(id)["Labels"].get(name) == value and id not in self.removed
            if is_wanted and (process.poll() is None) == wants_running:
                found.append({"Id": id})
        return found

    def _spec(self, name: str) -> dict[str, Any]:
        return self.created[int(name.removeprefix("container")) - 1]

    def _start(self, name: str) -> tuple[int, Any]:
        spec = self._spec(name)
        environment = dict(entry.split("=", 1) for entry in spec["Env"])
        self._processes[name] = subprocess.Popen(
            ["sleep", "1000"] if self.is_deaf else [self._standin, *spec["Entrypoint"][1:]],
            env={"PATH": os.environ["PATH"]} | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return 204, None


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    docker: FakeDocker

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A master that was killed does not read its answers."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = urlsplit(self.path)
        status, answer = self.server.docker.answer(self.command, asked.path, asked.query, body)
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _serve

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: object) -> None:
        pass
