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
from rnnbench.testing.contracts.encoder_decoder import (
    depends_on_what_is_read,
    does_not_read_padding,
    does_not_write_from_padding,
    encodes_a_pair_as_it_does_alone,
    follows_the_rows_of_a_beam,
    gives_reader_and_writer_a_gradient,
    has_the_gradient_of_a_difference,
    reads_and_writes_after_loading,
    writes_step_by_step_as_at_once,
    writes_without_looking_ahead,
    writes_without_noise_in_evaluation,
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
    "PAIR_CONTRACTS",
    "STACK_CONTRACTS",
    "Contract",
    "assert_same",
    "build",
    "draw_settings",
    "draw_value",
    "random_input",
    "settings_to_try",
]

STACK_CONTRACTS: tuple[Contract, ...] = (
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
"""Contracts of a stack of a layer class under one configuration."""

PAIR_CONTRACTS: tuple[Contract, ...] = (
    writes_step_by_step_as_at_once,
    writes_without_looking_ahead,
    does_not_read_padding,
    does_not_write_from_padding,
    encodes_a_pair_as_it_does_alone,
    follows_the_rows_of_a_beam,
    depends_on_what_is_read,
    gives_reader_and_writer_a_gradient,
    has_the_gradient_of_a_difference,
    writes_without_noise_in_evaluation,
    reads_and_writes_after_loading,
)
"""Contracts of a layer class as reader and as writer, under one configuration."""

CONTRACTS: tuple[Contract, ...] = (*STACK_CONTRACTS, *PAIR_CONTRACTS)
"""Contracts of a layer class under one configuration."""

CLASS_CONTRACTS: tuple[Contract, ...] = (has_ranges_inside_its_bounds, builds_from_any_draw)
"""Contracts of a layer class for all configurations."""
