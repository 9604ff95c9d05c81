"""Text from outside is printed as it is: neither rich nor the terminal obeys it."""

from __future__ import annotations

import io
import json

import pytest
from rich.table import Table
from rich.text import Text

from rnnbench.cli.console import PlainConsole
from rnnbench.cli.description import print_lines
from rnnbench.cli.lines import on_one_line
from rnnbench.cli.progress import SweepProgress
from rnnbench.core.text import shown
from rnnbench.sweeps.model import Event

MARKUP = ("load [kW]", "[/red]", "[red]hot[/red]", "[link=http://a.b]x[/link]", "a[/]", ":smile:", r"\[x]", "[b][/i]")
HIDDEN = {
    "\x1b[31mred": r"\x1b[31mred",
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "good\rbad": r"good\rbad",
    "a\x00b\x08c\x7f": r"a\x00b\x08c\x7f",
    "\x9b31m": r"\x9b31m",
    "exe.\u202etxt": r"exe.\u202etxt",
    "\u2066a\u2069": r"\u2066a\u2069",
    "half \ud83d pair": r"half \ud83d pair",
    "line\u2028break": r"line\u2028break",
}


def printed(print_on: object, *, is_terminal: bool = True) -> str:
    """What is printed on a wide terminal, without the escapes of rich's own styles."""
    stream = io.StringIO()
    print_on(PlainConsole(file=stream, width=200, force_terminal=is_terminal, color_system=None))  # type: ignore[operator]
    return stream.getvalue()


def in_a_table(text: str) -> Table:
    table = Table(title=text, caption=text)
    table.add_column(text)
    table.add_row(text)
    table.add_row(Text(text, "bold"))
    return table


@pytest.mark.parametrize("text", MARKUP)
def test_brackets_and_colons_are_text(text: str) -> None:
    assert printed(lambda console: console.print(text)) == f"{text}\n"
    assert printed(lambda console: console.print(text, style="red")) == f"{text}\n"
    assert printed(lambda console: console.print(in_a_table(text))).count(text) == 5
    assert printed(lambda console: print_lines([(text, text)], [text], console)).count(text) == 3


@pytest.mark.parametrize("text", HIDDEN)
def test_control_characters_are_shown(text: str) -> None:
    assert printed(lambda console: console.print(text)) == f"{HIDDEN[text]}\n"
    assert HIDDEN[text] in printed(lambda console: print_lines([(text, text)], [text], console))
    # rich itself drops some of a `Text`
    assert (
        not {*text} & {*"\x1b\x9b\r\x07\x00\u202e\ud83d"} & {*printed(lambda console: console.print(in_a_table(text)))}
    )
    assert shown(text) == on_one_line(text.replace("\u2028", r"\u2028").replace("\r", r"\r")) == HIDDEN[text]


@pytest.mark.parametrize(
    "text", ["tab\tstays", "two\nlines", "한국어", "👩\u200d👧", "नमस्ते", "a\N{COMBINING ACUTE ACCENT}"]
)
def test_other_text_stays(text: str) -> None:
    assert shown(text) == text


def test_the_style_of_a_text_stays_beside_what_is_escaped() -> None:
    stream = io.StringIO()
    console = PlainConsole(file=stream, width=80, force_terminal=True, color_system="standard")
    console.print(Text.assemble(("na\x1bme", "bold"), " rest"))
    assert stream.getvalue() == "\x1b[1mna\x1b[0m\\x1b\x1b[1mme\x1b[0m rest\n"


@pytest.mark.parametrize("text", [*MARKUP, *HIDDEN])
def test_json_is_the_same_data_without_raw_control_characters(text: str) -> None:
    written = printed(lambda console: console.print_json(json.dumps({text: [text]})), is_terminal=False)
    assert json.loads(written) == {text: [text]}
    assert shown(written) == written


@pytest.mark.parametrize("what", ["error", "lost", "note", "waiting", "end"])
@pytest.mark.parametrize("text", ["failed [/x]", "bad \x1b[2J[red]"])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_messages_do_not_stop_the_progress_display(what: str, text: str, is_terminal: bool) -> None:
    def show(console: PlainConsole) -> None:
        with SweepProgress(console, {text: text}, trials=1, seeds=1, higher_is_better=True) as progress:
            progress.handle(Event("start", 0, "trial", text, text))
            progress.handle(Event(what, 1, "trial", text, f"{text} 2", message=text))

    told = printed(show, is_terminal=is_terminal)
    assert shown(text) in told
    assert "\x1b[2J" not in told


def test_a_status_is_no_markup() -> None:
    console = PlainConsole(file=io.StringIO(), width=80, force_terminal=True)
    with console.status("reading [/data]"):
        pass
