"""The sets that are read from folders: `nih_chest`, `nuclei` and `hippocampus`, and what can be wrong there."""

import gzip

import nibabel
import numpy as np
import pytest
from PIL import Image

from medbook.datasets import DataError, folders, hippocampus, load
from tests.datasets.builders import write_hippocampus, write_nih, write_nuclei

ROWS = [
    ("no_finding/1_0.png", "no_finding", "0001"),
    ("pneumonia/1_1.png", "pneumonia", "0001"),
    ("pneumonia/2_0.png", "pneumonia", "0002"),
]
FOLDER_SETS = ("nih_chest", "nuclei", "hippocampus")


@pytest.fixture(autouse=True)
def _without_data(monkeypatch):
    monkeypatch.delenv("MEDBOOK_DATA", raising=False)


def test_radiographs_by_hand(tmp_path):
    write_nih(tmp_path, ROWS)
    dataset = load("nih_chest", folder=tmp_path)
    np.testing.assert_allclose(dataset.images[:, 0, 0, 0], [0, 0.2, 0.4], rtol=1e-6)
    assert dataset.labels.tolist() == [0, 1, 1]
    assert dataset.patient_ids.tolist() == ["0001", "0001", "0002"]
    assert dataset.extras["follow_up"].tolist() == ["0", "1", "2"]


def test_nuclei_by_hand(tmp_path):
    write_nuclei(tmp_path)
    dataset = load("nuclei", folder=tmp_path)
    assert [image.shape for image in dataset.images] == [(8, 6, 3), (8, 10, 3)]
    assert dataset.images[0][0, 0].tolist() == [1, 0, 1]
    assert [np.unique(mask).tolist() for mask in dataset.masks] == [[0, 1, 300], [0, 1, 300]]
    assert dataset.labels.tolist() == [0, 1]
    assert dataset.extras["num_nuclei"].tolist() == [2, 2]


def test_hippocampus_axes_run_to_head_back_and_left(tmp_path):
    write_hippocampus(tmp_path)
    dataset = load("hippocampus", folder=tmp_path)
    # shape (x, y, z) = (4, 5, 6), value 100 x + 10 y + z, x to the patient's right, y to the front, z to the head
    assert [volume.shape for volume in dataset.images] == [(6, 5, 4, 1), (7, 5, 3, 1)]
    first = dataset.images[0][..., 0]
    assert first[0, 0, 0] == 340
    assert (first[1, 0, 0], first[0, 1, 0], first[0, 0, 1]) == (341, 330, 240)
    assert dataset.masks[0][:, 0, 0].tolist() == [0, 1, 2, 0, 1, 2]
    assert dataset.spacing_mm == (1, 1, 1)
    assert dataset.extras["files"].tolist() == ["hippocampus_000.nii.gz", "hippocampus_001.nii.gz"]


def test_row_52_hippocampus_does_not_know_its_patients(tmp_path):
    write_hippocampus(tmp_path)
    with pytest.raises(DataError, match='by="image"'):
        load("hippocampus", folder=tmp_path).split_by_patient((0.5, 0.5))


