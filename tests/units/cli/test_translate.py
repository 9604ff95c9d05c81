"""What `rnnbench translate` prints, with a model that translates by rule."""

from __future__ import annotations

import io
import json
import sys

import pytest
from fake_models import Shouting, use_model
from typer.testing import CliRunner, Result

from rnnbench.cli.commands import app


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Shouting:
    shouting = Shouting()
    use_model(monkeypatch, shouting)
    return shouting


def typed(*words: str, lines: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["translate", *words], input=lines)


def printed(*words: str, lines: str | bytes | None = None) -> str:
    done = typed(*words, lines=lines)
    assert done.exit_code == 0, done.output
    return done.stdout


def refusal(*words: str, lines: str | bytes | None = None) -> str:
    done = typed(*words, lines=lines)
    assert done.exit_code == 2, done.output
    assert not done.stdout
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("rnnbench: ")]
    return line.removeprefix("rnnbench: ")


@pytest.mark.parametrize("word", ["[bold]red[/bold]", "{name}", ":smile:", "[/]", "문장", "100 %", "$x$"])
def test_the_standard_output_is_the_translation_alone(model, word):
    assert printed("--text", f"a {word}") == f"A {word.upper()}\n"
    assert printed("--text", word, "--text", "b") == f"{word.upper()}\nB\n"


def test_texts_that_are_typed_come_before_those_of_a_file(model, tmp_path):
    (tmp_path / "new.txt").write_text("second\n", encoding="utf-8")
    assert printed("--file", str(tmp_path / "new.txt"), "--text", "first", lines="not read\n") == "FIRST\nSECOND\n"


@pytest.mark.parametrize(
    "text", ["a\nb", "a\r\nb", "a\u2028b", "a\x1b[31mb", "a\x9b31mb", "a\x07b", "a\x00b", "a\x85b"]
)
def test_a_translation_is_one_line_without_what_a_terminal_obeys(model, text):
    line = printed("--text", text)
    assert line.endswith("B\n")
    assert line.startswith("A")
    assert line[:-1].isprintable()


def test_the_text_in_json_is_exact(model):
    (row,) = json.loads(printed("--text", "a\x1b[31mb", "--json"))["translations"]
    assert (row["source"], row["text"]) == ("a\x1b[31mb", "A\x1b[31MB")


# the standard input


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("a b\nc\n", "A B\nC\n"),
        ("a b\nc", "A B\nC\n"),
        ("a\r\nb\r\n", "A\nB\n"),
        ("\n a \n\n\nb\n\n", "\nA\n\n\nB\n\n"),
        ("  \n\t\n", "\n\n"),
        ("", ""),
        ("\ufeffa\n", "A\n"),
        ("a\u2028b\n", "A B\n"),
        ("e\u0301\n", "\u00c9\n"),
        ("\n".join(map(str, range(1000))), "".join(f"{number}\n" for number in range(1000))),
    ],
)
def test_every_line_of_the_standard_input_gives_a_line(model, lines, expected):
    assert printed(lines=lines.encode("utf-8")) == expected


def test_a_line_is_answered_before_the_next_one_comes(model, monkeypatch, capsys):
    answers = []

    class Pipe(io.RawIOBase):
        """Gives a line, or a part of one, for every read; notes what was answered before."""

        def __init__(self):
            self.pieces = [b"one\n", b"tw", b"o\nthree\n", b""]

        def readable(self):
            return True

        def readinto(self, buffer):
            answers.append(capsys.readouterr().out)
            piece = self.pieces.pop(0)
            buffer[: len(piece)] = piece
            return len(piece)

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe())))
    with pytest.raises(SystemExit, match="0"):
        app(["translate"])
    assert answers == ["", "ONE\n", "", "TWO\nTHREE\n"]
    assert [texts for texts, *_ in model.calls] == [["one"], ["two", "three"]]


