"""The base model arranged for fast training on a CPU.

Computes in bfloat16 with float32 master weights; compiled by `torch.compile`; attention within the
pairs of a packed row; the loss over the answer's positions only, without a full table of logits.
Trains every linear layer and norm and the vectors of the source tokens. The target vectors, which
are also the output matrix, stay as in the base, so that they need not ship.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from mt.bundled.recipe.batches import Batch

SOURCE_VECTORS = "source_vectors"  # name of the source tokens' vectors among the weights
LOSS_ROWS = 128  # answer positions whose logits are held at a time


def packed_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention as two batched products; heads that share keys are laid end to end.

    Faster here than the flash kernel for CPUs, which is slow in bfloat16 on short rows.
    """
    rows, heads, length, width = query.shape
    shared = key.shape[1]
    grouped = query.reshape(rows, shared, heads // shared * length, width)
    scores = grouped @ key.transpose(2, 3) * scaling
    scores = scores.view(rows, heads, length, length).float() + mask
    weights = scores.softmax(-1).to(value.dtype)
    mixed = weights.view(rows, shared, heads // shared * length, length) @ value
    return mixed.view(rows, heads, length, width).transpose(1, 2).contiguous(), None


ALL_ATTENTION_FUNCTIONS.register("packed", packed_attention)


class SmoothedLoss(torch.autograd.Function):
    """Sum of label-smoothed cross-entropies, its gradient made on the way."""

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, head: Tensor, answers: Tensor, smoothing: float
    ) -> Tensor:
        """`hidden` [n, width] against rows of `head`."""
        padding = -len(hidden) % LOSS_ROWS
        padded = nn.functional.pad(hidden, (0, 0, 0, padding))
        wanted = nn.functional.pad(answers, (0, padding))
        parts = [
            _chunk_loss(h, head, a, smoothing)
            for h, a in zip(
                torch.split(padded, LOSS_ROWS), torch.split(wanted, LOSS_ROWS), strict=True
            )
        ]
        ctx.save_for_backward(torch.cat([gradient for _, gradient in parts])[: len(hidden)])
        return torch.cat([losses for losses, _ in parts])[: len(hidden)].sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        """The saved gradient, scaled."""
        (saved,) = ctx.saved_tensors
        return saved * gradients[0].to(saved.dtype), None, None, None


def _softmax_parts(logits: Tensor, answers: Tensor, smoothing: float) -> tuple[Tensor, Tensor]:
    """Loss of each row and its gradient by the logits."""
    scores = logits.float()
    total = scores.logsumexp(-1)
    right = scores.gather(1, answers.unsqueeze(1)).squeeze(1)
    losses = total - (1 - smoothing) * right - smoothing * scores.mean(-1)
    gradient = (scores - total.unsqueeze(1)).exp() - smoothing / scores.shape[1]
    return losses, gradient.to(logits.dtype)


softmax_parts = torch.compile(_softmax_parts, dynamic=False)  # compiled when first called


def _chunk_loss(
    h: Tensor, head: Tensor, answers: Tensor, smoothing: float
) -> tuple[Tensor, Tensor]:
    losses, gradient = softmax_parts(h @ head.T, answers, smoothing)
    gradient[torch.arange(len(h)), answers] -= 1 - smoothing
    return losses, gradient @ head


class Network:
    """The model; its float32 master weights lie one after the other in a single flat tensor.

    So they, their gradients and the optimizer's averages can be shared between processes.
    """

    def __init__(self, folder: Path, target_tokens: int) -> None:
        """`folder` holds a Llama whose vocabulary is `target_tokens`, then the source tokens."""
        self.model: LlamaForCausalLM = LlamaForCausalLM.from_pretrained(
            folder, dtype=torch.bfloat16, attn_implementation="packed"
        )
        self.target_tokens = target_tokens
        self.model.requires_grad_(False)
        self.head = self.model.lm_head.weight[:target_tokens]
        inner = {n: p for n, p in self.model.model.named_parameters() if "embed_tokens" not in n}
        self.working = {f"model.{name}": p.requires_grad_() for name, p in inner.items()}
        table = self.model.model.embed_tokens.weight
        self.shapes = {name: p.shape for name, p in self.working.items()}
        self.shapes[SOURCE_VECTORS] = table[target_tokens:].shape
        self.size = sum(shape.numel() for shape in self.shapes.values())
        self.vectors_at = self.size - self.shapes[SOURCE_VECTORS].numel()
        self.masters: dict[str, Tensor] = {}
        for layer in self.model.model.layers:  # one by one: compiled once, as all are alike
            layer.compile(dynamic=False)

    def views(self, flat: Tensor) -> dict[str, Tensor]:
        """The parts of a flat tensor by the name of the weight they belong to."""
        parts = torch.split(flat, [shape.numel() for shape in self.shapes.values()])
        return {n: part.view(s) for (n, s), part in zip(self.shapes.items(), parts, strict=True)}

    def attach(self, flat: Tensor) -> None:
        """Take this flat tensor for the master weights."""
        self.masters = self.views(flat)
        self.source_vectors = nn.Parameter(self.masters[SOURCE_VECTORS])
        self.refresh()

    def starting_weights(self, folder: Path) -> Tensor:
        """Flat master weights at the precision they were saved with, not at bfloat16."""
        from safetensors import safe_open

        flat = torch.empty(self.size)
        with safe_open(folder / "model.safetensors", "pt") as tensors:
            for name, part in self.views(flat).items():
                if name == SOURCE_VECTORS:
                    table = tensors.get_tensor("model.embed_tokens.weight")
                    part.copy_(table[self.target_tokens :])
                else:
                    part.copy_(tensors.get_tensor(name))
        return flat

    def _hidden(self, vectors: Tensor, positions: Tensor, segments: Tensor) -> Tensor:
        """Last hidden states; a position sees those before it in its own segment."""
        length = vectors.shape[1]
        same = segments.unsqueeze(2) == segments.unsqueeze(1)
        earlier = torch.ones(length, length, dtype=torch.bool).tril()
        mask = torch.where(same & earlier, 0.0, -1e9).unsqueeze(1)
        out = self.model.model(
            inputs_embeds=vectors, attention_mask=mask, position_ids=positions, use_cache=False
        )
        hidden: Tensor = out.last_hidden_state
        return hidden

    def loss(self, batch: Batch, smoothing: float = 0.0) -> Tensor:
        """Sum of the losses of the answer's tokens."""
        edge = self.target_tokens
        english = self.model.model.embed_tokens.weight[:edge]
        known = nn.functional.embedding(batch.ids.clamp(max=edge - 1), english)
        new = nn.functional.embedding((batch.ids - edge).clamp(min=0), self.source_vectors)
        vectors = torch.where((batch.ids >= edge).unsqueeze(-1), new.to(known.dtype), known)
        hidden = self._hidden(vectors, batch.positions, batch.segments)
        chosen = hidden.flatten(0, 1)[batch.predict]
        total: Tensor = SmoothedLoss.apply(chosen, self.head, batch.answers, smoothing)  # type: ignore[no-untyped-call]
        return total

    @torch.no_grad()
    def move_gradients(self, flat: Tensor) -> None:
        """Add the gradients of the last backward pass to those in a flat tensor."""
        parts = self.views(flat)
        for name, working in self.working.items():
            if working.grad is not None:
                parts[name] += working.grad
                working.grad = None
        if self.source_vectors.grad is not None:
            parts[SOURCE_VECTORS] += self.source_vectors.grad
            self.source_vectors.grad = None

    @torch.no_grad()
    def refresh(self) -> None:
        """Copy the master weights into the model that computes."""
        masters = [self.masters[name] for name in self.working]
        torch._foreach_copy_(list(self.working.values()), masters)

    @torch.no_grad()
    def whole(self) -> LlamaForCausalLM:
        """The model as it stands, for decoding."""
        self.model.model.embed_tokens.weight[self.target_tokens :] = self.source_vectors
        return self.model
