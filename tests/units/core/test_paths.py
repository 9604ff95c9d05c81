"""`~` in what somebody types."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rnnbench.core import trust
from rnnbench.core.errors import RnnbenchError
from rnnbench.core.paths import expanded
from rnnbench.data.sources import cache_folder


def test_the_home_folder_is_put_in_as_a_shell_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/her")
    for typed in ("~", "~/a.csv", "a/~/b.csv", "/x/~", "a~.csv"):
        assert str(expanded(typed)) == os.path.expanduser(typed)


@pytest.mark.parametrize("typed", ["~draft.csv", "~0/", "~nobody-of-this-name/a.csv", "~$budget.xlsx"])
def test_a_name_that_begins_so_without_such_a_user_stays_as_it_is(typed: str) -> None:
    assert expanded(typed) == Path(typed)


def test_an_account_without_a_home_folder_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", no_home)
    for variable in ("RNNBENCH_CACHE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for use in (lambda: expanded("~/a.csv"), cache_folder, trust.checksum_file):
        with pytest.raises(RnnbenchError, match="this account has no home folder"):
            use()
