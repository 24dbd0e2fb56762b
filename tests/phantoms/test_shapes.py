import numpy as np
import pytest

from medbook.phantoms.shapes import Canvas, Ellipsoid, SmoothField, Tube


def canvas(size=200, z=0.0, field_of_view_mm=100.0):
    straight = SmoothField.draw(np.random.default_rng(0), wavelengths_mm=(50, 100))
    return Canvas(size, field_of_view_mm, z, warp=(straight, straight), warp_mm=0, background=0)


@pytest.mark.parametrize(
    ("shape", "area_mm2"),
    [
        (Ellipsoid((5, -3, 0), (30, 15, 40), 25), np.pi * 30 * 15),
        (Ellipsoid((5, -3, 24), (30, 15, 40)), np.pi * 30 * 15 * 0.64),  # 1 - (24 / 40)^2
        (Ellipsoid((0, 0, 0), (30, 15, np.inf), power=4), 4 * 30 * 15 * 0.9270),  # gamma(5/4)^2 / gamma(3/2)
        (Tube((-20, 5, 0), (20, 5, 0), 8), 40 * 16 + np.pi * 64),
        (Tube((0, 0, -50), (0, 0, 50), 8), np.pi * 64),
    ],
)
def test_shares_of_the_pixels_add_up_to_the_area(shape, area_mm2):
    page = canvas()
    page.paint(shape, np.float32(1), 1)
    assert page.image.sum() * page.pixel_mm**2 == pytest.approx(area_mm2, rel=0.01)
    assert (page.labels == 1).sum() * page.pixel_mm**2 == pytest.approx(area_mm2, rel=0.02)


def test_share_falls_over_one_pixel():
    page = canvas()
    shares = page.ramp(np.array([-0.5, -0.25, 0, 0.125, 0.25, 0.5]))
    np.testing.assert_allclose(shares, [1, 1, 0.5, 0.25, 0, 0])


@pytest.mark.parametrize("shape", [Ellipsoid((0, 0, 30), (9, 9, 20)), Tube((0, 0, 20), (9, 0, 30), 5)])
def test_plane_beside_a_shape_stays_empty(shape):
    page = canvas(z=5.0)
    page.paint(shape, np.float32(1), 1)
    assert not page.image.any()


def test_shape_outside_the_image_is_cut_off():
    page = canvas()
    page.paint(Ellipsoid((50, 0, 0), (20, 20, np.inf)), np.float32(1))
    assert page.image.sum() * page.pixel_mm**2 == pytest.approx(np.pi * 200, rel=0.02)


def test_shape_is_confined_to_its_host():
    page = canvas()
    host = (page.x < 0) * np.ones_like(page.y)
    page.paint(Ellipsoid((0, 0, 0), (20, 20, np.inf)), np.float32(1), within=host)
    assert page.image.sum() * page.pixel_mm**2 == pytest.approx(np.pi * 200, rel=0.01)


def test_smooth_field_has_deviation_one():
    rng = np.random.default_rng(1)
    axis = np.linspace(-200, 200, 64, dtype=np.float32)
    fields = [
        SmoothField.draw(rng, wavelengths_mm=(20, 60)).values(axis[np.newaxis], axis[:, np.newaxis], 0)
        for _ in range(30)
    ]
    assert np.std(fields) == pytest.approx(1, abs=0.05)


def test_smooth_field_equals_its_sum_of_waves():
    field = SmoothField.draw(np.random.default_rng(2), wavelengths_mm=(20, 60), waves=5)
    x, y, z = np.linspace(-50, 50, 7), np.linspace(-30, 30, 5), 12.0
    points = np.stack(np.broadcast_arrays(x[np.newaxis], y[:, np.newaxis], z), axis=-1)
    angles = (points[..., np.newaxis, :] * field.frequencies).sum(axis=-1) + field.phases
    expected = (field.amplitudes * np.cos(angles)).sum(axis=-1)
    np.testing.assert_allclose(field.values(x[np.newaxis], y[:, np.newaxis], z), expected, atol=1e-5)
