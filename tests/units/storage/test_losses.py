"""The losses of a run are stored bit for bit."""

import numpy as np
import pytest

from rnnbench.storage.losses import losses_from_bytes, losses_to_bytes

SINGLE = [0.5, float(np.float32(0.1)), float("nan"), float("inf"), -0.0]


@pytest.mark.parametrize("losses", [SINGLE, [*SINGLE, 0.1], [1e300], []])
def test_every_loss_is_read_back_as_it_was(losses):
    read = losses_from_bytes(losses_to_bytes(losses))
    assert read.tobytes() == np.array(losses, dtype=np.float64).tobytes()


def test_losses_in_single_precision_take_four_bytes_each():
    double = len(losses_to_bytes([0.1] * 1000))
    assert double - len(losses_to_bytes([0.5] * 1000)) == 4000


@pytest.mark.parametrize("content", [b"", b"no losses", losses_to_bytes([0.5, 0.25])[:-3]])
def test_a_damaged_file_is_refused(content):
    with pytest.raises(ValueError, match=r"losses|reshape|pickle|header|data"):
        losses_from_bytes(content)