def test_hippocampus_stored_along_other_axes_is_the_same(tmp_path):
    root = write_hippocampus(tmp_path)
    expected = load("hippocampus", folder=tmp_path)
    for path in root.rglob("*.nii.gz"):
        volume = nibabel.load(path)
        flipped = np.asarray(volume.dataobj)[::-1].transpose(2, 0, 1)
        affine = np.array([[0, -1, 0, volume.shape[0] - 1], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]])
        nibabel.save(nibabel.Nifti1Image(flipped, affine), path)
    received = load("hippocampus", folder=tmp_path)
    for ours, theirs in zip(received.images + received.masks, expected.images + expected.masks, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_hippocampus_in_the_official_folders_is_found(tmp_path):
    root = write_hippocampus(tmp_path, images="imagesTr", labels="labelsTr")
    (root / "imagesTr" / "._hippocampus_000.nii.gz").write_bytes(b"left by macOS")
    assert len(load("hippocampus", folder=root)) == 2


@pytest.mark.parametrize(
    ("name", "write"),
    [("nih_chest", lambda at: write_nih(at, ROWS)), ("nuclei", write_nuclei), ("hippocampus", write_hippocampus)],
)
def test_folder_itself_its_parent_and_medbook_data_all_work(name, write, tmp_path, monkeypatch):
    root = write(tmp_path)
    number = len(load(name, folder=root))
    assert len(load(name, folder=tmp_path)) == number
    monkeypatch.setenv("MEDBOOK_DATA", str(tmp_path))
    assert len(load(name)) == number > 1


@pytest.mark.parametrize("name", FOLDER_SETS)
def test_set_that_is_nowhere_says_where_to_get_it_and_how_to_lay_it_out(name, tmp_path):
    for folder in (None, tmp_path):
        with pytest.raises(DataError, match=rf"{name} .*Get it from http.*MEDBOOK_DATA.*Expected: .*/"):
            load(name, folder=folder)


@pytest.mark.parametrize("name", FOLDER_SETS)
def test_folder_that_does_not_exist_is_named(name, tmp_path):
    with pytest.raises(DataError, match="there is no such folder"):
        load(name, folder=tmp_path / "none")


@pytest.mark.parametrize("name", FOLDER_SETS)
def test_split_of_a_set_without_parts_names_the_way(name):
    with pytest.raises(DataError, match=r"no official parts.*split_by_patient"):
        load(name, "train")


@pytest.mark.parametrize("entry", ["../secret.png", "/etc/secret.png", "a/../../secret.png", "..\\secret.png", "c:x"])
def test_list_that_leads_out_of_its_folder_is_refused(entry, tmp_path):
    root = write_nih(tmp_path, ROWS)
    (root / "labels.csv").write_text(f"file,label,patient_id,follow_up\n{entry},pneumonia,1,0\n")
    Image.fromarray(np.zeros((8, 6), dtype="uint8")).save(tmp_path / "secret.png")
    with pytest.raises(DataError, match=r"line 2: .* leads out of the folder"):
        load("nih_chest", folder=tmp_path)


def test_name_of_nuclei_that_leads_out_is_refused(tmp_path):
    root = write_nuclei(tmp_path)
    (root / "index.csv").write_text("id,kind,n_nuclei\n../../secret,fluo256,2\n")
    with pytest.raises(DataError, match="leads out of the folder"):
        load("nuclei", folder=tmp_path)


def test_link_that_leads_out_is_refused(tmp_path):
    root = write_nih(tmp_path, ROWS)
    Image.fromarray(np.zeros((8, 6), dtype="uint8")).save(tmp_path / "secret.png")
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "labels.csv").write_text("file,label,patient_id,follow_up\nlink.png,pneumonia,1,0\n")
    with pytest.raises(DataError, match="leads out of the folder"):
        load("nih_chest", folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no image"),
        ("file,label,patient_id,follow_up\n", "lists no image"),
        ("file,label\na.png,pneumonia\n", "line 2: column 'patient_id' is missing or empty"),
        ("file,label,patient_id,follow_up\na.png,pneumonia,,1\n", "line 2: column 'patient_id' is missing or empty"),
        ("file,label,patient_id,follow_up\nnone.png,pneumonia,1,1\n", r"none\.png: there is no such file"),
        ("file,label,patient_id,follow_up\npneumonia/2_0.png,flu,1,1\n", "label 'flu', expected no_finding or pneumo"),
    ],
)
def test_bad_list_is_named_with_its_line(text, message, tmp_path):
    (write_nih(tmp_path, ROWS) / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        load("nih_chest", folder=tmp_path)


def test_list_in_other_bytes_is_refused(tmp_path):
    (write_nih(tmp_path, ROWS) / "labels.csv").write_bytes(b"\xff\xfe\x00file")
    with pytest.raises(DataError, match=r"labels\.csv: cannot be read as CSV"):
        load("nih_chest", folder=tmp_path)


@pytest.mark.parametrize("cut", [0, 10, 50])
def test_row_37_truncated_picture_is_named(cut, tmp_path):
    path = write_nih(tmp_path, ROWS) / "pneumonia/2_0.png"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match=r"2_0\.png: damaged, or no PNG"):
        load("nih_chest", folder=tmp_path)


