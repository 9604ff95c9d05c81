"""`rnnbench selftest` on a correct installation and on a faulty cell."""

from __future__ import annotations

import json

import pytest
from journey import Place


@pytest.mark.slow
def test_a_correct_installation_passes_and_the_store_stays_clean(place: Place) -> None:
    (place.folder / "mine.py").write_text("from rnnbench.encoders.gru import GRU\n\n\nclass Mine(GRU):\n    pass\n")
    done = place.run("selftest", "--quick", "--pairs", "1", "--workers", "1", "--model", "mine.py", "--json")
    told = json.loads(done.out)
    assert told["passed"]
    names = [check["name"] for check in told["checks"]]
    assert "encoder and twin: not found different" in names
    assert "mine: keeps the encoder contracts" in names
    assert [path.name for path in place.folder.iterdir()] == ["mine.py"], "no store, no file is left behind"


def test_a_cell_that_breaks_a_contract_ends_with_1_and_names_it(place: Place) -> None:
    cell = "from rnnbench.encoders.gru import GRU\n\n\nclass Mine(GRU):\n"
    cell += "    def forward(self, x, lengths=None, state=None):\n"
    cell += "        return super().forward(x, lengths, None)\n"
    (place.folder / "mine.py").write_text(cell)
    done = place.type_in("selftest", "encoders", "--quick", "--model", "mine.py")
    assert done.exit_code == 1
    assert "FAILED  mine: keeps the encoder contracts\n        one layer: carries its state" in done.stdout
    assert "1 of 9 checks FAILED" in done.stdout