def test_lines_that_have_come_are_translated_together(model):
    printed(lines="".join(f"line {number}\n" for number in range(150)))
    assert [len(texts) for texts, *_ in model.calls] == [64, 64, 22]


def test_a_line_that_is_not_text_is_refused_with_its_number(model):
    lines = b"fine\nalso fine\n\xff\xfe\n"
    assert refusal(lines=lines) == "line 3 of the standard input is not valid UTF-8: convert it with iconv"
    lines = b"fine\n" * 70 + b"\xe9t\xe9"
    assert "line 71 of the standard input" in typed(lines=lines).stderr


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_terminal_without_a_text_is_told_what_to_type(model, monkeypatch, capsys, is_closed):
    terminal = io.TextIOWrapper(io.BytesIO(b"never read\n"))
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", None if is_closed else terminal)
    with pytest.raises(SystemExit, match="2"):
        app(["translate"])
    told = capsys.readouterr()
    assert 'no text to translate: type --text "..." or --file FILE, or pipe lines' in told.err
    assert not told.out


# files


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("new.txt", "a b\n\nc\n", "A B\n\nC\n"),
        ("new.txt", "a b\n\nc", "A B\n\nC\n"),
        ("new.txt", "a\n\n\n", "A\n\n\n"),
        ("new.csv", "de,en\nschlecht,bad\ngut,good\n", "BAD\nGOOD\n"),
        ("new.tsv", "id\ten\n1\tone two\n2\t\n3\tthree\n", "ONE TWO\n\nTHREE\n"),
        ("new.jsonl", '{"de": "gut", "en": "good"}\n{"de": "schlecht", "en": "bad"}\n', "GOOD\nBAD\n"),
    ],
)
def test_a_file_is_read_by_lines_or_by_the_column_of_the_sources(model, tmp_path, name, content, expected):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert printed("--file", str(tmp_path / name)) == expected


def test_a_column_that_is_typed_is_read_and_named(model, tmp_path):
    (tmp_path / "new.csv").write_text("de,en\nschlecht,bad\n", encoding="utf-8")
    done = typed("--file", str(tmp_path / "new.csv"), "--text-column", "de")
    assert done.stdout == "SCHLECHT\n"
    assert "1 text from column 'de'" in done.stderr


def test_a_file_without_the_column_of_the_sources_is_read_and_the_reason_named(model, tmp_path):
    (tmp_path / "new.csv").write_text("id,text\n1,bad\n", encoding="utf-8")
    done = typed("--file", str(tmp_path / "new.csv"))
    assert done.stdout == "BAD\n"
    assert "it has no column 'en', which the run was trained on" in " ".join(done.stderr.split())


# hypotheses


def test_hypotheses_are_numbered_with_their_log_probabilities(model):
    assert printed("--text", "one [b]two", "--best", "3").splitlines() == [
        "one [b]two",
        "  1     -0.50  ONE [B]TWO",
        "  2     -1.50  ONE",
    ]
    assert printed("--best", "2", lines="a b c\n\nd\n").splitlines() == [
        "a b c", "  1     -0.50  A B C", "  2     -1.50  A B", "", "d", "  1     -0.50  D",
    ]  # fmt: skip


def test_beam_and_best_reach_the_model(model):
    printed("--text", "a", "--beam", "7", "--best", "2")
    printed("--text", "a")
    assert [call[1:] for call in model.calls] == [(7, 2, False), (5, 1, False)]


def test_json_has_every_hypothesis(model, tmp_path):
    (tmp_path / "new.txt").write_text("\n", encoding="utf-8")
    told = json.loads(printed("--text", "gut, 좋다", "--best", "2", "--json", "--file", str(tmp_path / "new.txt")))
    assert (told["run_id"], told["source"], told["target"], told["beam"]) == ("0123456789abcdef", "en", "LOUD", 5)
    first, empty = told["translations"]
    assert first["hypotheses"] == [
        {"text": "GUT, 좋다", "log_probability": -0.5}, {"text": "GUT,", "log_probability": -1.5},
    ]  # fmt: skip
    assert first["text"] == "GUT, 좋다"
    assert empty == {"source": "", "text": "", "hypotheses": []}
    assert told["understood"]["texts"] == ["1 text from its lines"]


