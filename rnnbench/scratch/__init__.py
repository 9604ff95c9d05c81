"""Recurrent networks in NumPy alone: Elman's RNN, LSTM and GRU with hand-written forward and backward passes.

    from rnnbench.scratch import TextModel

    model = TextModel.train(open("book.txt").read(), cell="gru", updates=1500)
    print(model.bits_per_character, model.bigram_bits_per_character)
    print(model.generate("The "))
    model.save("book.npz")

or, from the command line, `python -m rnnbench.scratch book.txt`.

The package depends on NumPy only and is meant to be read: `rnn.py` is the shortest complete example of backpropagation
through time, `lstm.py` and `gru.py` add their gates, and `training.py` is the training loop. Weights have torch's
layout, so they can be copied in both directions:

    from rnnbench.scratch import CELLS, Weights

    encoded = CELLS["lstm"].forward(x, Weights(weight_ih, weight_hh, bias_ih, bias_hh))    # x: (batch, time, input)
    gradients = CELLS["lstm"].backward(encoded.trace, steps_error)
"""

from rnnbench.scratch.base import Encoded, Gradients, ScratchError, Weights, initialize
from rnnbench.scratch.bigram import bigram_loss
from rnnbench.scratch.cells import CELLS
from rnnbench.scratch.model import TextModel
from rnnbench.scratch.optimizers import SGD, Adagrad, Adam
from rnnbench.scratch.training import Schedule

__all__ = [
    "CELLS",
    "SGD",
    "Adagrad",
    "Adam",
    "Encoded",
    "Gradients",
    "Schedule",
    "ScratchError",
    "TextModel",
    "Weights",
    "bigram_loss",
    "initialize",
]
