"""A headless browser for tests: Chromium, driven through the DevTools protocol over two pipes, without a package."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

__all__ = ["CHROMIUM", "Browser"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 20.0


class Browser:
    """One page in one browser; everything that its console says is kept in `said`."""

    def __init__(self, profile: Path) -> None:
        to_browser, self.send_end = os.pipe()
        self.receive_end, from_browser = os.pipe()
        flags = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--no-first-run", "--disable-background-networking", "--remote-debugging-pipe", "--allow-file-access",
            f"--user-data-dir={profile}", "about:blank",
        ]  # fmt: skip
        # the protocol is spoken on descriptors 3 and 4, whatever ours are
        shell = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", str(to_browser), str(from_browser), str(CHROMIUM), *flags],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""
        self.number = 0
        self.session: str | None = None
        self.said: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """The answer to a call of the protocol."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        os.write(self.send_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        """The next message; what the console says is noted."""
        limit = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            assert select.select([self.receive_end], [], [], limit - time.monotonic())[0], "the browser does not answer"
            self.buffer += os.read(self.receive_end, 1 << 20)
        line, _, self.buffer = self.buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.said.append(json.dumps(message["params"]["exceptionDetails"])[:500])
            case "Runtime.consoleAPICalled" if message["params"]["type"] in {"error", "warning", "assert"}:
                self.said.append(json.dumps(message["params"]["args"])[:500])
            case "Log.entryAdded":
                self.said.append(message["params"]["entry"]["text"])
        return message

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Until an expression is true."""
        limit = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < limit, f"never true: {expression}"
            time.sleep(0.02)

    def open(self, page: Path, fragment: str = "") -> float:
        """Seconds until the page is read, fits included."""
        self.call("Page.navigate", url="about:blank")
        start = time.monotonic()
        self.call("Page.navigate", url=page.resolve().as_uri() + fragment)
        self.wait_for("document.documentElement?.dataset.ready")
        return time.monotonic() - start

    def look(self, width: int = 1200, height: int = 900, scheme: str = "light", media: str = "screen") -> None:
        """Sets the size of the window, the colour scheme and the medium."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.call(
            "Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}]
        )

    def screenshot(self, path: Path, *, whole: bool = False) -> Path:
        """The file of a picture of the window, or of the whole page."""
        found = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole, **self._clip(whole))
        path.write_bytes(base64.b64decode(found["data"]))
        return path

    def _clip(self, whole: bool) -> dict[str, Any]:
        if not whole:
            return {}
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}}

    def pdf(self, path: Path) -> Path:
        """The file of the page as it is printed."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"]))
        return path

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """One movement, press or release of the mouse."""
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def drag(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """A click where the ends are one place, else a drag."""
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        if (x, y) != (to_x, to_y):
            self.mouse("mouseMoved", 0.5 * (x + to_x), 0.5 * (y + to_y), button="left")
            self.mouse("mouseMoved", to_x, to_y, button="left")
        self.mouse("mouseReleased", to_x, to_y, button="left", clickCount=1)

    def close(self) -> None:
        """Ends the browser."""
        try:
            self.session = None
            self.call("Browser.close")
        finally:
            self.process.wait(timeout=PATIENCE)
            os.close(self.send_end)
            os.close(self.receive_end)
