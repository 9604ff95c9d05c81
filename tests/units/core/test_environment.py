"""Facts of the machine by which numerical libraries choose what they compute with."""

from rnnbench.core import environment


def test_features_of_other_kinds_are_left_out(monkeypatch):
    monkeypatch.setattr(environment, "_of_processor", lambda name: "fpu avx2 avx512f fma sse4_2 avx2 cx8 ht")
    assert environment.processor_features() == "avx2 avx512f fma sse4_2"


def test_variables_that_choose_kernels_are_stored_and_no_others(monkeypatch):
    of_libraries = {"KMP_INIT_AT_FORK": "FALSE", "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}  # set while they are loaded
    typed = {"OMP_NUM_THREADS": "4", "MKL_CBWR": "AVX2", "PASSWORD": "secret"}
    monkeypatch.setattr(environment.os, "environ", typed | of_libraries)
    assert environment.describe()["numeric_variables"] == "MKL_CBWR=AVX2 OMP_NUM_THREADS=4"


def test_the_checksum_of_the_code_changes_with_the_code(tmp_path, monkeypatch):
    def checksum():
        environment.code_sha256.cache_clear()
        return environment.code_sha256()

    before = checksum()
    assert before == checksum()
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "environment.py").write_text("x = 1", encoding="utf-8")
    monkeypatch.setattr(environment, "__file__", str(tmp_path / "core" / "environment.py"))
    changed = checksum()
    (tmp_path / "core" / "environment.py").write_text("x = 2", encoding="utf-8")
    assert len({before, changed, checksum()}) == 3
    environment.code_sha256.cache_clear()
