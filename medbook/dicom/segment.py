"""What a segment of a mask shows: a label for people, codes for programs, a colour for viewers."""

from dataclasses import dataclass

from pydicom.sr.coding import Code

ORANGE, BLUE, GREEN, RED = (230, 159, 0), (0, 114, 178), (0, 158, 115), (213, 94, 0)  # told apart by the colour-blind
ANATOMY, ABNORMAL = "AnatomicalStructure", "MorphologicallyAbnormalStructure"
# Name: category, type and region, by their keywords in pydicom's dictionary of SNOMED CT, and a colour.
NAMED = {
    "aorta": (ANATOMY, "Aorta", None, RED),
    "brain": (ANATOMY, "Brain", None, BLUE),
    "brain tumour": (ABNORMAL, "Neoplasm", "Brain", ORANGE),
    "heart": (ANATOMY, "Heart", None, RED),
    "hippocampus": (ANATOMY, "Hippocampus", None, GREEN),
    "kidney": (ANATOMY, "Kidney", None, RED),
    "left ventricle": (ANATOMY, "LeftVentricle", None, RED),
    "lesion": (ABNORMAL, "Lesion", None, ORANGE),
    "liver": (ANATOMY, "Liver", None, BLUE),
    "liver lesion": (ABNORMAL, "Lesion", "Liver", ORANGE),
    "liver metastasis": (ABNORMAL, "NeoplasmSecondary", "Liver", ORANGE),
    "lung": (ANATOMY, "Lung", None, BLUE),
    "lung nodule": (ABNORMAL, "Nodule", "Lung", ORANGE),
    "spleen": (ANATOMY, "Spleen", None, GREEN),
}
CODE_LENGTHS = (16, 16, 64)  # of value and scheme (SH) and meaning (LO), PS3.5 6.2


@dataclass(frozen=True)
class Segment:
    """One structure of a mask.

    Attributes
    ----------
    label : str
        What people read; printable ASCII, at most 64 characters.
    category : (str, str, str)
        Code of the kind of structure: value, coding scheme and meaning, such as
        ``("49755003", "SCT", "Morphologically Abnormal Structure")``. "SCT" is SNOMED CT.
    property_type : (str, str, str)
        Code of the structure, such as ``("10200004", "SCT", "Liver")``.
    region : (str, str, str) or None
        Code of the part of the body in which a lesion lies.
    color : (int, int, int) or None
        Red, green and blue, 0 to 255, in which viewers are asked to show it.

    References
    ----------
    DICOM PS3.3 C.8.20.2 (segment sequence), PS3.16 CID 7150 (categories) and CID 7151 (types).

    Examples
    --------
    >>> cyst = Segment("cyst", ("49755003", "SCT", "Morphologically Abnormal Structure"), ("441457006", "SCT", "Cyst"))
    >>> cyst.property_type.meaning
    'Cyst'
    """

    label: str
    category: tuple
    property_type: tuple
    region: tuple | None = None
    color: tuple | None = ORANGE

    def __post_init__(self):
        check_text(self.label, "Segment(label=)")
        for name in ("category", "property_type", "region"):
            code = getattr(self, name)
            if name != "region" or code is not None:
                object.__setattr__(self, name, _code(code, name, self.label))
        if self.color is not None and not _is_rgb(self.color):
            raise ValueError(
                f"Segment {self.label!r}: color={self.color!r}; expected red, green and blue, each 0 to 255."
            )

    @classmethod
    def named(cls, name, *, label=None):
        """Return the segment of a structure that the book uses, with its codes.

        Parameters
        ----------
        name : str
            Such as "liver" or "lung nodule"; the message of the error lists all.
        label : str, optional
            What people read, where ``name`` is not enough, such as "nodule 2".

        Returns
        -------
        Segment

        Raises
        ------
        ValueError
            If the name is unknown.

        Examples
        --------
        >>> Segment.named("liver metastasis", label="metastasis 1").region.meaning
        'Liver'
        """
        from pydicom.sr.codedict import codes  # its dictionary of all codes takes a tenth of this package's import

        if name not in NAMED:
            raise ValueError(
                f"segment {name!r} is not known; expected one of {', '.join(NAMED)}. For another structure pass "
                "Segment(label, category, property_type) with codes, such as those of pydicom.sr.codedict."
            )
        *keywords, color = NAMED[name]
        category, property_type, region = (keyword and getattr(codes.SCT, keyword) for keyword in keywords)
        return cls(label or name, category, property_type, region, color)


def check_text(text, name):
    """Refuse text that not every DICOM file can hold.

    Parameters
    ----------
    text : str
    name : str
        What it is, for the message.

    Raises
    ------
    ValueError
        If it is empty, longer than 64 characters, holds a backslash, or characters other than ASCII.
    """
    # A backslash separates values; other alphabets would need another character set than the patient's name.
    is_plain = isinstance(text, str) and text.isascii() and text.isprintable() and "\\" not in text
    if not is_plain or not 1 <= len(text.strip()) <= len(text) <= 64:
        raise ValueError(f"{name} is {text!r}; expected 1 to 64 printable ASCII characters without a backslash.")


def _code(code, name, label):
    try:
        texts = () if isinstance(code, str) else tuple(code)[:3]  # pydicom's codes have a version as the fourth
        is_code = len(texts) == 3 and all(
            isinstance(text, str) and 1 <= len(text) <= length for text, length in zip(texts, CODE_LENGTHS, strict=True)
        )
    except TypeError:
        is_code = False
    if not is_code:
        raise ValueError(
            f"Segment {label!r}: {name}={code!r}; expected a code of three texts: value, scheme and meaning, such as "
            "('10200004', 'SCT', 'Liver')."
        )
    return Code(*texts)


def _is_rgb(color):
    try:
        return len(color) == 3 and all(int(part) == part and 0 <= part <= 255 for part in color)
    except (TypeError, ValueError):
        return False
