"""Cross sections at sqrt(s) = 10.58 GeV that were found without the generator.

No published numbers: quadratures of lowest order with alpha = 1/137.036 and massless electrons, from a study that came
before this package. Each was found in two ways there: traces integrated over angles by current conservation, and
helicity amplitudes (29 masses of the Z', pulls with mean 0.17 and width 0.93); the Z' also from the closed form for
massless muons to 1e-8. Four muons came from adaptive integration of twelve diagrams, with its error.
"""

ZPRIME = {  # mass in GeV: sigma(mu mu Z')/g'^2 in fb, to 6 digits
    0.05: 763325.0, 0.1: 567764.0, 0.25: 340545.0, 0.5: 202363.0, 1.0: 99563.4, 2.0: 34661.3, 3.0: 13710.9,
    3.5: 8671.86, 4.5: 3358.01, 5.0: 2025.24, 6.0: 663.234, 7.5: 78.2515, 8.0: 30.8109, 9.0: 2.37986, 9.5: 0.319776,
}  # fmt: skip

MUMU_SCALAR = {  # mass: sigma(mu mu S)/y^2 in fb
    0.1: 41110.9, 0.212: 30361.1, 0.5: 20566.0, 1.0: 13427.6, 3.0: 3442.48, 5.0: 705.263, 8.0: 14.0997, 9.0: 1.18117,
}  # fmt: skip

TAUTAU_SCALAR = {  # mass: sigma(tau tau S)/y^2 in fb
    0.1: 109735.0, 0.5: 47276.6, 1.0: 26563.5, 3.0: 4696.94, 3.6: 2714.1, 5.0: 559.665, 6.0: 96.0246,
}  # fmt: skip

HIGGSSTRAHLUNG = {  # (m_A', m_h'): sigma(A' h') in fb for epsilon = 1e-3, alpha_D = 1/137
    (0.5, 0.2): 0.198548, (1.0, 2.0): 0.192045, (2.0, 4.0): 0.182734, (2.0, 8.0): 0.028121, (4.0, 2.0): 0.506074,
    (5.0, 4.0): 0.497177,
}  # fmt: skip

GAMMA_DARK_PHOTON = {  # mass: sigma(gamma A') in fb for epsilon = 1e-3, photon at 30 to 150 degrees
    0.1: 4.11599, 1.0: 4.18903, 3.0: 4.85651, 5.0: 6.7224, 8.0: 18.1339, 9.0: 33.2436,
}  # fmt: skip

ALP = {  # mass: sigma(gamma a) in fb for g = 1e-3 / GeV
    0.05: 118.385, 0.5: 117.602, 2.0: 106.149, 5.0: 55.4649, 8.0: 9.29842,
}  # fmt: skip

FOUR_MUONS = 335.51, 0.78  # fb, and its Monte Carlo error

RADIATIVE_FACTOR = {  # (mass of the Z', largest photon energy in GeV): sigma with radiation of the beams over without
    (1.0, 0.5): 0.8640, (3.0, 0.5): 0.8590, (8.0, 0.5): 0.8206, (9.0, 0.5): 0.7914,
    (1.0, 5.29): 1.0264, (3.0, 5.29): 0.9634, (8.0, 5.29): 0.8365,
}  # fmt: skip
"""Two quadratures of the radiator that is used here too: the sampling is checked, not the radiator."""