def test_json_of_the_standard_input_is_an_object_per_line(model):
    rows = [json.loads(line) for line in printed("--json", lines="좋다\n\nb\n").splitlines()]
    assert [(row["source"], row["text"]) for row in rows] == [("좋다", "좋다"), ("", ""), ("b", "B")]


# the picture


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.SVG", b"<?xml"), ("new/a.pdf", b"%PDF")])
def test_the_attention_is_drawn_in_the_format_of_the_name(model, tmp_path, name, start):
    done = typed("--text", "문장 two", "--attention", str(tmp_path / name))
    assert (done.exit_code, done.stdout) == (0, "문장 TWO\n")
    assert (tmp_path / name).read_bytes().startswith(start)
    assert name in done.stderr


@pytest.mark.parametrize(
    ("words", "lines"), [(("--text", "one two", "--text", "b"), None), ((), "\none two\nb\n"), ((), "\n\none two\n")]
)
def test_the_picture_shows_the_first_text_and_only_that_is_asked_for_attention(model, tmp_path, words, lines):
    picture = tmp_path / "a.svg"
    printed(*words, "--attention", str(picture), lines=lines)
    drawn = picture.read_text(encoding="utf-8")
    for token in ("one", "two", "ONE", "TWO"):
        assert f">{token}<" in drawn
    assert ">b<" not in drawn
    assert [texts for texts, *_, attention in model.calls if attention] == [["one two"]]


def test_json_has_the_attention_that_is_drawn(model, tmp_path):
    words = ("--text", "one two", "--text", "b", "--json", "--attention", str(tmp_path / "a.png"))
    first, second = json.loads(printed(*words))["translations"]
    assert first["alignment"] == {
        "source": ["one", "two"], "target": ["ONE", "TWO"], "weights": [[1, 0], [0, 1]],
    }  # fmt: skip
    assert "alignment" not in second


def test_a_picture_is_not_written_without_a_text(model, tmp_path):
    assert printed("--attention", str(tmp_path / "a.png"), lines="\n") == "\n"
    assert not [*tmp_path.iterdir()]


def test_a_picture_that_cannot_be_written_is_refused_in_a_line(model, tmp_path):
    (tmp_path / "a.png").mkdir()
    done = typed("--text", "a", "--attention", str(tmp_path / "a.png"))
    assert done.exit_code == 2
    assert "rnnbench: cannot write" in done.stderr


# refusals


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("--text", ""), "the text is empty: there is nothing to translate"),
        (("--text", "a", "--text", " "), "text 2 of 2 is empty: there is nothing to translate"),
        (("--text", "a", "--best", "6"), "keeps 5 hypotheses, so there are no 6 best: add --beam 6"),
        (("--text", "a", "--beam", "2", "--best", "3"), "so there are no 3 best: add --beam 3"),
        (("--text", "a", "--attention", "a.jpg"), "a.jpg: pictures end in .pdf, .png, .svg"),
        (("--text", "a", "--attention", "a"), "a: pictures end in .pdf, .png, .svg"),
        (("--text", "a", "--text-column", "en"), "--text-column describes a file: add --file FILE"),
        (("--encoding", "cp949"), "--encoding describes a file: add --file FILE"),
        (("--file", "nowhere.txt"), "nowhere.txt"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(model, words, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused in refusal(*words)
    assert not model.calls
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_letters_that_the_output_cannot_encode_are_refused_in_a_line(model, monkeypatch, capsys, encoding):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    with pytest.raises(SystemExit, match="2"):
        app(["translate", "--text", "문장"])
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("rnnbench: the encoding of the output")
    assert last.endswith("has no '\\ubb38': set PYTHONIOENCODING=utf-8")
