"""Settings of all tests."""

import os

from hypothesis import settings

settings.register_profile("gloam", deadline=None)  # times depend on the machine
settings.load_profile("gloam")

for name in [name for name in os.environ if name.startswith("GLOAM_") and name != "GLOAM_THREADS"]:
    del os.environ[name]  # settings of the person who runs the tests
