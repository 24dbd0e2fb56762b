"""Who stands before the detector: what differs between patients, and between visits of one patient."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patient:
    """What stays the same between the visits of one patient; lengths in mm, y downwards from the film's centre."""

    is_female: bool
    age: float  # 0 = young adult, 1 = old
    scale: float
    cavity_width: float  # half inner width of the rib cage at its widest
    cavity_depth: float  # half inner depth, front to back
    wall: float  # soft tissue around the rib cage
    apex: float  # y of the lung's top
    dome: float  # y of the right half of the diaphragm
    dome_difference: float  # how much lower the left half stands
    dome_height: float
    heart_width: float  # half width of the heart's ellipsoid
    heart_height: float
    heart_tilt: float  # radians
    heart_right: float
    knob: float  # radius of the aortic arch
    mediastinum: float  # half width
    breast: float  # thickness; 0 for men
    breast_drop: float
    breast_radius: float
    rib_pitch: float
    rib_first: float
    rib_drop: float  # from the side to the breastbone
    rib_slope: float  # from the spine to the side
    rib_arch: float
    rib_bone: float  # thickness along the ray at the middle of a rib
    clavicle: float  # y of the inner end
    clavicle_rise: tuple  # of the outer end, right and left
    scapula: float
    shoulder: float  # y of the shoulders' top
    bend: float  # sideways bow of the spine
    bubble: float  # radius of the gas in the stomach; 0 without
    bubble_x: float
    habit: tuple  # how this patient stands: five standard normal numbers, see draw_pose

    @property
    def thickness_mm(self):
        """Front to back, in the middle."""
        return 2 * (self.cavity_depth + 0.55 * self.wall + 8)

    bone_density: float


@dataclass(frozen=True)
class Pose:
    """What changes from visit to visit."""

    shift_x: float
    shift_y: float
    roll: float  # in the plane of the film, radians
    turn: float  # about the long axis, radians
    breath: float  # how far the diaphragm stands below its usual place


def draw_patient(rng):
    """Draw one patient."""
    is_female = rng.random() < 0.48
    age = rng.random()
    scale = rng.normal(0.95 if is_female else 1.03, 0.06)
    build = rng.gamma(2.2, 1.0)  # most are slim, some are not
    has_bubble = rng.random() < 0.65
    return Patient(
        is_female=is_female,
        age=age,
        scale=scale,
        cavity_width=scale * rng.normal(136, 7),
        cavity_depth=scale * rng.normal(78, 7),
        wall=scale * (36 + 8 * build),
        apex=-122 * scale + rng.normal(0, 7),
        dome=rng.normal(80, 15),
        dome_difference=rng.normal(13, 6),
        dome_height=rng.uniform(22, 48),
        heart_width=scale * rng.normal(64 + 6 * age, 6),
        heart_height=scale * rng.normal(45, 4),
        heart_tilt=rng.normal(0.66, 0.1),
        heart_right=scale * rng.normal(36, 4),
        knob=scale * rng.normal(14 + 7 * age, 1.8),
        mediastinum=scale * rng.normal(19, 2) + 1.2 * build,
        breast=is_female * rng.uniform(4, 13 + 5 * build),
        breast_drop=rng.normal(62 + 18 * age, 12),
        breast_radius=scale * rng.uniform(52, 74),
        rib_pitch=scale * rng.normal(24.5, 1.4),
        rib_first=rng.normal(-6, 4),
        rib_drop=rng.normal(78, 14),
        rib_slope=rng.normal(44, 9),
        rib_arch=rng.normal(6, 3),
        rib_bone=rng.normal(7.5, 1.2),
        clavicle=rng.normal(22, 7),
        clavicle_rise=(rng.normal(24, 9), rng.normal(24, 9)),
        scapula=rng.normal(0, 8),
        shoulder=rng.normal(-9, 11),
        bend=rng.normal(0, 4),
        bubble=has_bubble * rng.uniform(12, 30),
        bubble_x=rng.normal(72, 12),
        habit=tuple(rng.standard_normal(5).tolist()),
        bone_density=rng.normal(1.08 - 0.3 * age, 0.08),
    )


def draw_pose(rng, patient):
    """Draw one visit: a part of the positioning is the patient's own, the rest is chance."""
    habit, chance = patient.habit, rng.standard_normal(5).tolist()
    return Pose(
        shift_x=7.0 * habit[0] + 5.0 * chance[0],
        shift_y=9.0 * habit[1] + 6.0 * chance[1],
        roll=0.02 * habit[2] + 0.015 * chance[2],
        turn=0.035 * habit[3] + 0.03 * chance[3],
        breath=5.0 * chance[4],
    )
