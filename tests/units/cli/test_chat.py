"""A conversation by `rnnbench chat`, with a model that replies by rule."""

from __future__ import annotations

import builtins
import sys

import pytest
from fake_models import Echo, use_model
from typer.testing import CliRunner, Result

from rnnbench.cli import chat
from rnnbench.cli.commands import app
from rnnbench.cli.conversation import COMMANDS, Conversation, Decoding, seed_of_reply
from rnnbench.core.errors import RnnbenchError


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Echo:
    echo = Echo()
    use_model(monkeypatch, echo)
    return echo


def piped(*words: str, lines: str | bytes) -> Result:
    return CliRunner().invoke(app, ["chat", *words], input=lines)


def said(conversation: Conversation, *turns: str) -> list[str]:
    return ["".join(conversation.reply(turn)) for turn in turns]


# the context


@pytest.mark.parametrize(
    ("remembered", "last"),
    [(1, ["c"]), (2, ["re: b", "c"]), (3, ["b", "re: b", "c"]), (9, ["a", "re: a", "b", "re: b", "c"])],
)
def test_the_last_turns_of_both_are_the_context(remembered, last):
    model = Echo(remembered)
    assert said(Conversation(model, Decoding()), "a", "b", "c") == ["re: a", "re: b", "re: c"]
    assert model.calls[-1]["turns"] == last


def test_after_a_reset_nothing_is_remembered_and_the_replies_are_those_of_a_new_conversation():
    model = Echo()
    conversation = Conversation(model, Decoding(seed=7))
    said(conversation, "a", "b")
    first = [*model.calls]
    assert "forgotten" in conversation.obey("/reset")
    said(conversation, "a", "b")
    assert model.calls[2:] == first


def test_a_turn_that_is_refused_leaves_the_conversation_as_it_was():
    model = Echo()
    conversation = Conversation(model, Decoding())
    said(conversation, "a")
    with pytest.raises(RnnbenchError):
        said(conversation, "unreadable")
    said(conversation, "b")
    assert model.calls[-1]["turns"] == ["a", "re: a", "b"]
    assert model.calls[-1]["seed"] == seed_of_reply(0, 2)


def test_a_reply_without_words_is_no_turn():
    model = Echo()
    assert said(Conversation(model, Decoding()), "silence", "b") == ["", "re: b"]
    assert model.calls[-1]["turns"] == ["silence", "b"]


# seeds


def test_every_reply_has_a_seed_of_its_own_that_the_seed_and_its_number_decide():
    seeds = {}
    for seed in (0, 1, 2):
        model = Echo()
        said(Conversation(model, Decoding(seed=seed)), *["again"] * 20)
        seeds[seed] = [call["seed"] for call in model.calls]
        again = Echo()
        said(Conversation(again, Decoding(seed=seed)), *["other"] * 20)
        assert [call["seed"] for call in again.calls] == seeds[seed]
    assert len({seed for row in seeds.values() for seed in row}) == 60
    assert all(0 <= seed < 2**63 for row in seeds.values() for seed in row)


def test_a_seed_that_is_typed_decides_the_next_replies():
    model = Echo()
    conversation = Conversation(model, Decoding(seed=3))
    said(conversation, "a")
    assert conversation.obey("/seed 12") == "the seed is 12"
    said(conversation, "b")
    assert [call["seed"] for call in model.calls] == [seed_of_reply(3, 1), seed_of_reply(12, 2)]


# commands


def test_beam_switches_between_search_and_sampling():
    model = Echo()
    conversation = Conversation(model, Decoding())
    for command, beam in (("/beam", 5), ("/beam", None), ("/beam 8", 8), ("/beam 3", 3), ("/beam", None)):
        told = conversation.obey(command)
        said(conversation, "a")
        assert model.calls[-1]["beam"] == beam
        assert ("beam search" in told, "sampled" in told) == (beam is not None, beam is None)


def test_the_options_reach_the_model():
    model = Echo()
    said(Conversation(model, Decoding(temperature=0.5, top_k=9, top_p=0.7, beam=2)), "a")
    call = model.calls[0]
    assert (call["temperature"], call["top_k"], call["top_p"], call["beam"]) == (0.5, 9, 0.7, 2)
    model = Echo()
    said(Conversation(model, Decoding()), "a")
    call = model.calls[0]
    assert (call["temperature"], call["top_k"], call["top_p"], call["beam"]) == (0.8, None, 0.9, None)


@pytest.mark.parametrize("line", ["/foo", "/", "/ reset", "/Reset", "/reset now", "/quit 1", "/help me", "/resets"])
def test_an_unknown_command_names_the_known_ones(line):
    with pytest.raises(RnnbenchError) as caught:
        Conversation(Echo(), Decoding()).obey(line)
    assert str(caught.value) == f"there is no command {line!r}: type /beam [N], /seed N, /reset, /help, /quit"


