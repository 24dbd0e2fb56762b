"""Functional groups: where multi-frame objects keep what holds for one frame or for all."""

from medbook.dicom.attributes import read_items


def frame_items(header, sequence, num_frames):
    """Return, for each frame, the item of one functional group.

    Parameters
    ----------
    header : pydicom.Dataset
    sequence : str
        Keyword of the group, such as "PixelMeasuresSequence".
    num_frames : int

    Returns
    -------
    list of (pydicom.Dataset or None), length ``num_frames``
        A frame's own item, else the shared one, else None. For objects without functional
        groups all are None.

    References
    ----------
    DICOM PS3.3 C.7.6.16.
    """
    shared = None
    for groups in read_items(header, "SharedFunctionalGroupsSequence")[:1]:
        shared = next(iter(read_items(groups, sequence)), None)
    items = [shared] * num_frames
    for frame, groups in enumerate(read_items(header, "PerFrameFunctionalGroupsSequence")[:num_frames]):
        items[frame] = next(iter(read_items(groups, sequence)), shared)
    return items
