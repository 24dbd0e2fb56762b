import matplotlib.pyplot as plt
import numpy as np

from medbook.plots import plot_curves


def test_several_runs_become_mean_and_band():
    ax = plot_curves({"loss": [[1.0, 2.0], [3.0, 6.0]]}, xlabel="epoch", ylabel="loss")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2, 4])
    band = ax.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == (1, 6)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    plt.close("all")


def test_points_count_from_one_unless_given():
    np.testing.assert_array_equal(plot_curves({"a": [5, 6]}).lines[0].get_xdata(), [1, 2])
    np.testing.assert_array_equal(plot_curves({"a": [5, 6]}, x=[0, 10]).lines[0].get_xdata(), [0, 10])
    plt.close("all")


def test_style_is_found_by_its_name():
    with plt.style.context("medbook.plots.medbook"):
        assert plt.rcParams["image.cmap"] == "gray"
        assert plt.rcParams["figure.facecolor"] == "white"
