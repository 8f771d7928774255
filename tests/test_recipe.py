"""The recipe of the bundled model, end to end on a toy corpus and a base made on the fly."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
import typer
from safetensors.torch import load_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from mt.bundled.recipe import average, data, drills, pack, vocabulary
from mt.bundled.recipe.batches import epochs, in_order, read_pairs
from mt.bundled.unpack import unpack

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
SUBJECTS = {"الوزير": "the minister", "الرئيس": "the president", "الجيش": "the army"}
VERBS = {"زار": "visited", "غادر": "left", "دخل": "entered"}
CITIES = {"حلب": "Aleppo", "بغداد": "Baghdad", "بيروت": "Beirut", "دمشق": "Damascus"}
PAIRS = [
    (f"{verb} {who} مدينة {city} اليوم.", f"{SUBJECTS[who]} {VERBS[verb]} {CITIES[city]} today.")
    for who in SUBJECTS
    for verb in VERBS
    for city in CITIES
]
DEV, TRAIN = PAIRS[:1], PAIRS[1:]


def write(file: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    file.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama that has read nothing, with a byte-level BPE of English."""
    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(0)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([" " + english for _, english in PAIRS], trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    vocabulary.finished_tokenizer(folder)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        initializer_range=0.1,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def training_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy corpus as `data.py` leaves it."""
    folder = tmp_path_factory.mktemp("data")
    rows = [(a, e, "tatoeba") for a, e in PAIRS]
    spoiled = [
        (*TRAIN[0], "tatoeba"),
        ("نص بلا ترخيص هنا", "text without a licence here", "hadith"),
        ("كلمة", "a translation that is much too long for the one word it stands for", "tatoeba"),
        ("كل هذا", "all of this has العربية in it", "tatoeba"),
    ]
    (folder / "pairs").mkdir()
    write(folder / "pairs" / "toy.tsv", rows + spoiled)
    dev = write(folder / "dev.tsv", DEV)
    data.main([folder / "pairs"], folder / "train.tsv", [dev])
    return folder / "train.tsv"


@pytest.fixture(scope="module")
def start(base: Path, training_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base with Arabic tokens."""
    folder = tmp_path_factory.mktemp("start")
    glosses = write(folder / "glosses.tsv", [*SUBJECTS.items(), *VERBS.items(), *CITIES.items()])
    vocabulary.main(base, training_file, folder / "model", [glosses], size=120)
    return folder / "model"


def training(start: Path, pairs: Path, run: Path, steps: int) -> subprocess.Popen[bytes]:
    """A training process of two workers."""
    options = f"--steps {steps} --save-minutes 0 --batch-tokens 512 --per-step 2 --no-compiled"
    rates = "--rate 5e-3 --vector-rate 1e-2"
    command = [sys.executable, "-m", "mt.bundled.recipe.train", str(start), str(pairs)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(
        [*command, "-o", str(run), *options.split(), *rates.split()],
        stdout=subprocess.DEVNULL,
        env=environment,
    )


def log_of(run: Path) -> list[dict[str, float]]:
    lines = (run / "log.jsonl").read_text("utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


@pytest.fixture(scope="module")
def trained(start: Path, training_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was killed after its first checkpoint, and started again."""
    run = tmp_path_factory.mktemp("run") / "toy"
    first = training(start, training_file, run, 120)
    while not (run / "checkpoint.pt").exists() and first.poll() is None:
        time.sleep(0.05)
    first.kill()
    first.wait()
    assert training(start, training_file, run, 120).wait() == 0
    return run


def test_data_keeps_sound_pairs_of_known_licence_that_are_not_held_out(
    training_file: Path,
) -> None:
    rows = [line.split("\t") for line in training_file.read_text("utf-8").split("\n") if line]
    assert sorted((a, e) for a, e, _ in rows) == sorted(TRAIN)


def test_neighbours_are_joined_without_losing_a_line() -> None:
    rows = [(f"جملة {i}", f"sentence {i}", "xquad") for i in range(50)]
    joined = data.balance({"xquad": rows}, seed=1)
    english = " ".join(row[1] for row in joined)
    copies = data.SETS["xquad"].copies
    assert len(joined) < 50 * copies
    assert all(english.count(f"sentence {i}") >= copies for i in range(50))


def test_formulae_have_the_same_slots_on_both_sides() -> None:
    _, sentences = drills.formulae(drills.FORMULAE)
    for arabic, english in sentences:
        left, right = (set(drills.SLOT.findall(text)) for text in (arabic, english))
        assert left == right, arabic


def test_english_tokenizes_as_in_the_base(base: Path, start: Path) -> None:
    old, new = (AutoTokenizer.from_pretrained(folder) for folder in (base, start))
    for _, english in PAIRS:
        assert old(english)["input_ids"] == new(english)["input_ids"]


def test_a_word_starts_near_its_gloss(start: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(start)
    table = load_file(start / "model.safetensors")["model.embed_tokens.weight"]
    arabic, english = (tokenizer(text)["input_ids"] for text in (" بغداد", " Baghdad"))
    assert len(arabic) == 1
    likeness = torch.cosine_similarity(table[arabic[0]], table[english].mean(0), dim=0)
    assert likeness > 0.99


def test_the_tokenizer_normalises_arabic(start: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(start)
    written = "زَارَ  الــوزير\u00a0بغداد؟ ٣"
    assert tokenizer(written)["input_ids"] == tokenizer("زار الوزير بغداد? 3")["input_ids"]


def test_a_batch_holds_every_answer_once(start: Path, training_file: Path) -> None:
    pairs = read_pairs(training_file, AutoTokenizer.from_pretrained(start))
    answers = [int(token) for batch in in_order(pairs, 512) for token in batch.answers]
    expected = [int(token) for pair in pairs for token in pair.ids[pair.answer :]]
    assert sorted(answers) == sorted(expected)


def test_skipping_batches_gives_those_that_follow(start: Path, training_file: Path) -> None:
    pairs = read_pairs(training_file, AutoTokenizer.from_pretrained(start))
    whole, rest = epochs(pairs, 128, seed=3), epochs(pairs, 128, seed=3, skip=30)
    expected = [next(whole) for _ in range(35)][30:]
    assert all(torch.equal(a.ids, next(rest).ids) for a in expected)


def test_a_killed_run_goes_on_and_learns(trained: Path) -> None:
    log = log_of(trained)
    beginnings = [entry for entry in log if "resumed" in entry]
    losses = [entry["loss"] for entry in log if "loss" in entry]
    assert [bool(entry["resumed"]) for entry in beginnings] == [False, True]
    assert beginnings[1]["step"] > 0
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize(("rank", "error"), [(0, 0.2), (48, 0.3)])
def test_a_packed_model_unpacks_to_nearly_the_same(
    trained: Path, base: Path, tmp_path: Path, rank: int, error: float
) -> None:
    pack.pack(trained / "model", base, tmp_path / "packed", rank=rank)
    unpack(tmp_path / "packed", base, tmp_path / "unpacked")
    before, old, after = (
        load_file(folder / "model.safetensors")
        for folder in (trained / "model", base, tmp_path / "unpacked")
    )
    name = "model.layers.1.mlp.up_proj.weight"
    change = before[name] - old[name]
    assert (after[name] - before[name]).norm() < error * change.norm()
    assert before.keys() == after.keys()


def test_the_unpacked_model_translates(trained: Path, base: Path, tmp_path: Path) -> None:
    pack.pack(trained / "model", base, tmp_path / "packed")
    unpack(tmp_path / "packed", base, tmp_path / "unpacked")
    model: Any = AutoModelForCausalLM.from_pretrained(tmp_path / "unpacked")
    tokenizer: Any = AutoTokenizer.from_pretrained(tmp_path / "unpacked")
    right = 0
    for arabic, english in TRAIN[::3]:
        message = [{"role": "user", "content": arabic}]
        prompt = tokenizer.apply_chat_template(
            message, add_generation_prompt=True, return_dict=True, return_tensors="pt"
        )
        answer = model.generate(**prompt)[0, prompt["input_ids"].shape[1] :]
        right += tokenizer.decode(answer, skip_special_tokens=True) == english
    assert right > len(TRAIN[::3]) / 2


def test_make_model_goes_from_text_to_packed_weights(base: Path, tmp_path: Path) -> None:
    (tmp_path / "pairs").mkdir()
    write(tmp_path / "pairs" / "toy.tsv", [(*pair, "tatoeba") for pair in PAIRS])
    (tmp_path / "news").mkdir()
    write(tmp_path / "news" / "toy.tsv", [("مقتل رجل في حلب", "Man killed in Aleppo", "news")])
    settings = {
        "PYTHON": sys.executable,
        "PAIRS": tmp_path / "pairs",
        "NEWS": tmp_path / "news",
        "DEV": write(tmp_path / "dev.tsv", DEV),
        "GLOSSES": write(tmp_path / "glosses.tsv", list(CITIES.items())),
        "BASE": base,
        "OUT": tmp_path / "out",
        "STEPS": 3,
        "DRILLS": "--sentences 10 --towns 5 --people 5",
        "VOCABULARY": "--size 500",
        "TRAINING": "--no-compiled --per-step 2",
    }
    values = [f"{name}={value}" for name, value in settings.items()]
    command = ["make", "--file", "mt/bundled/recipe/Makefile", *values]
    root = Path(__file__).parent.parent
    first = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert json.loads((tmp_path / "out" / "scores.jsonl").read_text("utf-8"))["segments"] == 1
    assert "<svg" in (tmp_path / "out" / "curve.svg").read_text("utf-8")
    unpack(tmp_path / "out" / "packed", base, tmp_path / "unpacked")
    again = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert "mt.bundled.recipe" not in again.stdout  # nothing is made twice


def test_the_mean_of_two_models_lies_between_them(
    start: Path, trained: Path, tmp_path: Path
) -> None:
    average.main(start, trained / "model", tmp_path / "mean", share=0.25)
    before, after, between = (
        load_file(folder / "model.safetensors")["model.layers.0.mlp.up_proj.weight"]
        for folder in (start, trained / "model", tmp_path / "mean")
    )
    assert torch.allclose(between, 0.75 * before + 0.25 * after, atol=1e-3)
    assert AutoTokenizer.from_pretrained(tmp_path / "mean")("حلب") == (
        AutoTokenizer.from_pretrained(start)("حلب")
    )


def test_models_of_different_vocabularies_have_no_mean(
    start: Path, base: Path, tmp_path: Path
) -> None:
    with pytest.raises(typer.BadParameter, match="different tokenizers"):
        average.main(base, start, tmp_path / "mean")


def after_one_step(trained: Path, start: Path, file: Path, run: Path, **changes: Any) -> Any:
    """The checkpoint a step after that of a trained model, its progress changed before."""
    shutil.copytree(trained, run)
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    state["progress"] |= changes
    torch.save(state, run / "checkpoint.pt")
    assert training(start, file, run, state["progress"]["step"] + 1).wait() == 0
    return torch.load(run / "checkpoint.pt", weights_only=True)


def test_another_training_file_is_read_from_its_beginning(
    trained: Path, start: Path, tmp_path: Path
) -> None:
    rows = [(arabic, f"{i} {english} {i * i}") for i, (arabic, english) in enumerate(TRAIN * 12)]
    other = write(tmp_path / "last.tsv", rows)  # many batches, no two alike; a step takes two
    after = after_one_step(trained, start, other, tmp_path / "other")
    digest = after["progress"]["pairs"]
    first, later = (
        after_one_step(trained, start, other, tmp_path / str(batch), batch=batch, pairs=digest)
        for batch in (0, 8)
    )
    assert [state["progress"]["batch"] for state in (after, first, later)] == [2, 2, 10]
    means = [state["mean"] for state in (after, first, later)]  # of gradients, the last included
    same, different = ((means[0] - other).norm() / means[0].norm() for other in means[1:])
    assert same < 1e-3 < 1e-2 < different, (same, different)


def test_a_run_goes_on_with_its_own_tokenizer_only(
    trained: Path, start: Path, training_file: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    shutil.copytree(start, tmp_path / "start")
    with (tmp_path / "start" / "tokenizer.json").open("a") as file:
        file.write("\n")
    assert training(tmp_path / "start", training_file, run, 500).wait() == 2
    assert (run / "checkpoint.pt").read_bytes() == (trained / "checkpoint.pt").read_bytes()


def test_a_last_file_has_all_of_the_news_and_a_share_of_the_rest() -> None:
    rows = {
        name: [(f"خبر {i}", f"{name} item {i}", name) for i in range(200)]
        for name in ("news", "tatoeba")
    }
    taken = [row[2] for row in data.balance(rows, seed=1, share=0.25)]
    assert taken.count("news") == 200 * data.SETS["news"].copies
    assert 25 < taken.count("tatoeba") < 75
