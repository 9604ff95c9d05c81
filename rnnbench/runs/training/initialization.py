"""Initialize the weights of an encoder."""

from __future__ import annotations

import torch
from torch import nn

from rnnbench.encoders.base import Layer
from rnnbench.encoders.layers.attention import CrossAttention


def initialize(encoder: nn.Module, kind: str) -> None:
    """Initialize the encoder's matrices in place; biases and normalization gains keep their values.

    default        torch's default
    xavier         uniform, variance 2 / (inputs + outputs)   Glorot and Bengio (2010)
    xavier_normal  normal, of the same variance
    he             normal, variance 2 / inputs                He et al. (2015), arXiv:1502.01852
    orthogonal     state matrices orthogonal gate by gate, others as xavier   Saxe et al. (2013), arXiv:1312.6120
    identity       state matrices the identity gate by gate, others as xavier: with `nonlinearity: relu` the network of
                   Le, Jaitly and Hinton (2015), arXiv:1504.00941

    A matrix that stacks the gates of a recurrence is initialized gate by gate.
    """
    if kind == "default":
        return
    for layer in (module for module in encoder.modules() if isinstance(module, Layer)):
        recurrent = {id(matrix) for matrix in layer.recurrent_matrices()}
        for matrix in (parameter for parameter in layer.parameters() if parameter.dim() == 2):
            gates = _gates(matrix, layer.output_size) if recurrent else 1
            for gate in matrix.data.chunk(gates):
                _draw(gate, kind, is_recurrent=id(matrix) in recurrent)
    for attention in (module for module in encoder.modules() if isinstance(module, CrossAttention)):
        for matrix in (parameter for parameter in attention.parameters() if parameter.dim() == 2):
            _draw(matrix.data, kind, is_recurrent=False)


def _gates(matrix: torch.Tensor, size: int) -> int:
    return matrix.shape[0] // size if matrix.shape[0] % size == 0 else 1


def _draw(matrix: torch.Tensor, kind: str, *, is_recurrent: bool) -> None:
    if kind == "orthogonal" and is_recurrent:
        nn.init.orthogonal_(matrix)
    elif kind == "identity" and is_recurrent:
        nn.init.eye_(matrix)
    elif kind == "he":
        nn.init.kaiming_normal_(matrix, nonlinearity="relu")
    elif kind == "xavier_normal":
        nn.init.xavier_normal_(matrix)
    else:
        nn.init.xavier_uniform_(matrix)
