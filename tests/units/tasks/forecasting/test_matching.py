"""Columns of a new file are matched with those of a run by name, whatever their order."""

from itertools import permutations

import pytest

from rnnbench.core.errors import DataError
from rnnbench.tasks.forecasting.matching import matched

OWN = ("temp", "holiday", "price")


@pytest.mark.parametrize("typed", [(), *permutations(OWN)])
@pytest.mark.parametrize("columns", [("time", *OWN), ("price", "other", "holiday", "temp", "time")])
def test_the_same_names_in_any_order_are_the_columns_of_the_run(typed, columns):
    found = matched(OWN, typed, columns, "--covariates", "new.csv")
    assert (found.columns, found.renamed) == (OWN, ())


@pytest.mark.parametrize("typed", [("temp",), ("temp", "holiday"), (*OWN, "wind"), ("temp", "temp", "price")])
def test_missing_additional_and_repeated_names_are_refused(typed):
    with pytest.raises(DataError, match="the run reads 'temp', 'holiday', 'price': type all of them, in any order"):
        matched(OWN, typed, ("time", *OWN, "wind"), "--covariates", "new.csv")


def test_a_run_without_covariates_takes_none():
    assert matched((), (), ("time", "load"), "--covariates", "new.csv").columns == ()
    with pytest.raises(DataError, match=r"--covariates temp: the run reads no such column: leave --covariates out"):
        matched((), ("temp",), ("time", "load", "temp"), "--covariates", "new.csv")


def test_a_column_that_the_file_lacks_is_named_with_the_nearest():
    with pytest.raises(
        DataError, match=r"new.csv has no column 'holiday', which the run reads .* Did you mean 'holidays'"
    ):
        matched(OWN, (), ("time", "temp", "price", "holidays"), "--covariates", "new.csv")


def test_another_name_stands_for_the_column_that_the_file_lacks():
    found = matched(OWN, ("free", "price", "temp"), ("time", "temp", "free", "price"), "--covariates", "new.csv")
    assert found.columns == ("temp", "free", "price")
    assert found.renamed == ("'free' is read as 'holiday' of the run (--covariates)",)


def test_another_column_is_not_read_where_the_file_has_the_one_of_the_run():
    with pytest.raises(
        DataError, match=r"the run reads 'load', which the file has, and --target names 'price' instead"
    ):
        matched(("load",), ("price",), ("time", "load", "price"), "--target", "new.csv")
