import numpy as np
import pytest

from medbook import phantoms
from medbook.datasets import DataError, check_disjoint, load, names, simulated
from tests.datasets.builders import fake_phantom

SIMULATED = tuple(simulated.SETS)
PARTS = ("train", "validation", "test")


@pytest.fixture
def _small(monkeypatch):
    """Replace the phantoms by ones of 8 x 8 pixels that take no time."""
    for function in ("chest_radiographs", "ct_slices", "mr_slices"):
        monkeypatch.setattr(phantoms, function, fake_phantom(), raising=False)
    monkeypatch.setattr(phantoms, "cine_ultrasound", fake_phantom(frames=(3,)), raising=False)


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("name", SIMULATED)
def test_row_52_parts_share_no_patient(name):
    check_disjoint(*[load(name, part) for part in PARTS])


@pytest.mark.usefixtures("_small")
def test_row_52_sets_share_no_patient_either():
    check_disjoint(*[load(name) for name in SIMULATED])


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("name", SIMULATED)
def test_parts_have_the_sizes_of_the_data_cards(name):
    assert tuple(len(load(name, part)) for part in PARTS) == simulated.SETS[name].sizes


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("name", SIMULATED)
def test_without_split_all_parts_follow_one_another(name):
    whole, parts = load(name), [load(name, part) for part in PARTS]
    np.testing.assert_array_equal(whole.images, np.concatenate([part.images for part in parts]))
    np.testing.assert_array_equal(whole.patient_ids, np.concatenate([part.patient_ids for part in parts]))
    assert whole.split is None


@pytest.mark.usefixtures("_small")
def test_same_name_and_part_are_the_same_images_every_time():
    np.testing.assert_array_equal(load("simulated_mr", "test").images, load("simulated_mr", "test").images)


@pytest.mark.usefixtures("_small")
def test_every_image_is_of_another_patient():
    dataset = load("simulated_ct_liver", num=50)
    assert len(dataset) == len(set(dataset.patient_ids.tolist())) == 50


@pytest.mark.usefixtures("_small")
@pytest.mark.parametrize("num", [3, 10, 77])
def test_num_without_split_is_shared_among_the_parts(num):
    dataset = load("simulated_chest", num=num)
    parts = dataset.patient_ids // simulated.SPLIT_STEP % 10
    assert len(dataset) == num
    np.testing.assert_allclose(np.bincount(parts, minlength=3) / num, [4 / 7, 1 / 7, 2 / 7], atol=1 / num)


@pytest.mark.usefixtures("_small")
def test_rng_gives_other_patients_and_repeats():
    def drawn(seed, part="train"):
        return load("simulated_chest", part, num=4, rng=np.random.default_rng(seed)).images[:, 0, 0, 0].tolist()

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    assert drawn(1) != load("simulated_chest", "train", num=4).images[:, 0, 0, 0].tolist()


@pytest.mark.usefixtures("_small")
def test_row_52_equal_generators_do_not_give_equal_parts():
    train, test = (load("simulated_chest", part, num=4, rng=np.random.default_rng(0)) for part in ("train", "test"))
    assert not np.isin(train.images[:, 0, 0, 0], test.images[:, 0, 0, 0]).any()


@pytest.mark.usefixtures("_small")
def test_folder_is_refused():
    with pytest.raises(DataError, match="not read from a folder"):
        load("simulated_chest", folder=".")


def test_names_hold_every_set_once():
    assert set(SIMULATED) < set(names())
    assert len(set(names())) == len(names()) == 10


@pytest.mark.parametrize("name", SIMULATED)
def test_real_phantoms_give_checked_images_with_what_the_card_promises(name):
    dataset, entry = load(name, "validation", num=4), simulated.SETS[name]
    assert dataset.images.dtype == np.float32
    assert dataset.images.shape[-1] == 1
    assert dataset.masks.shape == dataset.images.shape[:-1]
    assert set(entry.extras) <= set(dataset.extras)
    assert len(dataset.spacing_mm) == 2
    assert "No patient was imaged" in dataset.summary()


@pytest.mark.parametrize("name", SIMULATED)
def test_phantom_of_another_scale_is_refused(name, monkeypatch):
    phantom = fake_phantom()(2, rng=np.random.default_rng(0))
    phantom.images = np.full((2, 8, 8), 1e4, dtype="float32")
    monkeypatch.setattr(phantoms, simulated.SETS[name].function, lambda num, **settings: phantom)
    with pytest.raises(DataError, match=f"{name}, images: float32 from 10000"):
        load(name, "train", num=2)


@pytest.mark.parametrize("name", SIMULATED)
def test_real_phantoms_repeat_and_smaller_sets_are_the_beginning_of_larger(name):
    small, large = (load(name, "train", num=num) for num in (1, 2))
    np.testing.assert_array_equal(small.images, large.images[:1])
    assert not np.array_equal(large.images[0], large.images[1])
