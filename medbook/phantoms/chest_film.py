"""One patient and one film: the steps from chance to an image, in order."""

from typing import NamedTuple

import numpy as np

from medbook.phantoms.chest_anatomy import Thorax, project_thorax
from medbook.phantoms.chest_bones import project_bones
from medbook.phantoms.chest_grid import film_grid
from medbook.phantoms.chest_lesions import DISEASES, draw_lesion, project_lesions, revisit
from medbook.phantoms.chest_patient import Patient, draw_patient, draw_pose
from medbook.phantoms.chest_physics import display, draw_exposure, expose, print_marker, shutter_open, site_of
from medbook.phantoms.chest_texture import fractal_texture
from medbook.phantoms.chest_vessels import draw_vessels, project_tubes


class Case(NamedTuple):
    """One patient, with what all visits share."""

    patient: Patient
    label: int
    recorded_label: int
    site_id: int
    foci: list  # of the lesion
    vessels: tuple  # start, end and radius of each segment
    texture: tuple  # which piece of the fractal texture fills the lungs, mm


class Film(NamedTuple):
    """One image with its truth."""

    image: np.ndarray
    mask: np.ndarray
    boxes: np.ndarray
    thorax: Thorax
    has_marker: bool


def draw_case(seed, dials):
    """Draw one patient.

    Parameters
    ----------
    seed : list of int
        The patient's own: patients do not depend on one another.
    dials : Dials
    """
    # Each number is drawn whatever the dials say, and lesions have a generator for each disease:
    # turning one dial leaves all else as it is.
    rng = _generator(*seed, 0, 0)
    is_diseased, which, is_wrong, other, where, down, across = rng.random(7).tolist()
    num_diseases = len(dials.classes) - 1
    prevalence = num_diseases / (num_diseases + 1) if dials.prevalence is None else dials.prevalence
    label = 1 + int(which * num_diseases) if num_diseases and is_diseased < prevalence else 0
    recorded_label = label
    if num_diseases and is_wrong < dials.label_noise:
        recorded_label = (label + 1 + int(other * num_diseases)) % len(dials.classes)
    patient = draw_patient(rng)
    vessels = draw_vessels(rng, patient)
    foci = []
    if label > 0:
        disease = dials.classes[label]
        foci = draw_lesion(disease, _generator(*seed, 0, 1 + DISEASES.index(disease)), patient)
    site_id = int(dials.sites[int(where * len(dials.sites))])
    return Case(patient, label, recorded_label, site_id, foci, vessels, (768 * down, 768 * across))


def take_film(seed, case, visit, dials):
    """Position, expose and develop one film of a patient."""
    rng = _generator(*seed, 1 + visit, 0)
    patient, site = case.patient, site_of(case.site_id)
    pose = draw_pose(rng, patient)
    exposure = draw_exposure(rng, site)
    marker_chance = rng.random()
    foci = revisit(case.foci, rng, visit, pose)
    quantum = rng.standard_normal((dials.size, dials.size), dtype=np.float32)

    grid = film_grid(dials.size, pose)
    thorax = project_thorax(patient, grid)
    bone = project_bones(patient, grid, thorax.cavity_width)
    lesion, mask, boxes = project_lesions(foci, grid, thorax.lung)
    tissue = thorax.soft + _lung_structure(case, grid, thorax.lung) + dials.lesion_contrast * lesion
    attenuation = site.soft_per_mm * tissue + site.bone_per_mm * bone
    density = expose(attenuation, site, grid, dose=exposure.dose, noise=dials.noise, quantum=quantum)
    image = display(density, site, exposure, patient.thickness_mm, 1.1 * patient.cavity_depth)
    image *= shutter_open(exposure, grid)
    has_marker = _has_marker(marker_chance, case.label > 0, dials.shortcut)
    if has_marker:
        print_marker(image, site, exposure, grid)
    return Film(image, mask, boxes, thorax, has_marker)


def _generator(*words):
    """Return the generator that belongs to these whole numbers."""
    return np.random.default_rng(np.array(words, np.uint32))  # twice as fast as from a list, and the same


def _lung_structure(case, grid, lung):
    """Return what vessels and fine structure add to inflated lung, mm of soft tissue."""
    aerated = np.minimum(lung * 0.025, 1)
    x, y = grid.to_film(0.0, 0.0)  # the texture moves with the patient
    texture = fractal_texture(grid.x_film - x, grid.y_film - y, offset=case.texture, scale=0.4)
    return aerated * (project_tubes(*case.vessels, grid) + 0.025 * lung * texture)


def _has_marker(chance, is_diseased, shortcut):
    if shortcut is None:
        return False
    return chance < (1 + shortcut if is_diseased else 1 - shortcut) / 2
