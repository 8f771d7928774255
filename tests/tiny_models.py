"""Real models of each class, too small to notice, that know a few sentences by heart.

Each is saved in the very files that the hub has for its class. They are trained in about a second
and answer in words, so tests compare text and not shapes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES as M2M_CODES
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as NLLB_CODES

from mt.backends.pytorch import quiet

PAIRS = {
    "صباح الخير": "good morning",
    "شكرا لك": "thank you",
    "أين المكتبة؟": "where is the library?",
    "فاز الفريق بالمباراة أمس": "the team won the match yesterday",
}
FRENCH = ("bonjour", "merci", "où est la bibliothèque ?", "l'équipe a gagné le match hier")
TEXTS = [*PAIRS, *PAIRS.values(), *FRENCH]
BUNDLED_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|> ' + message['content'] + '<|endoftext|>' }}{% endfor %}"
)
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# A beam of 4 looks at 8 tokens; in a vocabulary of a few words the search runs out of others.
_UNUSED = [f"<unused{i}>" for i in range(16)]
_SHAPE = {
    "d_model": 32,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 64,
    "decoder_ffn_dim": 64,
    "max_position_embeddings": 64,
}
_Row = tuple[list[int], list[int]]  # the ids of a source, and of its target with the end mark


def tiny_marian(folder: Path) -> Path:
    """OPUS-MT: two SentencePiece models, and a vocabulary whose ids are others than theirs."""
    folder.mkdir(parents=True)
    _write_sentencepiece(folder / "source.spm", PAIRS)
    _write_sentencepiece(folder / "target.spm", PAIRS.values())
    pieces = [*_pieces(folder / "source.spm"), *_pieces(folder / "target.spm")]
    # <pad> is the last one, as in all of OPUS-MT; CTranslate2 cuts it off.
    tokens = ["</s>", "<unk>", *dict.fromkeys(pieces), *_UNUSED, "<pad>"]
    _write_json(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    _write_json(folder / "tokenizer_config.json", {"source_lang": "ar", "target_lang": "en"})
    pad = len(tokens) - 1
    config = transformers.MarianConfig(
        **_SHAPE,
        vocab_size=len(tokens),
        pad_token_id=pad,
        eos_token_id=0,
        bos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=0,
        scale_embedding=True,
        static_position_embeddings=True,
        activation_function="swish",
    )
    config.save_pretrained(folder)
    with quiet():  # it advises to install sacremoses
        tokenizer = transformers.MarianTokenizer.from_pretrained(folder)
    rows = [
        (tokenizer(source)["input_ids"], tokenizer(text_target=target)["input_ids"])
        for source, target in PAIRS.items()
    ]
    model = _new(transformers.MarianMTModel, config)
    _train(model, rows, zero_pad=True)
    model.generation_config.update(num_beams=4, max_length=64, bad_words_ids=[[pad]])
    return _save(model, folder)


def tiny_nllb(folder: Path) -> Path:
    """NLLB: `arb_Arab` opens the source, and the output starts with the target language."""
    folder.mkdir(parents=True)
    _write_sentencepiece(folder / "sentencepiece.bpe.model", TEXTS, model_type="bpe")
    _write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "NllbTokenizer", "extra_special_tokens": NLLB_CODES},
    )
    tokenizer = transformers.NllbTokenizer.from_pretrained(folder)
    tokenizer.save_pretrained(folder)  # the hub has tokenizer.json too
    model = _m2m100(len(tokenizer))
    _train(model, _multilingual_rows(tokenizer, "arb_Arab", ("eng_Latn", "fra_Latn")), rate=1e-2)
    model.generation_config.update(max_length=60)
    return _save(model, folder)


def tiny_m2m100(folder: Path) -> Path:
    """M2M100: SentencePiece and a vocabulary of its own; `__ar__`, `__en__`."""
    folder.mkdir(parents=True)
    _write_sentencepiece(folder / "sentencepiece.bpe.model", TEXTS)
    pieces = _pieces(folder / "sentencepiece.bpe.model")
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *pieces]
    _write_json(folder / "vocab.json", {token: i for i, token in enumerate(tokens)})
    languages = [f"__{code}__" for code in M2M_CODES["m2m100"]]
    _write_json(
        folder / "tokenizer_config.json",
        {"tokenizer_class": "M2M100Tokenizer", "additional_special_tokens": languages},
    )
    tokenizer = transformers.M2M100Tokenizer.from_pretrained(folder)
    model = _m2m100(len(tokens) + len(languages) + 8)  # 8 rows that no token uses, as on the hub
    _train(model, _multilingual_rows(tokenizer, "__ar__", ("__en__", "__fr__")), rate=1e-2)
    model.generation_config.update(num_beams=5, max_length=60)
    return _save(model, folder)


def tiny_mbart50(folder: Path) -> Path:
    """mBART-50: nothing but SentencePiece; `ar_AR`, `en_XX`."""
    folder.mkdir(parents=True)
    _write_sentencepiece(folder / "sentencepiece.bpe.model", TEXTS)
    _write_json(folder / "tokenizer_config.json", {"tokenizer_class": "MBart50Tokenizer"})
    tokenizer = transformers.MBart50Tokenizer.from_pretrained(folder)
    config = transformers.MBartConfig(
        **_SHAPE,
        vocab_size=len(tokenizer),
        decoder_start_token_id=2,
        forced_eos_token_id=2,
        scale_embedding=True,
        tokenizer_class="MBart50Tokenizer",
    )
    model = _new(transformers.MBartForConditionalGeneration, config)
    _train(model, _multilingual_rows(tokenizer, "ar_AR", ("en_XX", "fr_XX")))
    model.generation_config.update(num_beams=5, max_length=60)
    return _save(model, folder)


def tiny_madlad(folder: Path) -> Path:
    """MADLAD-400: a T5 that finds the target language at the head of the source: `<2en>`."""
    folder.mkdir(parents=True)
    tags = ("<2en>", "<2fr>")
    _write_sentencepiece(folder / "spiece.model", TEXTS, symbols=tags, t5=True)
    _write_json(
        folder / "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer", "extra_ids": 0}
    )
    tokenizer = transformers.T5Tokenizer.from_pretrained(folder)
    rows = []
    for tag, targets in zip(tags, (PAIRS.values(), FRENCH), strict=True):
        for source, target in zip(PAIRS, targets, strict=True):
            pair = f"{tag} {source}", target
            rows.append(tuple(tokenizer(text)["input_ids"] for text in pair))
    model = _t5(transformers.T5ForConditionalGeneration, transformers.T5Config, len(tokenizer))
    # T5 1.1 has output weights of its own, and says so in its config.json.
    model.lm_head.weight = torch.nn.Parameter(0.05 * model.lm_head.weight.detach())
    _train(model, rows, steps=250)
    _save(model, folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    _write_json(
        folder / "config.json", {**config, "tie_word_embeddings": False, "n_positions": 2048}
    )
    return folder


def tiny_t5(folder: Path) -> Path:
    """A T5 that summarizes what comes after `summarize: `, as its config says."""
    folder.mkdir(parents=True)
    _write_sentencepiece(folder / "spiece.model", [*TEXTS, "summarize: "], t5=True)
    _write_json(
        folder / "tokenizer_config.json", {"tokenizer_class": "T5Tokenizer", "extra_ids": 0}
    )
    tokenizer = transformers.T5Tokenizer.from_pretrained(folder)
    rows = [
        tuple(tokenizer(text)["input_ids"] for text in (f"summarize: {long}", short))
        for long, short in SUMMARIES.items()
    ]
    model = _t5(transformers.MT5ForConditionalGeneration, transformers.MT5Config, len(tokenizer))
    model.config.task_specific_params = {
        "summarization": {"prefix": "summarize: ", "max_length": 30, "num_beams": 4}
    }
    _train(model, rows, rate=1e-2)
    return _save(model, folder)


SUMMARIES = {
    "the team won the match yesterday": "team won",
    "where is the library? thank you": "library?",
}


def tiny_bart(folder: Path) -> Path:
    """bart-large-cnn: byte-level BPE, a forced `<s>`, and a length that its config wants."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    _byte_level_bpe(special).model.save(str(_made(folder)))
    tokenizer = transformers.BartTokenizer.from_pretrained(folder)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    config = transformers.BartConfig(
        **_SHAPE, vocab_size=len(tokenizer), forced_bos_token_id=0, forced_eos_token_id=2
    )
    model = _new(transformers.BartForConditionalGeneration, config)
    rows = [tuple(tokenizer(text)["input_ids"] for text in pair) for pair in SUMMARIES.items()]
    _train(model, rows)
    model.generation_config.update(
        num_beams=4,
        length_penalty=2.0,
        min_length=6,
        max_length=24,
        no_repeat_ngram_size=3,
        early_stopping=True,
        forced_bos_token_id=0,
    )
    return _save(model, folder)


