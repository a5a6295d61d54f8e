"""Certificates of the tests' own authorities, made with openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes".split()


@dataclass(frozen=True)
class Certificate:
    """Files in PEM. `both` has the key, and the certificate after it."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Writes what it makes into `folder`."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._key = folder / f"{name}.key"
        self.certificate = folder / f"{name}.crt"
        made = ["-keyout", self._key, "-out", self.certificate, "-subj", f"/CN={name}"]
        self._openssl("req", "-x509", *NEW_KEY, *made)

    def issue(self, name: str, *hosts: str) -> Certificate:
        """For a client or a server of that name; `hosts` are IP:address or DNS:name."""
        request, key, certificate, both = (
            self._folder / f"{name}.{kind}" for kind in ("csr", "key", "crt", "pem")
        )
        subject = ["-subj", f"/CN={name}"]
        alternatives = ["-addext", "subjectAltName=" + ",".join(hosts)] if hosts else []
        made = ["-keyout", key, "-out", request]
        self._openssl("req", *NEW_KEY, *made, *subject, *alternatives)
        signer = ["-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial"]
        made = ["-in", request, "-out", certificate, "-copy_extensions", "copy"]
        self._openssl("x509", "-req", *made, *signer)
        both.write_text(key.read_text() + certificate.read_text())
        return Certificate(certificate, key, both)

    @staticmethod
    def _openssl(*words: str | Path) -> None:
        made = subprocess.run(["openssl", *words], capture_output=True, text=True)
        assert made.returncode == 0, f"openssl {words}: {made.stderr}"