@pytest.mark.parametrize(
    "line", ["/seed", "/seed x", "/seed -1", "/seed 1.5", "/seed 1 2", "/beam 0", "/beam -2", "/beam wide", "/seed ²"]
)
def test_a_command_with_another_argument_says_what_to_type(line):
    conversation = Conversation(Echo(), Decoding())
    with pytest.raises(RnnbenchError, match=rf"is no whole number from \d on: type {line.split()[0]}"):
        conversation.obey(line)
    assert conversation.decoding == Decoding()


def test_help_names_every_command_with_its_meaning():
    told = Conversation(Echo(), Decoding()).obey("/help").splitlines()
    assert [line.partition("  ")[0].strip() for line in told] == [*COMMANDS]


# from a pipe


def test_each_line_of_a_pipe_gives_a_line_without_prompts(model):
    done = piped(lines="hello\n\n[bold]you[/bold]\nlast")
    assert (done.exit_code, done.stdout) == (0, "re: hello\n\nre: [bold]you[/bold]\nre: last\n")
    assert model.calls[-1]["turns"] == ["[bold]you[/bold]", "re: [bold]you[/bold]", "last"]


def test_commands_in_a_pipe_print_no_reply(model):
    done = piped("--seed", "4", lines="a\n/reset\n/seed 9\n/beam 2\nb\n/help\n/quit\nnever\n")
    assert (done.exit_code, done.stdout) == (0, "re: a\nre: b\n")
    assert model.calls[-1] == {
        "turns": ["b"], "seed": seed_of_reply(9, 1), "beam": 2, "temperature": 0.8, "top_k": None, "top_p": 0.9,
    }  # fmt: skip
    assert model.calls[0]["seed"] == seed_of_reply(4, 1)


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        (b"a\n/nothing\n", "there is no command '/nothing': type /beam [N], /seed N, /reset, /help, /quit"),
        (b"a\nunreadable\n", "that [bold]cannot be read"),
        (b"\xff\n", "line 1 of the standard input is not valid UTF-8"),
    ],
)
def test_what_a_pipe_cannot_say_ends_it_in_a_line(model, lines, refused):
    done = piped(lines=lines)
    assert done.exit_code == 2
    assert f"rnnbench: {refused}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["a\x1b[31mb", "a\x9b2Jb", "a\x07b", "a\u2028b"])
def test_a_reply_is_one_line_without_what_a_terminal_obeys(model, text):
    line = piped(lines=f"{text}\n".encode()).stdout
    assert line.startswith("re: a")
    assert line.endswith("b\n")
    assert line[:-1].isprintable()


# in a terminal


@pytest.fixture
def terminal(model, monkeypatch, capsys):
    """Types lines at the prompt; an exception is raised there. Returns: what was printed, out and err."""

    def talk(*lines, words=()):
        remaining = iter(lines)

        def typed(prompt=""):
            sys.stdout.write(prompt)
            line = next(remaining, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        monkeypatch.setattr(chat, "is_terminal", lambda: True)
        monkeypatch.setattr(builtins, "input", typed)
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        with pytest.raises(SystemExit) as ended:
            app(["chat", *words])
        assert not ended.value.code
        return capsys.readouterr()

    return talk


@pytest.mark.parametrize("end", [EOFError(), KeyboardInterrupt(), "/quit", "  /quit  "])
def test_a_conversation_with_prompts_that_ends_cleanly(terminal, end):
    told = terminal("hello", "", "  you  ", end)
    assert told.out.replace("you> ", "").splitlines() == ["gru> re: hello", "gru> re: you"]
    assert "Traceback" not in told.err


def test_the_greeting_says_what_it_remembers_and_is_honest(terminal):
    told = terminal("/help")
    for words in ("the last 3 turns", "temperature 0.8, top-p 0.9", "commonplaces", "/reset", "/beam [N]"):
        assert words in " ".join(told.err.split())
    assert "by beam search with 4 hypotheses" in terminal(words=("--beam", "4")).err


def test_a_model_of_one_turn_says_so(monkeypatch, terminal):
    use_model(monkeypatch, Echo(1))
    assert "the last turn alone" in terminal().err


def test_mistakes_at_the_prompt_do_not_end_it(terminal):
    told = terminal("unreadable", "/foo", "\udcff", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "b", "/seed x")
    assert told.out.count("gru> ") == told.out.count("gru> re: b") == 1
    for words in ("that [bold]cannot be read", "no command '/foo'", "not valid UTF-8", "'x' is no whole number"):
        assert words in told.err


def test_markup_and_escapes_of_a_reply_are_shown_as_they_are(terminal):
    told = terminal("[red]a[/red] \x1b[2Jb")
    assert "re: [red]a[/red] \\x1b[2Jb\n" in told.out


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("--temperature", "-1"), "the temperature must be at least 0"),
        (("--top-p", "0"), "top-p must be above 0 and at most 1, not 0.0"),
        (("--top-p", "1.5"), "top-p must be above 0 and at most 1, not 1.5"),
        (("--top-k", "0"), "top-k must be at least 1, not 0"),
    ],
)
def test_values_out_of_bounds_are_refused_before_the_first_turn(model, words, refused):
    done = piped(*words, lines="")
    assert done.exit_code == 2
    assert f"rnnbench: {refused}" in done.stderr
