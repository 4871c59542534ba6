"""Settings of all tests."""

import os

from hypothesis import settings

settings.register_profile("gloam", deadline=None)  # times depend on the machine
settings.load_profile("gloam")

for name in [name for name in os.environ if name.startswith("GLOAM_") and name != "GLOAM_THREADS"]:
    del os.environ[name]  # settings of the person who runs the tests

if recorded := os.environ.get("MESSAGES_TO"):  # where messages are made, see tests/architecture/test_messages.py
    import sys

    from gloam.errors import InputError

    plain = InputError.__init__

    def recording(self: InputError, *arguments: object) -> None:
        frame = sys._getframe(1)
        stream = os.open(recorded, os.O_APPEND | os.O_CREAT | os.O_WRONLY)  # tests break what is higher than that
        os.write(stream, f"{frame.f_code.co_filename}:{frame.f_lineno}\n".encode())
        os.close(stream)
        plain(self, *arguments)  # type: ignore[arg-type]

    InputError.__init__ = recording  # type: ignore[method-assign,assignment]
