import base64
import re

import numpy as np
import pytest

from medbook.plots import window_figure


def test_values_arrive_row_by_row():
    image = np.array([[-1000.4, 40.6], [3, 32767]])
    text = window_figure(image, center=40, width=400, label='a "slice"')._repr_html_()
    values = np.frombuffer(base64.b64decode(re.search('data-values="([^"]*)"', text)[1]), "<i2")
    np.testing.assert_array_equal(values, [-1000, 41, 3, 32767])
    assert 'data-rows="2" data-cols="2"' in text
    assert "&quot;slice&quot;" in text


def test_value_beyond_16_bits_is_refused():
    with pytest.raises(ValueError, match="40000"):
        window_figure(np.array([[40000.0]]), center=0, width=1, label="x")
