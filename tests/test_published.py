"""Published sets are read from their cache, and without a network are missed in plain words."""

from __future__ import annotations

import io
import tarfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import huggingface_hub
import pytest
from sacrebleu.dataset import DATASETS

from eval.articles import load_set
from mt.errors import DownloadError, InputError

SGML = """<doc docid="{talk}" genre="lectures">
<seg id="1"> {first} </seg>
<seg id="2">{second}</seg>
</doc>
"""


@pytest.fixture
def iwslt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """sacreBLEU's folder for IWSLT 2017, empty; the network is down."""
    dataset = DATASETS["iwslt17"]
    monkeypatch.setattr(dataset, "_outdir", str(tmp_path))
    monkeypatch.setattr(dataset, "_rawdir", str(tmp_path / "raw"))
    monkeypatch.setattr("eval.published.is_offline", lambda: False)

    def down(url: str) -> NoReturn:
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(urllib.request, "urlopen", down)
    yield tmp_path


def archive(sides: dict[str, list[str]]) -> bytes:
    """The archive that sacreBLEU fetches, with two talks of two segments."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, texts in sides.items():
            talks = [
                SGML.format(talk=t, first=texts[2 * t], second=texts[2 * t + 1]) for t in (0, 1)
            ]
            content = "".join(talks).encode()
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def test_a_set_of_sacrebleu_is_an_article_for_each_document(
    iwslt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arabic, english = DATASETS["iwslt17"].langpairs["ar-en"]
    packed = archive(
        {arabic: ["نعم", "لا", "ربما", "أبدا"], english: ["Yes", "No", "Perhaps", "Never"]}
    )
    monkeypatch.setattr(urllib.request, "urlopen", lambda url: io.BytesIO(packed))
    monkeypatch.setattr(DATASETS["iwslt17"], "md5", None)
    found = load_set("sacrebleu:iwslt17")
    assert [(a.id, a.sources, a.references) for a in found.articles] == [
        ("0", ["نعم", "لا"], ["Yes", "No"]),
        ("1", ["ربما", "أبدا"], ["Perhaps", "Never"]),
    ]
    assert found.name == "iwslt17"
    monkeypatch.undo()  # the network is gone, and the folder is sacreBLEU's own
    monkeypatch.setattr(DATASETS["iwslt17"], "_outdir", str(iwslt))
    assert load_set("sacrebleu:iwslt17", offline=True) == found, "from the cache"


def test_without_a_network_the_message_says_so(iwslt: Path) -> None:
    message = r"iwslt17 could not be fetched \(.*no route to host.*\); check the network"
    with pytest.raises(DownloadError, match=message):
        load_set("sacrebleu:iwslt17")
    with pytest.raises(DownloadError, match=r"iwslt17 is not in .* must not be fetched"):
        load_set("sacrebleu:iwslt17", offline=True)


def test_a_set_that_is_not_arabic_is_told_what_is() -> None:
    with pytest.raises(
        InputError, match="no set 'wmt17' from Arabic into English; it has iwslt17"
    ):
        load_set("sacrebleu:wmt17")


def test_a_file_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set.tsv").write_text("نعم\tyes\n", "utf-8")
    asked: list[object] = []

    def fetch(repo: str, file: str, **options: object) -> str:
        asked.extend((repo, file, options["repo_type"], options["revision"]))
        return str(tmp_path / file)

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", fetch)
    assert load_set("hub:me/news@v2#set.tsv").articles[0].references == ["yes"]
    assert asked == ["me/news", "set.tsv", "dataset", "v2"]


def test_a_file_of_the_hub_that_is_not_here() -> None:
    with pytest.raises(
        DownloadError, match=r"a\.jsonl of me/news is not in the cache and must not"
    ):
        load_set("hub:me/news#a.jsonl", offline=True)
    with pytest.raises(InputError, match="names no file; write hub:OWNER/NAME#FILE"):
        load_set("hub:me/news")
