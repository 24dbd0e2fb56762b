import matplotlib.pyplot as plt
import numpy as np
import pytest

from medbook.plots import image_grid, overlay_mask, show_image


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_window_sets_black_and_white():
    ax = show_image(np.zeros((4, 4)), window=(40, 400))
    assert ax.images[0].get_clim() == (-160, 240)


def test_aspect_follows_spacing():
    ax = show_image(np.zeros((20, 20)), spacing_mm=(3.0, 1.5))
    assert ax.get_aspect() == 2


def test_orientation_letters_stand_at_their_edges():
    ax = show_image(np.zeros((20, 20)), orientation=("R", "L", "A", "P"))
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["R"][0] < 0.1 < 0.9 < places["L"][0]
    assert places["P"][1] < 0.1 < 0.9 < places["A"][1]


@pytest.mark.parametrize(
    ("cols", "spacing", "label", "pixels"), [(128, 0.66, "20 mm", 20 / 0.66), (512, 0.8, "100 mm", 125)]
)
def test_scale_bar_has_a_round_length(cols, spacing, label, pixels):
    ax = show_image(np.zeros((cols, cols)), spacing_mm=(spacing, spacing))
    assert ax.texts[0].get_text() == label
    assert np.ptp(ax.lines[0].get_xdata()) == pytest.approx(pixels)


def test_colour_bar_names_the_unit():
    ax = show_image(np.eye(4), unit="HU")
    assert ax.figure.axes[1].get_ylabel() == "HU"


def test_drawing_goes_into_the_axes_given():
    figure, ax = plt.subplots()
    assert show_image(np.eye(4), ax=ax) is ax
    assert plt.get_fignums() == [figure.number]


def test_grid_shows_all_images_in_one_window():
    images = [np.full((4, 4), value) for value in (0.0, 1.0, 5.0)]
    axes = image_grid(images, titles=["a", "b", "c"], num_cols=2)
    assert [ax.get_title("left") or ax.get_title() for ax in axes] == ["a", "b", "c"]
    assert {ax.images[0].get_clim() for ax in axes} == {(0.0, 5.0)}


def test_mask_tints_its_pixels_alone():
    mask = np.zeros((6, 6), dtype=bool)
    mask[2:4, 1:5] = True
    ax = overlay_mask(mask, ax=show_image(np.zeros((6, 6))))
    opacity = np.asarray(ax.images[1].get_array())[..., 3]
    np.testing.assert_array_equal(opacity > 0, mask)


def test_border_of_a_mask_is_as_long_as_its_outline():
    mask = np.zeros((6, 6), dtype=bool)
    mask[2:4, 1:5] = True  # 2 x 4 pixels: an outline of 12 pixel edges
    x, y = overlay_mask(mask, ax=show_image(np.zeros((6, 6)))).lines[0].get_data()
    lengths = np.hypot(np.diff(x), np.diff(y))
    assert np.nansum(lengths) == 12
    assert (np.nanmin(x), np.nanmax(x), np.nanmin(y), np.nanmax(y)) == (0.5, 4.5, 1.5, 3.5)


def test_gray_needs_no_style_sheet():
    with plt.style.context("default"):
        assert show_image(np.eye(4)).images[0].get_cmap().name == "gray"
        assert image_grid([np.eye(4)])[0].images[0].get_cmap().name == "gray"


def test_inverted_image_shows_low_values_white():
    picture = show_image(np.array([[0.0, 1.0]]), inverted=True).images[0]
    assert picture.cmap(picture.norm(0.0))[:3] == (1, 1, 1)


def test_colour_keeps_its_values():
    image = np.zeros((2, 2, 3), dtype="float32")
    image[0, 0] = (255, 128, 0)
    np.testing.assert_array_equal(show_image(image).images[0].get_array()[0, 0], [255, 128, 0])


def test_grid_without_images_or_with_too_few_titles_is_refused():
    with pytest.raises(ValueError, match="0 images"):
        image_grid([])
    with pytest.raises(ValueError, match="2 images and 1 titles"):
        image_grid([np.eye(2), np.eye(2)], titles=["a"])


def test_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"\(3, 3\)"):
        overlay_mask(np.ones((3, 3)), ax=show_image(np.zeros((6, 6))))
