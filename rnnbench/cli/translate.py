"""Texts translated by a trained model, printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnbench.cli.console import notes, out
from rnnbench.cli.description import print_lines
from rnnbench.cli.inference import check_reading_options, load_model, texts_of_file
from rnnbench.cli.lines import MOST_LINES, input_lines, is_terminal, on_one_line
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.paths import expanded
from rnnbench.core.text import HIDDEN, nfc

if TYPE_CHECKING:
    from rnnbench.tasks.inference import Alignment, CanTranslate, Translation

PICTURES = (".pdf", ".png", ".svg")


@dataclass(frozen=True)
class Search:
    """How texts are translated and what is printed of it.

    beam: hypotheses that are kept in the search. best: translations of each text that are printed.
    picture: a file for the attention of the first text.

    Raises: RnnbenchError for values that exclude each other.
    """

    beam: int
    best: int
    picture: Path | None

    def __post_init__(self) -> None:
        if self.best > self.beam:
            raise RnnbenchError(
                f"the search keeps {self.beam} hypotheses, so there are no {self.best} best: add --beam {self.best}"
            )
        if self.picture is not None and self.picture.suffix.lower() not in PICTURES:
            raise RnnbenchError(f"{self.picture.name}: pictures end in {', '.join(PICTURES)}")


def print_translations(
    run: str,
    data: str | None,
    texts: Sequence[str],
    file: Path | None,
    reading: Mapping[str, str | bool],
    search: Search,
    *,
    as_json: bool,
) -> None:
    """Print the translation of each text: of those typed and of a file, else of each line of the standard input.

    reading: the settings of how the file is read that are typed.
    """
    from rnnbench.tasks.inference import CanTranslate

    check_reading_options(reading, file)
    _check_typed(texts)
    is_streamed = not texts and file is None
    if is_streamed and is_terminal():
        raise RnnbenchError(
            'no text to translate: type --text "..." or --file FILE, or pipe lines: cat FILE | rnnbench translate'
        )
    model: CanTranslate = load_model(run, CanTranslate, data)
    source, target = model.languages
    notes.print(f"translates {source} to {target}", style="dim")
    if is_streamed:
        notes.print("reads the standard input, a text per line", style="dim")
        for pairs in _translated(model, input_lines(), search):
            _print(pairs, search, as_json)
        return
    texts = [nfc(text).strip() for text in texts]
    lines: list[tuple[str, str]] = []
    warnings: tuple[str, ...] = ()
    if file is not None:
        of_file, lines, warnings = texts_of_file(expanded(file), reading, source, keep_empty=True)
        print_lines(lines, warnings, notes)
        texts += of_file
    translated = _translated(model, (texts[start:][:MOST_LINES] for start in range(0, len(texts), MOST_LINES)), search)
    if not as_json:
        for pairs in translated:
            _print(pairs, search, as_json)
        return
    from rnnbench.data.description import by_label

    plain = {"run_id": model.run_id, "source": source, "target": target, "beam": search.beam}
    plain |= {"translations": [_to_plain(*pair) for pairs in translated for pair in pairs]}
    out.print_json(json.dumps(plain | {"understood": by_label(lines), "warnings": [*warnings]}))


def _check_typed(texts: Sequence[str]) -> None:
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            which = f"text {number} of {len(texts)}" if len(texts) > 1 else "the text"
            raise RnnbenchError(f"{which} is empty: there is nothing to translate")


def _translated(
    model: CanTranslate, batches: Iterable[Sequence[str]], search: Search
) -> Iterator[list[tuple[str, Translation | None]]]:
    """The texts of each batch, with their translations; an empty text has none."""
    picture = search.picture
    for batch in batches:
        texts = [text for text in batch if text]
        translations: list[Translation] = []
        if picture is not None and texts:
            translations += model.translations(texts[:1], beam=search.beam, best=search.best, attention=True)
            _draw(translations[0].alignment, picture)
            picture = None
        others = texts[len(translations) :]
        translations += model.translations(others, beam=search.beam, best=search.best) if others else []
        remaining = iter(translations)
        yield [(text, next(remaining) if text else None) for text in batch]


def _draw(alignment: Alignment | None, path: Path) -> None:
    """Write the picture of an alignment, in the format of the file's name."""
    if alignment is None:
        raise RnnbenchError(f"the model gave no attention: there is nothing to draw in {path.name}")
    from rnnbench.core.files import write_whole
    from rnnbench.reports.figures.alignment import alignment_figure
    from rnnbench.reports.figures.base import png, saved
    from rnnbench.reports.figures.svg import svg

    figure = alignment_figure(alignment.source, alignment.target, alignment.weights)
    match path.suffix.lower():
        case ".png":
            content = png(figure)
        case ".svg":
            content = svg(figure)
        case _:
            content = saved(figure, format="pdf", metadata={"CreationDate": None})
    write_whole(expanded(path), content)
    notes.print(f"wrote {path}")


def _print(pairs: Iterable[tuple[str, Translation | None]], search: Search, as_json: bool) -> None:
    """Print a translation per line; of several for each text, the text and below it each with its log probability."""
    for text, translation in pairs:
        if as_json:
            plain = _to_plain(text, translation)
            line = json.dumps(plain, ensure_ascii=False)
            lines = [line if HIDDEN.search(line) is None else json.dumps(plain)]
        elif translation is None:
            lines = [""]
        elif search.best == 1:
            lines = [on_one_line(translation.text)]
        else:
            lines = [on_one_line(text)]
            for number, hypothesis in enumerate(translation.hypotheses, start=1):
                lines.append(f"{number:>3}  {hypothesis.log_probability:8.2f}  {on_one_line(hypothesis.text)}")
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _to_plain(text: str, translation: Translation | None) -> dict[str, Any]:
    if translation is None:
        return {"source": text, "text": "", "hypotheses": []}
    plain = {
        "source": text,
        "text": translation.text,
        "hypotheses": [asdict(hypothesis) for hypothesis in translation.hypotheses],
    }
    return plain | ({} if translation.alignment is None else {"alignment": asdict(translation.alignment)})
