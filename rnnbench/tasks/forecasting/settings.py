"""Settings of forecasting: windows, the reference of a forecast and the loss."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from rnnbench.core.settings import Choices, Floats, Group, Settings


class ForecastingSettings(Settings):
    """Settings of the forecaster.

    lookback, horizon: samples before and after the origin; 0 takes the suggestion of the data set. The search tries
        the lookback, half of it and twice as much.
    segment: consecutive samples per step of the encoder; 0 takes a season where the lookback has at least three, else
        one sample. Longer segments shorten the recurrence (Lin et al., 2023, SegRNN, arXiv:2308.11200). The oldest
        samples are left out where the lookback is not a multiple of the segment.
    reference: subtracted from the inputs and added to the forecast: the window's last value, its mean, the value one
        season earlier (its mean where the lookback is shorter than a season), or nothing.
    linear_path: adds a linear map from lookback to horizon, shared by all channels, to the encoder's forecast.
    """

    lookback: Annotated[int, Field(ge=0), Group("basics")] = 0
    horizon: Annotated[int, Field(ge=0)] = 0
    segment: Annotated[int, Field(ge=0)] = 0
    calendar: bool = True
    reference: Annotated[
        Literal["none", "last", "mean", "season"], Choices("last", "mean", "season"), Group("architecture")
    ] = "last"
    linear_path: Annotated[bool, Choices(False, True), Group("architecture")] = False
    head_dropout: Annotated[float, Field(ge=0, lt=1), Floats(0.0, 0.4), Group("regularization")] = 0.0
    loss: Annotated[
        Literal["absolute", "squared", "huber"], Choices("absolute", "squared", "huber"), Group("optimization")
    ] = "absolute"
