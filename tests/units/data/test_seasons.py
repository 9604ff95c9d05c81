"""The season that the training rows repeat: of made series whose season is known."""

import numpy as np
import pytest

from rnnbench.data.seasons import candidates, season_of


def noise(count, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 1))


def wave(count, season):
    return np.sin(2 * np.pi * np.arange(count) / season)[:, None]


@pytest.mark.parametrize(
    ("frequency", "lengths"),
    [("1h", [24, 168]), ("30min", [48, 336]), ("15min", [96, 672]), ("1D", [7, 365]), ("1B", [5]), ("1W", [52]),
     ("4W", [13]), ("1M", [12]), ("1Q", [4]), ("1Y", []), ("10s", [360, 8640]), ("6h", [4, 28]), ("7h", [24]),
     ("2D", []), ("100ms", []), ("1step", []), ("30min@09:00-15:30/1B", [14, 70]), ("1h@06:00-20:00/1D", [15, 105])],
)  # fmt: skip
def test_a_frequency_suggests_seasons(frequency, lengths):
    assert [candidate.length for candidate in candidates(frequency)] == lengths


@pytest.mark.parametrize(
    ("rows", "frequency", "season"),
    [
        (wave(400, 24) + 0.3 * noise(400), "1h", 24),
        (wave(900, 24) + (np.arange(900) // 24 % 7 > 4)[:, None] + 0.1 * noise(900), "1h", 168),
        (wave(300, 7) + 0.5 * noise(300), "1D", 7),
        (wave(2000, 365) + 0.3 * noise(2000), "1D", 365),
        (wave(48, 12) + 0.2 * noise(48) + 0.1 * np.arange(48)[:, None], "1M", 12),  # four years with a trend
        (1e9 + 0.01 * wave(200, 12), "1M", 12),
        (wave(300, 24) + np.cumsum(0.05 * noise(300), axis=0), "1h", 24),
    ],
)
def test_a_season_that_training_repeats_is_used_and_told(rows, frequency, season):
    found = season_of(rows, frequency)
    assert found.length == season
    assert found.sentence.startswith(f"season of {season} rows (")
    assert "autocorrelation 0." in found.sentence or "autocorrelation 1.00" in found.sentence


@pytest.mark.parametrize(
    "rows",
    [
        np.arange(300.0)[:, None],
        np.full((300, 1), 0.1),
        np.arange(300.0)[:, None] ** 2,
        np.exp(np.arange(300.0) / 100)[:, None],
        np.exp(np.arange(300.0) / 10)[:, None],
        wave(300, 31),
    ],
)
def test_a_trend_a_constant_and_another_cycle_have_no_season(rows):
    assert season_of(rows, "1D").length == 1


@pytest.mark.parametrize("is_walk", [True, False])
@pytest.mark.parametrize(("frequency", "count"), [("1D", 300), ("1h", 400), ("1M", 96), ("12h", 200)])
def test_noise_and_random_walks_seldom_have_a_season(frequency, count, is_walk):
    made = [noise(count, seed) for seed in range(200)]
    calls = sum(season_of(rows.cumsum(axis=0) if is_walk else rows, frequency).length > 1 for rows in made)
    # at a level of 1 % for each of two seasons, more than 12 of 200 have a probability under 0.001
    assert calls <= 12


def test_fewer_than_three_seasons_are_not_tested():
    found = season_of(wave(60, 24), "1h")
    assert found.length == 1
    assert "24 rows (a day): not tested, since training has fewer than 3" in found.sentence


def test_most_channels_decide():
    seasonal, walk = wave(400, 24), np.cumsum(noise(400), axis=0)
    assert season_of(np.hstack([seasonal, seasonal + 0.1 * noise(400), walk]), "1h").length == 24
    assert season_of(np.hstack([seasonal, walk, np.cumsum(noise(400, 1), axis=0)]), "1h").length == 1


def test_the_autocorrelation_is_that_of_the_rows_less_their_moving_average():
    rows = wave(140, 7) + noise(140)
    smooth = np.convolve(rows[:, 0], np.full(7, 1 / 7), "valid")
    rest = rows[3:-3, 0] - smooth
    rest = rest - rest.mean()
    lags = [rest[7:] @ rest[7 - lag : len(rest) - lag] for lag in range(1, 8)]
    expected = (lags[-1] - np.mean(lags)) / np.sqrt((rest[7:] @ rest[7:]) * (rest[:-7] @ rest[:-7])) - 1 / 14
    assert f"7 rows (a week): autocorrelation {expected:.2f} in training" in season_of(rows, "1D").sentence
