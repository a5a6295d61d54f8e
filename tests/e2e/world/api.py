"""A client of the master's HTTP API."""

from __future__ import annotations

import http.client
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from world.waiting import eventually

Json = Any
ENDED = ("finished", "failed", "cancelled")


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Json:
        assert self.status == 200, f"{self.status}: {self.text}"
        return json.loads(self.body)


class Api:
    """One connection for each request, so that it may be used from several threads."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(
        self, method: str, path: str, body: bytes | None = None, content_type: str | None = None
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=150)
        try:
            headers = {"Content-Type": content_type} if content_type else {}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.request("GET", f"/v2/api/{path}")

    def post(self, path: str, body: Json) -> Answer:
        return self.request("POST", f"/v2/api/{path}", json.dumps(body).encode())

    def is_ready(self) -> bool:
        try:
            return self.request("GET", "/health/ready").status == 200
        except (ConnectionError, http.client.HTTPException):
            return False

    # ---- functions ------------------------------------------------------------------------------

    def upload(self, key: str, content: bytes, force: bool = False) -> Answer:
        boundary = uuid.uuid4().hex
        head = f'Content-Disposition: form-data; name="file"; filename="{key}"\r\n\r\n'
        body = f"--{boundary}\r\n{head}".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        answer = self.request(
            "POST",
            f"/v2/api/artifacts?force={str(force).lower()}",
            body,
            f"multipart/form-data; boundary={boundary}",
        )
        assert answer.status == 200, answer.text
        return answer

    def upload_file(self, path: Path) -> Answer:
        return self.upload(path.name, path.read_bytes())

    def register(self, name: str, path: str, class_name: str, context: str = "shared") -> Json:
        config = {"name": name, "path": path, "className": class_name, "defaultContext": context}
        return self.post("functions", config).json

    def put_context(self, name: str, **settings: Json) -> Json:
        """Creates the context or writes it anew."""
        return self.post("contexts", {"name": name, **settings}).json

    # ---- jobs -----------------------------------------------------------------------------------

    def call(self, function: str, arguments: Json = None, **query: str) -> Json:
        """Calls, waits for the end, and answers the JobResult."""
        return self.try_call(function, arguments, force="true", **query).json

    def start(self, function: str, arguments: Json = None, **query: str) -> str:
        """Calls and answers the job's id."""
        return self.try_call(function, arguments, **query).json["id"]

    def try_call(self, function: str, arguments: Json = None, **query: str) -> Answer:
        path = f"functions/{quote(function)}/jobs"
        return self.post(f"{path}?{urlencode(query)}" if query else path, arguments or {})

    def job(self, job_id: str) -> Json:
        return self.get(f"jobs/{job_id}").json

    def log(self, job_id: str) -> str:
        return self.get(f"jobs/{job_id}/logs").text

    def cancel(self, job_id: str) -> Answer:
        return self.request("DELETE", f"/v2/api/jobs/{job_id}")

    def wait_for_status(self, job_id: str, status: str) -> Json:
        """The job's details as soon as it has that status; wrong when it ends in another one."""

        def reached() -> Json:
            job = self.job(job_id)
            if job["status"] in ENDED and job["status"] != status:
                raise AssertionError(
                    f"{job_id} should be {status}: {job}\n{self.log(job_id)[-4000:]}"
                )
            return job if job["status"] == status else None

        return eventually(reached, lambda: f"{job_id} {status}: {self.job(job_id)}")

    def wait_for_end(self, job_id: str) -> Json:
        def ended() -> Json:
            job = self.job(job_id)
            return job if job["status"] in ENDED else None

        return eventually(ended, lambda: f"{job_id} ended: {self.job(job_id)}")

    def wait_for_log(self, job_id: str, text: str) -> str:
        def holds() -> str | None:
            log = self.log(job_id)
            return log if text in log else None

        return eventually(holds, lambda: f"{text!r} in the log of {job_id}:\n{self.log(job_id)}")

    # ---- workers --------------------------------------------------------------------------------

    def worker_names(self) -> set[str]:
        return {worker["name"] for worker in self.get("workers").json}