def tiny_pegasus(folder: Path) -> Path:
    """pegasus-xsum: nothing but SentencePiece, and positions that are computed."""
    folder.mkdir(parents=True)
    _write_sentencepiece(folder / "spiece.model", TEXTS, t5=True)
    _write_json(
        folder / "tokenizer_config.json", {"tokenizer_class": "PegasusTokenizer", "offset": 0}
    )
    tokenizer = transformers.PegasusTokenizer.from_pretrained(folder)
    config = transformers.PegasusConfig(
        **_SHAPE, vocab_size=len(tokenizer), forced_eos_token_id=1, scale_embedding=True
    )
    model = _new(transformers.PegasusForConditionalGeneration, config)
    rows = [tuple(tokenizer(text)["input_ids"] for text in pair) for pair in SUMMARIES.items()]
    _train(model, rows)
    model.generation_config.update(num_beams=8, length_penalty=0.6, max_length=60)
    return _save(model, folder)


def tiny_gpt_neo(folder: Path) -> Path:
    """A class that CTranslate2 does not know; it has learnt nothing."""
    tiny_llama(folder)
    (folder / "model.safetensors").unlink()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    config = transformers.GPTNeoConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_layers=2,
        attention_types=[[["global", "local"], 1]],
        num_heads=2,
        max_position_embeddings=128,
        bos_token_id=1,
        eos_token_id=2,
    )
    return _save(_new(transformers.GPTNeoForCausalLM, config), folder)