def test_picture_in_colour_is_refused(tmp_path):
    path = write_nih(tmp_path, ROWS) / "pneumonia/2_0.png"
    Image.fromarray(np.zeros((8, 6, 3), dtype="uint8")).save(path)
    with pytest.raises(DataError, match="mode RGB, expected L"):
        load("nih_chest", folder=tmp_path)


def test_picture_of_another_size_is_refused(tmp_path):
    path = write_nih(tmp_path, ROWS) / "pneumonia/2_0.png"
    Image.fromarray(np.zeros((9, 6), dtype="uint8")).save(path)
    with pytest.raises(DataError, match=r"2_0\.png: size \(9, 6\), expected \(8, 6\)"):
        load("nih_chest", folder=tmp_path)


def test_row_37_picture_too_large_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    write_nih(tmp_path, ROWS)
    monkeypatch.setattr(folders, "MAX_PIXELS", 47)
    with pytest.raises(DataError, match="8 x 6 pixels, more than the allowed 47"):
        load("nih_chest", folder=tmp_path)


def test_mask_with_another_number_of_nuclei_is_refused(tmp_path):
    root = write_nuclei(tmp_path)
    Image.fromarray(np.eye(8, 6, dtype="uint16")).save(root / "labels/n0.png")
    with pytest.raises(DataError, match="n0 should have 2 nuclei, its mask has 1"):
        load("nuclei", folder=tmp_path)


def test_mask_of_another_size_is_refused(tmp_path):
    root = write_nuclei(tmp_path)
    (root / "labels/n0.png").write_bytes((root / "labels/n1.png").read_bytes())
    with pytest.raises(DataError, match=r"masks\[0\]: masks of shape \(8, 10\), expected that of the images, \(8, 6\)"):
        load("nuclei", folder=tmp_path)


@pytest.mark.parametrize("content", [b"", b"text", gzip.compress(b"text"), gzip.compress(bytes(400))])
def test_row_37_volume_that_is_none_is_named(content, tmp_path):
    path = write_hippocampus(tmp_path) / "images/hippocampus_001.nii.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"hippocampus_001\.nii\.gz: "):
        load("hippocampus", folder=tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_row_37_truncated_volume_is_named(share, tmp_path):
    path = write_hippocampus(tmp_path, shapes=((20, 20, 20),)) / "images/hippocampus_000.nii.gz"
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"hippocampus_000\.nii\.gz: damaged"):
        load("hippocampus", folder=tmp_path)


def test_row_37_volume_too_large_is_refused(tmp_path, monkeypatch):
    write_hippocampus(tmp_path)
    monkeypatch.setattr(hippocampus, "MAX_VOXELS", 119)
    with pytest.raises(DataError, match="at most 119 voxels"):
        load("hippocampus", folder=tmp_path)


def test_missing_mask_of_a_volume_is_named(tmp_path):
    (write_hippocampus(tmp_path) / "labels/hippocampus_001.nii.gz").unlink()
    with pytest.raises(DataError, match=r"labels.hippocampus_001\.nii\.gz: there is no such file"):
        load("hippocampus", folder=tmp_path)


def test_mask_with_an_unknown_number_is_refused(tmp_path):
    path = write_hippocampus(tmp_path) / "labels/hippocampus_000.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.full((4, 5, 6), 3, dtype="uint8"), np.eye(4)), path)
    with pytest.raises(DataError, match="other values than 0"):
        load("hippocampus", folder=tmp_path)


def test_mask_on_another_grid_is_refused(tmp_path):
    path = write_hippocampus(tmp_path) / "labels/hippocampus_000.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 5, 6), dtype="uint8"), np.diag([2, 1, 1, 1])), path)
    with pytest.raises(DataError, match=r"hippocampus_000\.nii\.gz: spacing \(1\.0, 1\.0, 2\.0\) mm, expected"):
        load("hippocampus", folder=tmp_path)


def test_folder_without_volumes_is_named(tmp_path):
    (tmp_path / "hippocampus_msd/images").mkdir(parents=True)
    with pytest.raises(DataError, match=r"holds no \.nii"):
        load("hippocampus", folder=tmp_path)
