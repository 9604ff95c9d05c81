"""Laws that every sequence encoder keeps, as plain functions: hand them a layer class and its settings.

    from rnnbench.testing.contracts import LAWS, settings_to_try

    for settings in settings_to_try(MyCell).values():
        for law in LAWS:
            law(MyCell, settings)

A law raises AssertionError where the layer breaks it. The contract tests run them on every file of
`rnnbench/encoders/`, `rnnbench selftest` on an installation,
and both on a cell of your own: --model path/to/my_cell.py.
"""

from rnnbench.testing.contracts.base import Law, built, drawn, drawn_settings, same, settings_to_try, some_input
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

__all__ = ["CLASS_LAWS", "LAWS", "Law", "built", "drawn", "drawn_settings", "same", "settings_to_try", "some_input"]

LAWS: tuple[Law, ...] = (
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
"""Laws of one configuration."""

CLASS_LAWS: tuple[Law, ...] = (has_ranges_inside_its_bounds, builds_from_any_draw)
"""Laws of the layer's class, whatever the configuration."""