def tiny_chat_llama(folder: Path) -> Path:
    """A chat model whose template asks for an answer, as most do."""
    return tiny_llama(folder, CHAT_TEMPLATE)


def tiny_plain_llama(folder: Path) -> Path:
    """A model that was never taught to chat."""
    return tiny_llama(folder, None)


def tiny_llama(folder: Path, template: str | None = BUNDLED_TEMPLATE) -> Path:
    """A chat model (SmolLM2's files); with no template, a model that continues plain text."""
    tokenizer = _byte_level_bpe(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    pad, start, end = range(3)
    tokenizer.save(str(_made(folder) / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 256,
    }
    if template is not None:
        config["chat_template"] = template
    _write_json(folder / "tokenizer_config.json", config)
    llama = transformers.LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        bos_token_id=start,
        eos_token_id=end,
        pad_token_id=pad,
    )
    model = _new(transformers.LlamaForCausalLM, llama)
    rows = [
        (tokenizer.encode(_prompt(template, source)).ids, [*tokenizer.encode(target).ids, end])
        for source, target in PAIRS.items()
    ]
    _train_causal(model, rows, pad)
    model.generation_config.update(no_repeat_ngram_size=4, max_new_tokens=64)
    return _save(model, folder)


def _prompt(template: str | None, source: str) -> str:
    if template == BUNDLED_TEMPLATE:
        return f"<|im_start|> {source}<|endoftext|>"
    if template == CHAT_TEMPLATE:
        return f"<|im_start|>user\n{source}<|im_end|>\n<|im_start|>assistant\n"
    return f"{source} = "


def _m2m100(vocabulary: int) -> Any:
    config = transformers.M2M100Config(
        **_SHAPE, vocab_size=vocabulary, decoder_start_token_id=2, activation_function="relu"
    )
    return _new(transformers.M2M100ForConditionalGeneration, config)


def _t5(model_class: Any, config_class: Any, vocabulary: int) -> Any:
    config = config_class(
        vocab_size=vocabulary,
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
        decoder_start_token_id=0,
        feed_forward_proj="gated-gelu",
        tie_word_embeddings=False,
    )
    return _new(model_class, config)


def _new(model_class: Any, config: Any) -> Any:
    torch.manual_seed(0)
    return model_class(config)


def _multilingual_rows(tokenizer: Any, source: str, languages: Sequence[str]) -> list[_Row]:
    """The same sources into two languages: only the forced first token tells which."""
    rows = []
    for language, targets in zip(languages, (PAIRS.values(), FRENCH), strict=True):
        for text, target in zip(PAIRS, targets, strict=True):
            plain = [tokenizer(t, add_special_tokens=False)["input_ids"] for t in (text, target)]
            marks = tokenizer.convert_tokens_to_ids([source, language])
            end = tokenizer.eos_token_id
            rows.append(([marks[0], *plain[0], end], [marks[1], *plain[1], end]))
    return rows


def _train(
    model: Any,
    rows: Iterable[Any],
    *,
    rate: float = 5e-3,
    steps: int = 150,
    zero_pad: bool = False,
) -> None:
    sources, targets = zip(*rows, strict=True)
    pad, start = model.config.pad_token_id, model.config.decoder_start_token_id
    batch = {
        "input_ids": _padded(sources, pad),
        "attention_mask": _padded([[1] * len(ids) for ids in sources], 0),
        "decoder_input_ids": _padded([[start, *ids[:-1]] for ids in targets], pad),
        "labels": _padded(targets, -100),
    }
    _fit(model, batch, rate, steps, zero_pad=pad if zero_pad else None)


def _train_causal(model: Any, rows: Sequence[_Row], pad: int) -> None:
    rows_of_ids = [prompt + answer for prompt, answer in rows]
    labels = [[-100] * len(prompt) + answer for prompt, answer in rows]
    batch = {"input_ids": _padded(rows_of_ids, pad), "labels": _padded(labels, -100)}
    _fit(model, batch, rate=5e-3, steps=60)


def _fit(
    model: Any,
    batch: dict[str, torch.Tensor],
    rate: float,
    steps: int,
    zero_pad: int | None = None,
) -> None:
    torch.set_num_threads(1)  # so small a model only waits for the other threads
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    model.eval()  # no dropout: these are to be learnt by heart
    for _ in range(steps):
        model(**batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if zero_pad is not None:
            # Marian decodes from a zero vector, and its tied output weights let the row drift;
            # CTranslate2 hard-codes the zero and would get the first token wrong.
            model.model.shared.weight.data[zero_pad] = 0


def _padded(rows: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[value] * (longest - len(row))] for row in rows])


def _byte_level_bpe(special: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*TEXTS, *SUMMARIES, *SUMMARIES.values()], trainer)
    return tokenizer


def _write_sentencepiece(
    file: Path,
    texts: Iterable[str],
    *,
    model_type: str = "unigram",
    symbols: Sequence[str] = (),
    t5: bool = False,
) -> None:
    """A SentencePiece model; `t5` has <pad>, </s>, <unk> at its head and no <s>, as T5's has."""
    written = io.BytesIO()
    ids = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1} if t5 else {}
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([*texts] * 4),
        model_writer=written,
        model_type=model_type,
        vocab_size=120,
        hard_vocab_limit=False,
        user_defined_symbols=[*symbols, *_UNUSED],
        minloglevel=2,
        **ids,
    )
    file.write_bytes(written.getvalue())


def _pieces(file: Path) -> list[str]:
    model = sentencepiece.SentencePieceProcessor(model_file=str(file))
    pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    return [piece for piece in pieces if piece not in ("<unk>", "<s>", "</s>", *_UNUSED)]


def _write_json(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _save(model: Any, folder: Path) -> Path:
    with quiet():
        model.save_pretrained(folder)
    return folder
