"""Chat templates, rendered as transformers renders them, without importing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mt.backends import Task
from mt.backends.folder import ModelFolder
from mt.errors import ModelError

Prompt = Callable[[str], str]


def chat_prompt(folder: ModelFolder, task: Task) -> Prompt | None:
    """What turns a source into the text that the model continues; None if it is no chat model.

    Raises:
        ModelError: the model's template cannot be used.
    """
    template = _template(folder)
    if template is None:
        return None
    try:
        compiled = _environment().from_string(template)
    except TemplateError as error:
        raise ModelError(f"the chat template of {folder.path} is broken: {error}") from error
    marks = _special_tokens(folder)
    structured = "source_lang_code" in template  # TranslateGemma, and its like

    def prompt(source: str) -> str:
        content = _translation_request(source, task) if structured else fill(task, source)
        messages = [{"role": "user", "content": content}]
        try:
            return compiled.render(messages=messages, add_generation_prompt=True, **marks)
        except TemplateError as error:
            raise ModelError(f"the chat template of {folder.path} fails: {error}") from error

    return prompt


def fill(task: Task, source: str) -> str:
    """The task's prompt with the source in it; braces elsewhere are left alone.

    >>> fill(Task(prompt="Translate: {source}"), "{x}")
    'Translate: {x}'
    """
    return task.prompt.replace("{source}", source)


def _translation_request(source: str, task: Task) -> list[dict[str, str]]:
    return [
        {
            "type": "text",
            "source_lang_code": task.source_language,
            "target_lang_code": task.target_language,
            "text": source,
        }
    ]


def _template(folder: ModelFolder) -> str | None:
    file = folder.path / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    told = folder.tokenizer.get("chat_template")
    if isinstance(told, list):  # several, each with a name
        told = {entry["name"]: entry["template"] for entry in told}.get("default")
    return told


def _special_tokens(folder: ModelFolder) -> dict[str, str]:
    """Those that a template may name: `{{ bos_token }}`."""
    found = {}
    for name in ("bos_token", "eos_token", "pad_token", "unk_token"):
        token = folder.tokenizer.get(name)
        if isinstance(token, Mapping):  # an added token, written out
            token = token.get("content")
        if token is not None:
            found[name] = str(token)
    return found


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _raise_exception
    environment.globals["strftime_now"] = _strftime_now
    return environment


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _strftime_now(pattern: str) -> str:
    return datetime.now().strftime(pattern)
