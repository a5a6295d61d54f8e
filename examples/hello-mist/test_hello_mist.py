"""The function in a local Spark, without Mist. Needs mistpy and pyspark."""

import pytest

from hello_mist import hello_mist
from mistpy.testing import ArgumentError, call


def test_pi_is_about_three():
    assert 2 < call(hello_mist, {"samples": 1000}) < 4


def test_samples_are_a_number():
    with pytest.raises(ArgumentError, match="expected Int, got many"):
        call(hello_mist, {"samples": "many"})
