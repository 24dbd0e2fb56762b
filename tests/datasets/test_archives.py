"""Row 37: .npz files that are broken or hostile each give one DataError that names file and field."""

import io
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbook.datasets import DataError, archives
from medbook.datasets.archives import read_npz
from tests.datasets.builders import npz_bytes

FIELDS = {"images": ("uint8", (None, 4, 4)), "labels": ("int64", (None,))}
GOOD = npz_bytes(images=np.arange(48, dtype="uint8").reshape(3, 4, 4), labels=np.arange(3))


def saved(tmp_path, content):
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    return path


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def npy_bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_arrays_are_those_that_numpy_reads(tmp_path):
    path = saved(tmp_path, GOOD)
    received = read_npz(path, FIELDS)
    with np.load(path) as expected:
        for field in FIELDS:
            np.testing.assert_array_equal(received[field], expected[field])


def test_fortran_order_keeps_its_axes(tmp_path):
    array = np.asfortranarray(np.arange(32, dtype="uint8").reshape(2, 4, 4))
    received = read_npz(saved(tmp_path, npz_bytes(images=array)), {"images": FIELDS["images"]})
    np.testing.assert_array_equal(received["images"], array)


@pytest.mark.parametrize("length", [0, 1, 30, len(GOOD) // 2, len(GOOD) - 1])
def test_row_37_truncated_is_refused(tmp_path, length):
    with pytest.raises(DataError, match=r"set\.npz: no \.npz file, or truncated"):
        read_npz(saved(tmp_path, GOOD[:length]), FIELDS)


def test_row_37_text_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"set\.npz: no \.npz file"):
        read_npz(saved(tmp_path, b"<html>not found</html>"), FIELDS)


def test_row_37_pickle_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"set\.npz: no \.npz file"):
        read_npz(saved(tmp_path, pickle.dumps([1, 2])), FIELDS)


class Trap:
    sprung = False

    def __reduce__(self):
        return (setattr, (Trap, "sprung", True))


def test_row_37_pickle_inside_is_refused_and_does_not_run(tmp_path):
    file = io.BytesIO()
    np.savez(file, images=np.array([Trap()], dtype=object), labels=np.arange(1))
    with pytest.raises(DataError, match=r"set\.npz, images: holds Python objects"):
        read_npz(saved(tmp_path, file.getvalue()), {"images": (None, None)})
    assert not Trap.sprung


def test_row_37_objects_hidden_in_a_record_are_refused(tmp_path):
    array = np.zeros(2, dtype=[("number", "i4"), ("thing", "O")])
    with pytest.raises(DataError, match="Python objects"):
        read_npz(saved(tmp_path, npz_bytes(images=array)), {"images": (None, None)})


def test_row_37_missing_key_is_named_with_those_that_exist(tmp_path):
    with pytest.raises(DataError, match=r"set\.npz: has no field 'labels'; it holds images, targets"):
        read_npz(saved(tmp_path, npz_bytes(images=np.zeros(2), targets=np.zeros(2))), FIELDS)


def test_row_37_bomb_is_refused_before_it_takes_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 2**20)
    bomb = npz_bytes(images=np.zeros((2**22, 4, 4), dtype="uint8"), labels=np.arange(3))  # 64 MiB in 64 kB
    path = saved(tmp_path, bomb)
    tracemalloc.start()
    with pytest.raises(DataError, match=r"set\.npz: images, labels would take 64 MiB unpacked"):
        read_npz(path, FIELDS)
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_row_37_header_that_promises_more_than_there_is_takes_no_memory(tmp_path):
    content = npy_bytes(np.zeros((3, 4, 4), dtype="uint8"))
    huge = content.replace(b"(3, 4, 4), }", b"(2000000000000, 4, 4), }")[: len(content)]
    with pytest.raises(DataError, match=r"set\.npz"):
        read_npz(saved(tmp_path, zipped(images=huge, labels=npy_bytes(np.arange(3)))), FIELDS)


def test_row_37_member_shorter_than_its_header_says_is_truncated(tmp_path):
    short = npy_bytes(np.zeros((3, 4, 4), dtype="uint8"))[:-5].replace(b"(3, 4, 4)", b"(99, 4, 4)")
    short = short.replace(b"}         ", b"}        ", 1)  # same length of header
    with pytest.raises(DataError, match=r"set\.npz, images: says shape \(99, 4, 4\) of uint8 but has only"):
        read_npz(saved(tmp_path, zipped(images=short, labels=npy_bytes(np.arange(3)))), FIELDS)


def test_row_37_zip_that_lies_about_its_size_is_refused(tmp_path):
    content = bytearray(zipped(images=npy_bytes(np.zeros((2**16, 4, 4), dtype="uint8"))))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 400)  # uncompressed size
    with pytest.raises(DataError, match=r"set\.npz"):
        read_npz(saved(tmp_path, bytes(content)), {"images": FIELDS["images"]})


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 4, 4)), "images: type float64, expected uint8"),
        (np.zeros((2, 4, 5), dtype="uint8"), r"images: shape \(2, 4, 5\), expected \(any, 4, 4\)"),
        (np.zeros((4, 4), dtype="uint8"), r"images: shape \(4, 4\), expected \(any, 4, 4\)"),
    ],
)
def test_row_37_other_type_or_shape_is_named(tmp_path, images, message):
    with pytest.raises(DataError, match=message):
        read_npz(saved(tmp_path, npz_bytes(images=images)), {"images": FIELDS["images"]})


def test_row_37_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.npz: there is no such file"):
        read_npz(tmp_path / "none.npz", FIELDS)


def test_row_37_folder_in_place_of_the_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="damaged"):
        read_npz(tmp_path, FIELDS)


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_row_37_changed_bytes_give_the_same_arrays_or_a_data_error(changes):
    content = bytearray(GOOD)
    for place, value in changes:
        content[place] = value
    try:
        received = read_npz(io.BytesIO(bytes(content)), FIELDS)
    except DataError:
        return
    assert received["images"].shape[1:] == (4, 4)
    assert received["labels"].dtype == np.int64
    # The checksums of the zip vouch for the values, wherever a header still has the shape right.
    assert set(np.unique(received["images"])) <= set(range(48))
