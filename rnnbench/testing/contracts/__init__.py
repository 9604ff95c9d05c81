"""Contracts of sequence encoders: functions that check a layer class under given settings.

    from rnnbench.testing.contracts import CONTRACTS, settings_to_try

    for settings in settings_to_try(MyCell).values():
        for contract in CONTRACTS:
            contract(MyCell, settings)

A contract raises AssertionError if the layer breaks it. The tests in `tests/contracts` check every encoder in
`rnnbench/encoders/`, and `rnnbench selftest` checks them on an installation. Both check your own cell with
`--model path/to/my_cell.py`.
"""

from rnnbench.testing.contracts.base import (
    Contract,
    assert_same,
    build,
    draw_settings,
    draw_value,
    random_input,
    settings_to_try,
)
from rnnbench.testing.contracts.learning import (
    comes_back_from_a_file,
    cuts_the_gradient_where_the_state_is_detached,
    gives_every_parameter_a_gradient,
    gives_padding_no_gradient,
    is_built_from_the_seed,
)
from rnnbench.testing.contracts.outputs import (
    carries_its_state,
    carries_its_state_after_ragged_rows,
    does_not_look_ahead,
    does_not_see_batch_mates,
    does_not_see_padding,
    evaluates_deterministically,
    gives_one_vector_per_step,
    refuses_a_state_when_it_looks_ahead,
)
from rnnbench.testing.contracts.settings import builds_from_any_draw, has_ranges_inside_its_bounds

__all__ = [
    "CLASS_CONTRACTS",
    "CONTRACTS",
    "Contract",
    "assert_same",
    "build",
    "draw_settings",
    "draw_value",
    "random_input",
    "settings_to_try",
]

CONTRACTS: tuple[Contract, ...] = (
    gives_one_vector_per_step,
    carries_its_state,
    carries_its_state_after_ragged_rows,
    does_not_look_ahead,
    does_not_see_padding,
    does_not_see_batch_mates,
    gives_every_parameter_a_gradient,
    gives_padding_no_gradient,
    evaluates_deterministically,
    is_built_from_the_seed,
    comes_back_from_a_file,
    refuses_a_state_when_it_looks_ahead,
    cuts_the_gradient_where_the_state_is_detached,
)
"""Contracts of a layer class under one configuration."""

CLASS_CONTRACTS: tuple[Contract, ...] = (has_ranges_inside_its_bounds, builds_from_any_draw)
"""Contracts of a layer class for all configurations."""
