"""Hearth Mini as ordinary Transformers classes: configuration, blocks, model.

docs/adr/0001-hearth-mini-model.md is the specification. Module names equal GGUF tensor names, so a state dictionary is
written to and read from a GGUF file without translation. Two attention paths agree: `reference` (float32, the sparse
form of inference) and `fast` (bf16, fused kernels, with the losses of training); see `attention.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import torch
import torch.nn.functional as F
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from torch.nn.attention.flex_attention import BlockMask
from transformers import PretrainedConfig, PreTrainedModel
from transformers import initialization as init
from transformers.utils import ModelOutput

from .attention import AttentionShape, Memory, fast_attention, reference_attention, rotary_table, window_block_mask
from .encoders import PICTURE_VECTORS, Gain, Matrix, PictureEncoder, SoundEncoder, linear, residual_deviation, rms
from .experts import Routing, route, routed_grouped, routed_loop, swiglu

ABLATIONS = frozenset({"memory", "shared_expert", "cross_attention", "waveform", "spectrogram"})
END_OF_TEXT, END_OF_TURN, IMAGE_TOKEN, AUDIO_TOKEN = 0, 4, 5, 6
NO_MEDIA = 1 << 30
"""Position of a padding vector: no token ever sees it."""


@strict
class HearthConfig(PretrainedConfig):
    """Sizes of the model; the defaults are those of the shipped one."""

    model_type = "hearth"

    vocab_size: int = 16_384
    hidden_size: int = 512
    num_hidden_layers: int = 8
    num_attention_heads: int = 8
    num_key_value_heads: int = 2
    head_dim: int = 64
    rms_norm_eps: float = 1e-6
    rope_base: float = 10_000.0
    max_position_embeddings: int = 131_072
    sliding_window: int = 1_024
    memory_block: int = 32
    memory_selected: int = 16
    memory_layers: list[int] | tuple[int, ...] = (1, 3, 5, 7)
    num_experts: int = 16
    expert_hidden: int = 256
    expert_skip_threshold: float = 1.0
    cross_layers: list[int] | tuple[int, ...] = (1, 3, 5, 7)
    cross_heads: int = 8
    cross_kv_heads: int = 4
    tie_word_embeddings: bool = False

    @property
    def attention_shape(self) -> AttentionShape:
        """The sizes that `attention.py` needs."""
        return AttentionShape(self.sliding_window, self.memory_block, self.memory_selected)


@dataclass
class Media:
    """Pictures and recordings of a batch, already placed among the vectors of each row."""

    positions: Tensor
    """[B, M] position of the placeholder token of each vector, `NO_MEDIA` for padding."""
    pictures: Tensor | None = None
    """[P, 128, 128, 3] float in [-1, 1]."""
    picture_slots: Tensor | None = None
    """[P] first vector of a picture in the flattened [B * M] vectors."""
    picture_ordinals: Tensor | None = None
    """[P] number of the medium in its conversation."""
    frames: Tensor | None = None
    """[A, F, 400] framed, normalised sound; one entry for each chunk of 30 s."""
    frame_counts: Tensor | None = None
    """[A] real frames of each entry."""
    sound_slots: Tensor | None = None
    sound_ordinals: Tensor | None = None

    @staticmethod
    def of_one(
        ids: list[int], pictures: list[Tensor], sounds: list[list[Tensor]], device: torch.device | str = "cpu"
    ) -> Media:
        """The media of one conversation: pictures [128, 128, 3] in [-1, 1] and recordings as chunks of frames [f, 400].

        The k-th placeholder token of a kind belongs to the k-th picture or recording.
        """
        places, slots, frames = [], {IMAGE_TOKEN: [], AUDIO_TOKEN: []}, []
        ordinals: dict[int, list[int]] = {IMAGE_TOKEN: [], AUDIO_TOKEN: []}
        longest = max((len(chunk) for sound in sounds for chunk in sound), default=0)
        for position, token in enumerate(ids):
            if token not in slots:
                continue
            number = sum(value in slots for value in ids[:position])
            index = sum(value == token for value in ids[:position])
            chunks = [None] if token == IMAGE_TOKEN else sounds[index]
            for chunk in chunks:
                slots[token].append(len(places))
                ordinals[token].append(number)
                real = PICTURE_VECTORS if chunk is None else len(chunk) // 4
                padding = 0 if chunk is None else longest // 4 - real
                places += [position] * real + [NO_MEDIA] * padding
                if chunk is not None:
                    frames.append(chunk)

        def numbers(values: list[int]) -> Tensor | None:
            return torch.tensor(values, device=device) if values else None

        padded = [F.pad(chunk, (0, 0, 0, longest - len(chunk))) for chunk in frames]
        return Media(
            positions=torch.tensor([places], dtype=torch.long, device=device).reshape(1, -1),
            pictures=torch.stack(pictures).to(device) if pictures else None,
            picture_slots=numbers(slots[IMAGE_TOKEN]), picture_ordinals=numbers(ordinals[IMAGE_TOKEN]),
            frames=torch.stack(padded).to(device) if padded else None,
            frame_counts=numbers([len(chunk) for chunk in frames]),
            sound_slots=numbers(slots[AUDIO_TOKEN]), sound_ordinals=numbers(ordinals[AUDIO_TOKEN]),
        )


@dataclass
class HearthOutput(ModelOutput):
    """What `HearthForCausalLM.forward` returns."""

    loss: Tensor | None = None
    """Mean cross-entropy of the labels that are not -100, without the auxiliary losses."""
    logits: Tensor | None = None
    """[B, T, vocabulary] float32."""
    balance_loss: Tensor | None = None
    z_loss: Tensor | None = None
    memory_loss: Tensor | None = None
    loads: Tensor | None = None
    """[layers, experts] share of the assignments."""


@dataclass
class Step:
    """What every block of one forward pass shares."""

    cos: Tensor
    sin: Tensor
    window_mask: BlockMask | None
    vectors: Tensor | None
    """[B, M, d] media vectors."""
    positions: Tensor | None
    fast: bool
    far: str
    shape: AttentionShape
    ablate: frozenset[str]
    record: dict[str, Tensor] | None = field(default=None)


class Block(nn.Module):
    """One decoder layer: window attention with memory, gated cross-attention, experts."""

    def __init__(self, config: HearthConfig, index: int) -> None:
        super().__init__()
        self.config, self.index = config, index
        width, head, layers = config.hidden_size, config.head_dim, config.num_hidden_layers
        heads, groups = config.num_attention_heads, config.num_key_value_heads
        self.attn_norm, self.ffn_norm = Gain(width), Gain(width)
        self.attn_q, self.attn_k = Matrix(heads * head, width), Matrix(groups * head, width)
        self.attn_v = Matrix(groups * head, width)
        self.attn_output = Matrix(width, heads * head, deviation=residual_deviation(heads * head, layers))
        self.attn_q_norm, self.attn_k_norm = Gain(head), Gain(head)
        self.has_memory, self.has_cross = index in config.memory_layers, index in config.cross_layers
        if self.has_memory:
            self.attn_mem_query = Matrix(groups, head, deviation=0.02)
            self.attn_mem_pos = Gain(groups, config.memory_block, value=0.0)
            self.attn_mem_norm = Gain(head)
            self.attn_mem_bias = Gain(2, heads, value=0.0)
        if self.has_cross:
            inner, narrow = config.cross_heads * head, config.cross_kv_heads * head
            self.cross_norm = Gain(width)
            self.cross_q, self.cross_k = Matrix(inner, width), Matrix(narrow, width)
            self.cross_v = Matrix(narrow, width)
            self.cross_output = Matrix(width, inner, deviation=residual_deviation(inner, layers))
            self.cross_q_norm, self.cross_k_norm = Gain(head), Gain(head)
            self.cross_gate = Gain(1, value=0.0)
        experts, hidden = config.num_experts, config.expert_hidden
        self.ffn_gate_inp = Matrix(experts, width, deviation=0.02)
        self.ffn_gate_exps, self.ffn_up_exps = Matrix(experts, hidden, width), Matrix(experts, hidden, width)
        self.ffn_down_exps = Matrix(experts, width, hidden, deviation=residual_deviation(hidden, layers))
        self.ffn_gate_shexp, self.ffn_up_shexp = Matrix(hidden, width), Matrix(hidden, width)
        self.ffn_down_shexp = Matrix(width, hidden, deviation=residual_deviation(hidden, layers))

    def _heads(self, x: Tensor, layer: Matrix, count: int) -> Tensor:
        """Projects [B, T, d] and splits heads: [B, count, T, D]."""
        return linear(x, layer).view(*x.shape[:2], count, self.config.head_dim).transpose(1, 2)

    def _memory(self) -> Memory:
        return Memory(self.attn_mem_query.weight, self.attn_mem_pos.weight, self.attn_mem_norm.weight,
                      self.attn_mem_bias.weight)

    def attend(self, x: Tensor, step: Step) -> tuple[Tensor, Tensor]:
        """The attention update of x [B, T, d] and the auxiliary loss of the memory branch."""
        config, eps = self.config, self.config.rms_norm_eps
        h = rms(x, self.attn_norm.weight, eps)
        q = rms(self._heads(h, self.attn_q, config.num_attention_heads), self.attn_q_norm.weight, eps)
        k = rms(self._heads(h, self.attn_k, config.num_key_value_heads), self.attn_k_norm.weight, eps)
        v = self._heads(h, self.attn_v, config.num_key_value_heads)
        memory = self._memory() if self.has_memory and "memory" not in step.ablate else None
        shape = step.shape
        loss = x.new_zeros((), dtype=torch.float32)
        if step.fast:
            out, loss = fast_attention(q, k, v, step.cos, step.sin, shape, memory, eps, step.far, step.window_mask)
        else:
            record: dict[str, Tensor] | None = None if step.record is None else {}
            out = reference_attention(q, k, v, step.cos, step.sin, shape, memory, eps, step.far, record)
            if step.record is not None and memory is not None:
                step.record |= {f"blk.{self.index}.{name}": value for name, value in record.items()}
        return linear(out.transpose(1, 2).flatten(2), self.attn_output), loss

    def cross(self, x: Tensor, step: Step) -> Tensor:
        """The gated cross-attention update over the media vectors whose placeholder is not later than the token."""
        config, eps = self.config, self.config.rms_norm_eps
        h = rms(x, self.cross_norm.weight, eps)
        groups, repeat = config.cross_kv_heads, config.cross_heads // config.cross_kv_heads
        vectors = step.vectors.to(x.dtype)
        q = rms(self._heads(h, self.cross_q, config.cross_heads), self.cross_q_norm.weight, eps)
        k = rms(self._heads(vectors, self.cross_k, groups), self.cross_k_norm.weight, eps)
        v = self._heads(vectors, self.cross_v, groups)
        q = q.reshape(x.shape[0], groups, repeat, x.shape[1], config.head_dim)
        logits = (q @ k[:, :, None].transpose(-1, -2)).float() * config.head_dim**-0.5
        t = torch.arange(x.shape[1], device=x.device)
        seen = (step.positions[:, None, :] <= t[None, :, None])[:, None, None]
        weights = logits.masked_fill(~seen, -1e30).softmax(-1) * seen
        out = (weights.to(x.dtype) @ v[:, :, None]).flatten(1, 2).transpose(1, 2).flatten(2)
        return torch.tanh(self.cross_gate.weight).to(x.dtype) * linear(out, self.cross_output)

    def feed(self, x: Tensor, step: Step) -> tuple[Tensor, Routing]:
        """The feed-forward update and the routing decisions."""
        h = rms(x, self.ffn_norm.weight, self.config.rms_norm_eps).flatten(0, 1)
        threshold = 1.0 if step.fast else self.config.expert_skip_threshold
        routing = route(h, self.ffn_gate_inp.weight, threshold)
        weights = (self.ffn_gate_exps.weight, self.ffn_up_exps.weight, self.ffn_down_exps.weight)
        grouped = step.fast and h.is_cuda and h.dtype == torch.bfloat16
        y = (routed_grouped if grouped else routed_loop)(h, routing, *weights)
        if "shared_expert" not in step.ablate:
            y = y + swiglu(h, self.ffn_gate_shexp.weight, self.ffn_up_shexp.weight, self.ffn_down_shexp.weight)
        return y.view_as(x), routing

    def forward(self, x: Tensor, step: Step) -> tuple[Tensor, Tensor, Tensor]:
        """x [B, T, d] to the next x, the auxiliary losses [3] (balance, z, memory) and the loads [experts]."""
        update, memory_loss = self.attend(x, step)
        x = x + update
        if step.record is not None:
            step.record[f"blk.{self.index}.after_attention"] = x
        if self.has_cross and step.vectors is not None and "cross_attention" not in step.ablate:
            x = x + self.cross(x, step)
        update, routing = self.feed(x, step)
        x = x + update
        if step.record is not None:
            step.record[f"blk.{self.index}.after_ffn"] = x
            step.record[f"blk.{self.index}.routing_margin"] = routing.margin
        return x, torch.stack((routing.balance, routing.z, memory_loss)), routing.loads


class MediaEmbedding(nn.Module):
    """Brings projected vectors of both encoders into the scale of the decoder and tells them apart."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = Gain(width)
        self.type_embd, self.ordinal_embd = Matrix(2, width, deviation=0.1), Matrix(8, width, deviation=0.1)

    def forward(self, projected: Tensor, kind: int, ordinals: Tensor) -> Tensor:
        """projected [P, n, d]; `kind` 0 picture, 1 sound; ordinals [P] of the media in their conversations."""
        extra = self.type_embd.weight[kind] + self.ordinal_embd.weight[ordinals % 8]
        return rms(projected, self.norm.weight) + extra[:, None].to(projected.dtype)


