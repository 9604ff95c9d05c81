"""`python -m rnnbench.scratch book.txt`: train on a text, print its score beside a bigram model's, generate text."""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rnnbench.scratch.base import ScratchError
from rnnbench.scratch.cells import CELLS
from rnnbench.scratch.model import BITS, TextModel
from rnnbench.scratch.optimizers import DEFAULT_RATES, OPTIMIZERS
from rnnbench.scratch.training import Schedule

MODEL_SUFFIX = ".npz"


def parser() -> argparse.ArgumentParser:
    """The command-line parser."""
    options = argparse.ArgumentParser(
        prog="python -m rnnbench.scratch",
        description="Train a recurrent network in NumPy on a text, and generate text with it.",
    )
    options.add_argument("file", type=Path, help=f"a text in UTF-8, or a model written by --save ({MODEL_SUFFIX})")
    options.add_argument("--cell", choices=[*CELLS], default="lstm")
    options.add_argument("--updates", type=_at_least(1), default=1500, help="number of training updates (1500)")
    options.add_argument("--hidden-size", type=_at_least(1), default=128, help="size of the state (128)")
    options.add_argument("--optimizer", choices=[*OPTIMIZERS], default="adam", help="sgd has a momentum of 0.9 (adam)")
    rates = ", ".join(f"{name} {rate}" for name, rate in DEFAULT_RATES.items())
    options.add_argument("--learning-rate", type=_above_zero, help=f"default: {rates}")
    options.add_argument("--clip", type=_above_zero, default=1.0, help="maximum norm of the gradient (1)")
    options.add_argument(
        "--clip-each", action="store_true", help="clip each element of the gradient instead of its norm"
    )
    options.add_argument("--length", type=_at_least(0), default=400, help="number of characters to generate (400)")
    options.add_argument(
        "--temperature",
        type=float,
        default=0.8,
        help="0: the most probable character; 1: the predicted probabilities (0.8)",
    )
    options.add_argument("--prompt", help="start of the generated text (the first line of the text)")
    options.add_argument("--seed", type=_at_least(0), default=0)
    options.add_argument("--save", type=Path, help=f"file to save the model in ({MODEL_SUFFIX})")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code: 0, 2 after an error message, 130 after Ctrl-C."""
    options = parser().parse_args(arguments)
    try:
        _run(options)
    except ScratchError as error:
        print(f"rnnbench.scratch: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("rnnbench.scratch: stopped", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    if not 0 <= options.temperature < math.inf:  # also refuses nan
        raise ScratchError(f"--temperature must be at least 0, not {options.temperature}")
    if options.file.suffix == MODEL_SUFFIX:
        model = TextModel.load(options.file)
        prompt = options.prompt or model.vocabulary.characters[0]
    else:
        text = read(options.file)
        prompt = options.prompt or text.lstrip().partition("\n")[0][:40] or text[0]
        _check(options, text, prompt)
        model = _trained(options, text)
    if options.save is not None:
        model.save(options.save)
        print(f"saved {options.save}", file=sys.stderr)
    print(model.generate(prompt, options.length, temperature=options.temperature, seed=options.seed))


def read(path: Path) -> str:
    """Read a text file. Raises: ScratchError if it is missing, empty or not UTF-8."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScratchError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        raise ScratchError(f"{path} is not UTF-8 text: byte {error.start} is invalid") from None
    if not text.strip():
        raise ScratchError(f"{path} is empty")
    return text


def _check(options: argparse.Namespace, text: str, prompt: str) -> None:
    """Report errors of prompt and output path before training. Raises: ScratchError."""
    unknown = sorted(set(prompt) - set(text))
    if unknown:
        raise ScratchError(
            f"the prompt has characters that do not occur in {options.file}: {', '.join(map(repr, unknown))}"
        )
    if options.save is not None and options.save.suffix != MODEL_SUFFIX:
        raise ScratchError(f"--save needs a file name that ends in {MODEL_SUFFIX}, not {options.save}")
    if options.save is not None and not options.save.absolute().parent.is_dir():
        raise ScratchError(f"cannot write {options.save}: its folder does not exist")


def _trained(options: argparse.Namespace, text: str) -> TextModel:
    started, every = time.monotonic(), max(1, options.updates // 10)
    print(f"{len(text):,} characters, {len(set(text))} distinct; the last tenth is held out", file=sys.stderr)

    def report(done: int, loss: float) -> None:
        if done % every == 0 or done == options.updates:
            seconds = time.monotonic() - started
            print(f"update {done:>5}  {loss * BITS:.3f} bits per character  {seconds:.0f} s", file=sys.stderr)

    model = TextModel.train(
        text,
        cell=options.cell,
        hidden_size=options.hidden_size,
        schedule=Schedule(updates=options.updates, clip=options.clip, clip_each=options.clip_each),
        optimizer=OPTIMIZERS[options.optimizer](options.learning_rate or DEFAULT_RATES[options.optimizer]),
        seed=options.seed,
        report=report,
    )
    print(f"held out  {model.bits_per_character:.3f} bits per character", file=sys.stderr)
    print(f"bigram    {model.bigram_bits_per_character:.3f} bits per character", file=sys.stderr)
    return model


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}")
        return value

    number.__name__ = "whole number"
    return number


def _above_zero(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


_above_zero.__name__ = "number"


def _on_one_thread() -> None:
    """Restart the program with one BLAS thread, unless the environment sets the number of threads.

    A second thread gains little for products of this size, and can be twenty times slower on a busy machine. BLAS reads
    the number once, when NumPy is loaded, which is before this file.
    """
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    if not any(name in os.environ for name in names):
        os.environ.update(dict.fromkeys(names, "1"))
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


if __name__ == "__main__":
    _on_one_thread()
    sys.exit(main())
