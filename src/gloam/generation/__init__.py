"""Events of e+e- collisions from matrix elements: signals of dark sectors, and backgrounds in lowest order of QED.

`make_process` names a process, `generate` and `stream` draw its events: in the centre of mass, with the
electron along +z. Hadrons come from Pythia, an extra: `generate_with_pythia`.
"""

from gloam.events.batch import EventBatch
from gloam.events.particles import Particle
from gloam.generation.cuts import PhotonCuts
from gloam.generation.process import Draw, Process
from gloam.generation.pythia import PYTHIA_PROCESSES, generate_with_pythia
from gloam.generation.registry import PROCESSES, make_process
from gloam.generation.sampling import GeneratedBatch, cross_section, generate, numbered, stream
from gloam.generation.statistics import Tally
from gloam.generation.tau_decays import TAU_PAIRS, decay_taus
from gloam.generation.tau_mixtures import TAU_MIXTURES, decayed_parts, mixture_fraction, stream_tau_mixture

__all__ = [
    "PROCESSES",
    "PYTHIA_PROCESSES",
    "TAU_MIXTURES",
    "TAU_PAIRS",
    "Draw",
    "EventBatch",
    "GeneratedBatch",
    "Particle",
    "PhotonCuts",
    "Process",
    "Tally",
    "cross_section",
    "decay_taus",
    "decayed_parts",
    "generate",
    "generate_with_pythia",
    "make_process",
    "mixture_fraction",
    "numbered",
    "stream",
    "stream_tau_mixture",
]
