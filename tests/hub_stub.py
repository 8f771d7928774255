"""A hub on the loopback: the part of the Hugging Face hub's HTTP API that a download uses.

The real client talks to it in a process of its own, as it reads HF_ENDPOINT when it is imported.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_INFO = re.compile(
    r"/api/models/(?P<repo>[^/]+/[^/]+?)(?:/revision/(?P<revision>[^?]+))?(?:\?.*)?"
)
_FILE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<file>[^?]+)")

# What a test's own process runs: one call into mt.sources, told as JSON.
_ASK = """
import json, time
from mt import errors, sources
begin = time.monotonic()
try:
    found = sources.CALL
    told = {"model": found.model.alias} if isinstance(found, sources.Choice) else {}
    told |= {name: str(value) for name, value in vars(found).items() if name != "model"}
except errors.TarjamaError as error:
    told = {"error": type(error).__name__, "message": str(error)}
print(json.dumps({**told, "seconds": time.monotonic() - begin}))
"""


@dataclass
class Repo:
    """One model on the stub."""

    commits: dict[str, dict[str, bytes]]  # commit → path → content
    refs: dict[str, str]  # branch or tag → commit
    gated: bool = False
    trouble: dict[str, list[str]] = field(default_factory=dict)  # path → what goes wrong, in turn
    sizes: dict[str, int] = field(default_factory=dict)  # path → a size to claim

    def commit(self, revision: str) -> str | None:
        found = self.refs.get(revision, revision)
        return found if found in self.commits else None


@dataclass
class Hub:
    """The stub: what it has, and what it was asked."""

    url: str
    cache: Path
    repos: dict[str, Repo] = field(default_factory=dict)
    requests: list[tuple[str, str, str | None]] = field(
        default_factory=list
    )  # method, path, range
    hang: bool = False
    portal: bool = False  # answers every request with a page that wants a login
    stop: threading.Event = field(default_factory=threading.Event)

    def add(self, name: str, files: dict[str, bytes], *, commit: str = "a" * 40) -> Repo:
        self.repos[name] = Repo({commit: files}, {"main": commit})
        return self.repos[name]

    def fetched(self) -> set[str]:
        """The files whose content was asked for."""
        paths = [_FILE.fullmatch(path) for method, path, _ in self.requests if method == "GET"]
        return {match["file"] for match in paths if match}

    def ask(self, call: str, **environment: str) -> dict[str, Any]:
        """Run `mt.sources.CALL` against this hub in a process of its own."""
        done = self.run("-c", _ASK.replace("CALL", call), **environment)
        if done.returncode:
            raise AssertionError(done.stderr)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def tarjama(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the program against this hub."""
        return self.run("-m", "mt", *arguments, **environment)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run Python with this hub, empty caches, and no package index."""
        variables = {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(self.cache / "hf"),
            "XDG_CACHE_HOME": str(self.cache / "own"),
            "HF_HUB_OFFLINE": "0",
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "PIP_NO_INDEX": "1",
        }
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **variables, **environment},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextmanager
def running(cache: Path) -> Iterator[Hub]:
    """A hub that runs until the end of the block."""
    hub = Hub("", cache)
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        hub.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield hub
        finally:
            hub.stop.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.hub.requests.append((self.command, self.path, self.headers.get("Range")))
        if self.hub.hang:
            self.hub.stop.wait(30)
            self.close_connection = True
        elif self.hub.portal:
            self._send(200, b"<html>please log in</html>", {"Content-Type": "text/html"})
        elif match := _INFO.fullmatch(self.path):
            self._info(match["repo"], match["revision"] or "main")
        elif match := _FILE.fullmatch(self.path):
            self._file(match["repo"], match["revision"], match["file"])
        else:
            self._send(404, b"", {})

    def _info(self, name: str, revision: str) -> None:
        if repo := self._repo(name, revision):
            commit = str(repo.commit(revision))
            siblings = [
                _sibling(path, content, repo.sizes.get(path, len(content)))
                for path, content in repo.commits[commit].items()
            ]
            body = {"id": name, "sha": commit, "siblings": siblings, "private": False}
            self._send(200, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _file(self, name: str, revision: str, path: str) -> None:
        if not (repo := self._repo(name, revision)):
            return
        if repo.gated:
            return self._send(403, b"", {"X-Error-Code": "GatedRepo"})
        commit = str(repo.commit(revision))
        if path not in repo.commits[commit]:
            return self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
        content = repo.commits[commit][path]
        headers = {"X-Repo-Commit": commit, "ETag": f'"{_etag(path, content)}"'}
        headers["X-Linked-Size"] = str(len(content))
        if self.command == "HEAD":
            return self._send(200, content, headers)
        troubles = repo.trouble.get(path, [])
        self._content(content, headers, troubles.pop(0) if troubles else None)

    def _content(self, content: bytes, headers: dict[str, str], trouble: str | None) -> None:
        start = int((self.headers.get("Range") or "bytes=0-")[6:].rstrip("-"))
        rest = content[start:]
        match trouble:
            case "wrong":
                rest = bytes(255 - byte for byte in rest)
            case "short":
                rest = rest[: len(rest) // 2]
            case "cut" | "reset":
                self._send(200, rest, headers, send=len(rest) // 2)
                if trouble == "reset":  # the other side sees an error instead of an end
                    time.sleep(0.1)  # so that what was sent is read before
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    os.close(self.connection.detach())
                self.close_connection = True
                return
        self._send(206 if start else 200, rest, headers)

    def _repo(self, name: str, revision: str) -> Repo | None:
        repo = self.hub.repos.get(name)
        if repo is None:
            self._send(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif repo.commit(revision) is None:
            self._send(404, b"", {"X-Error-Code": "RevisionNotFound"})
            return None
        return repo

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], send: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[:send])
            self.wfile.flush()


def _sibling(path: str, content: bytes, size: int) -> dict[str, object]:
    found: dict[str, object] = {"rfilename": path, "size": size, "blobId": _git_hash(content)}
    if _in_lfs(path):
        digest = hashlib.sha256(content).hexdigest()
        found["lfs"] = {"sha256": digest, "size": size, "pointerSize": 130}
    return found


def _etag(path: str, content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if _in_lfs(path) else _git_hash(content)


def _git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _in_lfs(path: str) -> bool:
    return path.endswith((".safetensors", ".bin", ".h5", ".msgpack", ".onnx", ".ot"))
