import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from medbook.scratch.windows import blocks, sliding_windows

PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@given(PAIRS, PAIRS, PAIRS)
def test_windows_are_those_of_numpy(window_size, strides, dilation_rate):
    images = np.random.default_rng(0).standard_normal((2, 9, 10, 3))
    spans = [rate * (size - 1) + 1 for rate, size in zip(dilation_rate, window_size, strict=True)]
    expected = sliding_window_view(images, spans, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    expected = np.moveaxis(expected[..., :: dilation_rate[0], :: dilation_rate[1]], 3, 5)
    received = sliding_windows(images, window_size, strides=strides, dilation_rate=dilation_rate)
    np.testing.assert_array_equal(received, expected)


def test_windows_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        sliding_windows(np.zeros((1, 3, 3, 1)), (2, 2))[...] = 1


@given(st.integers(0, 7), st.integers(1, 9), st.integers(1, 400), st.integers(1, 5))
def test_blocks_cover_each_row_once(batch, rows, row_bytes, arrays):
    visits = np.zeros((batch, rows, row_bytes), np.uint8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("medbook.scratch.windows.BLOCK_BYTES", 1000)
        for block in blocks(visits, arrays=arrays):
            visits[block] += 1
            assert visits[block].nbytes * arrays <= 1000 or visits[block].shape[:2] == (1, 1)
    assert (visits == 1).all()
