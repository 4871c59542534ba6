# %% [markdown]
# # Scan a spectrum
#
# From events to significances, limits and the global significance, with the figures drawn from arrays.

# %%
import matplotlib.pyplot as plt
import numpy as np

import gloam

# %% [markdown]
# Pseudo-data: 20 000 candidates on a falling background, and 200 of a particle of 3.2 GeV.

# %%
stream = np.random.default_rng(7)
smooth = 2.0 + 2.0 * stream.beta(1.0, 1.6, 20_000)
peak = stream.normal(3.2, 0.012, 200)
np.savetxt("events.csv", np.concatenate([smooth, peak]), header="M", comments="", fmt="%.6f")

# %% [markdown]
# A resolution that grows with the mass, half-resolution steps, a third-order polynomial in windows of 25 resolutions.

# %%
spectrum = gloam.read_spectrum("events.csv", column="M", low=2.0, high=4.0, bin_width=0.001)
width = gloam.Table([2.0, 4.0], [0.008, 0.016], "width")
masses = np.arange(2.05, 3.95, 0.005)
result = gloam.scan(spectrum, gloam.Gaussian(width), gloam.Polynomial(3), masses)
limits = gloam.upper_limits(result, level=0.90, method="cls")

best = int(result.z_local.argmax())
print(f"{result.mass.size} hypotheses, largest excess {result.z_local[best]:.2f} sigma at {result.mass[best]:.3f} GeV")
print(f"largest bound on -ln L above its minimum: {result.edm.max():.1e}")

# %% [markdown]
# The probability of such an excess anywhere, without a signal, from a formula and from toys of the whole scan.

# %%
formula = gloam.global_significance(result)
print(f"p_global {formula.p_global:.2e}, z_global {formula.z_global:.2f}")
toys = gloam.global_significance(result, "toys", toys=200, seed=1)
print(f"p_global {toys.p_global:.3f} +- {toys.p_global_err:.3f} from {toys.toys} toys")

# %%
figure, (above, below) = plt.subplots(2, sharex=True, figsize=(7, 6))
above.plot(result.mass, result.z_local, color="black", lw=0.8)
above.set_ylabel("local significance")
for low, high, colour in ((0, 4, "#ffd966"), (1, 3, "#93c47d")):
    below.fill_between(result.mass, limits.expected[:, low], limits.expected[:, high], color=colour)
below.plot(result.mass, limits.expected[:, 2], "--", color="black")
below.plot(result.mass, limits.observed, color="black", lw=0.8)
below.set_ylabel("limit on the yield, 90 % CL")
below.set_xlabel("mass [GeV]")
figure.savefig("scan.png", dpi=120)
