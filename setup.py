"""The packages of the wheel: `rnnbench`, and the experiment files of `experiments/` inside of it."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["rnnbench", "rnnbench.*"]), "rnnbench.experiments"],
    package_dir={"rnnbench.experiments": "experiments"},
)
