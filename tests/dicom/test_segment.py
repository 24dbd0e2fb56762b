import pytest
from pydicom.sr.codedict import codes

from medbook.dicom import Segment
from medbook.dicom.segment import NAMED

CODE = ("10200004", "SCT", "Liver")


def test_liver_metastasis_has_the_codes_of_snomed():
    segment = Segment.named("liver metastasis")
    assert segment.category == codes.SCT.MorphologicallyAbnormalStructure
    assert (segment.property_type, segment.region) == (codes.SCT.NeoplasmSecondary, codes.SCT.Liver)
    assert segment.property_type.value == "14799000"


@pytest.mark.parametrize("name", NAMED)
def test_every_name_has_codes_of_the_standards_lists(name):
    segment = Segment.named(name)
    assert segment.category in (codes.cid7150.AnatomicalStructure, codes.cid7150.MorphologicallyAbnormalStructure)
    assert segment.property_type in list(codes.cid7151.concepts.values())
    is_lesion = segment.category == codes.SCT.MorphologicallyAbnormalStructure
    assert (segment.property_type in list(codes.cid7159.concepts.values())) == is_lesion


def test_label_replaces_the_name():
    assert Segment.named("lung nodule", label="nodule 2").label == "nodule 2"


def test_unknown_name_is_refused_with_the_list_and_the_way_out():
    with pytest.raises(ValueError, match=r"segment 'tooth' is not known.*lung nodule.*pass Segment\(label"):
        Segment.named("tooth")


@pytest.mark.parametrize("code", ["Liver", ("Liver",), ("1" * 17, "SCT", "Liver"), ("1", "", "Liver"), None, 7])
def test_what_is_no_code_is_refused(code):
    with pytest.raises(ValueError, match="expected a code of three texts"):
        Segment("x", CODE, code)


@pytest.mark.parametrize("label", ["", " ", "a\\b", "L\u00e4sion", "a\nb", "x" * 65, None])
def test_label_that_a_file_cannot_hold_is_refused(label):
    with pytest.raises(ValueError, match="1 to 64 printable ASCII characters"):
        Segment(label, CODE, CODE)


@pytest.mark.parametrize("color", [(1, 2), (0, 0, 256), (0.5, 0, 0), "red", 3])
def test_what_is_no_color_is_refused(color):
    with pytest.raises(ValueError, match="expected red, green and blue"):
        Segment("x", CODE, CODE, color=color)