class HearthPreTrainedModel(PreTrainedModel):
    """Start values of every parameter."""

    config_class = HearthConfig
    base_model_prefix = ""

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, Matrix):
            init.normal_(module.weight, std=module.deviation)
        elif isinstance(module, Gain):
            init.constant_(module.weight, module.value)
        if hasattr(module, "buffer_values"):
            for name, value in module.buffer_values().items():
                init.copy_(getattr(module, name), value)


class HearthForCausalLM(HearthPreTrainedModel):
    """The multimodal language model.

    `path` ("reference" or "fast"), `far` ("sparse" or "dense"), `window` (tokens; 0 for the configured length) and
    `ablate` (names from `ABLATIONS`) are settings of the object, not of the checkpoint. The fast path computes in
    `compute_dtype`; on CUDA that is bf16.
    """

    def __init__(self, config: HearthConfig) -> None:
        super().__init__(config)
        width = config.hidden_size
        self.token_embd = Matrix(config.vocab_size, width, deviation=0.02)
        self.blk = nn.ModuleList(Block(config, index) for index in range(config.num_hidden_layers))
        self.output_norm = Gain(width)
        self.v, self.a, self.mm = PictureEncoder(width), SoundEncoder(width), MediaEmbedding(width)
        self.path, self.far, self.ablate = "reference", "sparse", frozenset[str]()
        self.window = 0
        self.compute_dtype = torch.float32
        self._masks: dict[tuple[int, int, str], BlockMask] = {}
        self.post_init()

    def media_vectors(self, media: Media, record: dict[str, Tensor] | None = None) -> Tensor:
        """[B, M, d]: encodes the media and puts their vectors where `media` says."""
        kind = self.compute_dtype
        batch, count = media.positions.shape
        vectors = torch.zeros(batch * count, self.config.hidden_size, dtype=kind, device=media.positions.device)
        if media.pictures is not None:
            projected = self.v(media.pictures.to(kind))
            placed = self.mm(projected, 0, media.picture_ordinals)
            vectors = vectors.index_copy(0, _places(media.picture_slots, placed), placed.flatten(0, 1))
            if record is not None:
                record["picture.projected"] = projected
        if media.frames is not None:
            projected = self.a(media.frames, media.frame_counts, kind, self.ablate)
            placed = self.mm(projected, 1, media.sound_ordinals)
            vectors = vectors.index_copy(0, _places(media.sound_slots, placed), placed.flatten(0, 1))
            if record is not None:
                record["sound.projected"] = projected
        if record is not None:
            record["media.vectors"] = vectors.view(batch, count, -1)
        return vectors.view(batch, count, -1)

    def hidden(
        self, input_ids: Tensor, media: Media | None = None, record: dict[str, Tensor] | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """ids [B, T] to normed states [B, T, d], auxiliary losses summed over layers [3], loads [layers, experts]."""
        config, length = self.config, input_ids.shape[1]
        fast = self.path == "fast"
        shape = config.attention_shape
        if self.window > 0:
            shape = replace(shape, window=self.window)
        cos, sin = rotary_table(length, config.head_dim, config.rope_base, input_ids.device)
        vectors = self.media_vectors(media, record) if media is not None and media.positions.numel() else None
        step = Step(cos, sin, self._window_mask(length, shape, input_ids.device) if fast else None, vectors,
                    media.positions if vectors is not None else None, fast, self.far, shape, self.ablate, record)
        x = F.embedding(input_ids, self.token_embd.weight).to(self.compute_dtype)
        losses, loads = [], []
        for block in self.blk:
            x, extra, load = block(x, step)
            losses.append(extra)
            loads.append(load)
        return rms(x, self.output_norm.weight, config.rms_norm_eps), torch.stack(losses).sum(0), torch.stack(loads)

    def _window_mask(self, length: int, shape: AttentionShape, device: torch.device) -> BlockMask | None:
        """The fused kernel's mask, cached for each length; None where plain causal attention serves or on a CPU."""
        if device.type != "cuda" or length < shape.window + shape.block:
            return None
        key = (length, shape.window, str(device))
        if key not in self._masks:
            self._masks[key] = window_block_mask(length, shape, device)
        return self._masks[key]

    def forward(
        self, input_ids: Tensor, labels: Tensor | None = None, media: Media | None = None,
        record: dict[str, Tensor] | None = None,
    ) -> HearthOutput:
        """Logits of every position; with `labels` (as `input_ids`, -100 for no loss) also the shifted loss."""
        states, extra, loads = self.hidden(input_ids, media, record)
        logits = linear(states, self.token_embd).float()
        loss = None
        if labels is not None:
            loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)
        return HearthOutput(loss, logits, extra[0], extra[1], extra[2], loads)

    @torch.no_grad()
    def generate(
        self, prompts: list[list[int]], max_new_tokens: int = 64, temperature: float = 0.0, seed: int = 0,
        media: list[Media | None] | None = None,
    ) -> list[list[int]]:
        """Continues each prompt until `<|end|>`, `<|endoftext|>` or the limit; greedy when `temperature` is 0.

        Every step runs the whole sequence again, which is exact and slow. Text prompts run as one batch, padded on the
        right (attention is causal, so padding changes nothing); with `media` each prompt runs by itself.
        """
        if media is not None:
            return [self._continue([prompt], max_new_tokens, temperature, seed + index, one)[0]
                    for index, (prompt, one) in enumerate(zip(prompts, media))]
        return self._continue(prompts, max_new_tokens, temperature, seed, None)

    def _continue(
        self, prompts: list[list[int]], limit: int, temperature: float, seed: int, media: Media | None
    ) -> list[list[int]]:
        generator = torch.Generator().manual_seed(seed)
        rows, done = [list(prompt) for prompt in prompts], [False] * len(prompts)
        device = self.token_embd.weight.device
        for _ in range(limit):
            active = [index for index, finished in enumerate(done) if not finished]
            if not active:
                break
            longest = max(len(rows[index]) for index in active)
            ids = torch.zeros(len(active), longest, dtype=torch.long)
            for row, index in enumerate(active):
                ids[row, : len(rows[index])] = torch.tensor(rows[index])
            states, _, _ = self.hidden(ids.to(device), media)
            last = torch.tensor([len(rows[index]) - 1 for index in active], device=device)
            logits = linear(states[torch.arange(len(active), device=device), last], self.token_embd).float().cpu()
            if temperature > 0.0:
                picked = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)[:, 0]
            else:
                picked = logits.argmax(-1)
            for row, index in enumerate(active):
                token = int(picked[row])
                done[index] = token in (END_OF_TEXT, END_OF_TURN)
                if not done[index]:
                    rows[index].append(token)
        return [row[len(prompt) :] for row, prompt in zip(rows, prompts)]


def _places(slots: Tensor, placed: Tensor) -> Tensor:
    """Flat indices of the vectors of each medium: slots [P], placed [P, n, d] to [P * n]."""
    return (slots[:, None] + torch.arange(placed.shape[1], device=slots.device)).flatten()


def num_parameters(model: nn.Module) -> int:
    """Trained numbers of the model."""
    return sum(math.prod(parameter.shape) for parameter in model.parameters())
