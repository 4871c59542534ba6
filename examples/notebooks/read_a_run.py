# %% [markdown]
# # Read a run, and ask it more
#
# `gloam run` and `gloam scan` write folders; nothing has to be fitted again to work with one.

# %%
from pathlib import Path

import gloam
from gloam.workflow import load_run, write_run

# %% [markdown]
# Axion-like particles in three photons, on pseudo-data of Belle II, with a signal of 3 GeV put in.

# %%
folder = Path("runs/alp")
write_run(gloam.run("belle2_alp_3gamma", inject=(3.0, 0.003)), folder, figures=False)

# %%
run = load_run(folder)
for channel in run.channels:
    best = channel.z_local.argmax()
    print(f"{channel.name:<20} {channel.z_local[best]:5.2f} sigma at {channel.result.mass[best]:.3f} GeV")

# %% [markdown]
# The limits on the coupling of each channel, observed and expected, at every tenth mass.

# %%
channel = run.channels[1]
every_tenth = slice(None, None, 10)
mass, limits = channel.result.mass[every_tenth], channel.coupling_limits
for row in zip(mass, limits.observed[every_tenth], limits.expected[every_tenth, 2], strict=True):
    print("{:7.3f} GeV  g < {:.2e} (expected {:.2e}) / GeV".format(*row))
