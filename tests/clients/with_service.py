"""Run a command against the service: `python tests/clients/with_service.py COMMAND...`, from the project's root.

The service gets a new database and a free port, which the command finds in DATABASE_URL and API_URL, and stops when
the command ends.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_SECONDS = 60
COMMAND_SECONDS = 180
STOP_SECONDS = 15


def main(command: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = {
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "DATABASE_URL": f"sqlite:///{folder}/test.sqlite3",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SEED": "on",
        }
        service = subprocess.Popen([sys.executable, "-m", "app", "serve"], env=os.environ | settings)
        try:
            wait_until_ready(service, port)
            environment = os.environ | settings | {"API_URL": f"http://127.0.0.1:{port}"}
            return subprocess.run(command, env=environment, timeout=COMMAND_SECONDS, check=False).returncode
        finally:
            service.terminate()
            service.wait(STOP_SECONDS)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until_ready(service: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready(port):
        if service.poll() is not None:
            sys.exit(f"the service ended with exit code {service.returncode} before it was ready")
        if time.monotonic() > deadline:
            sys.exit(f"the service was not ready within {START_SECONDS} s")
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
