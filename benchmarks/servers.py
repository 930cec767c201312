"""Start a server in a temporary folder, keep it on its core, and end it with all its children."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cores:
    """Where things run: the servers on one core, the load on another, a publisher on a third where there is one."""

    server: int
    load: int
    publisher: int


@dataclass(frozen=True)
class Server:
    """A running server; `pid` leads a session of its own, which all its children belong to."""

    name: str
    port: int
    pid: int

    @property
    def origin(self) -> str:
        """The address that paths are put behind."""
        return f"http://{HOST}:{self.port}"


def choose_cores() -> Cores:
    """Cores that this process may use, not two threads of one where that can be had. Ends where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise SystemExit("Two cores are needed: one for the server, one for the load.")
    server, *others = usable
    others.sort(key=lambda core: core in _siblings(server))
    return Cores(server, others[0], others[-1])


def share_a_core(cores: Cores) -> bool:
    """Whether the server's and the load's core are two threads of one."""
    return cores.load in _siblings(cores.server)


def _siblings(core: int) -> set[int]:
    file = Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    if not file.exists():
        return {core}
    found: set[int] = set()
    for part in file.read_text().strip().split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.create_server((HOST, 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def pinned(core: int, command: Sequence[str | Path]) -> list[str]:
    """A command that runs on one core."""
    return ["taskset", "--cpu-list", str(core), *map(str, command)]


def environment(**settings: str | int) -> dict[str, str]:
    """What a process of ours is given: the settings, and nothing of the caller's that could change a figure."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)} | {name: str(value) for name, value in settings.items()}


@contextlib.contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    *,
    port: int,
    ready: str,
    folder: Path,
    core: int,
    settings: Mapping[str, str | int] | None = None,
) -> Iterator[Server]:
    """Run a server until the block ends; it begins when the path `ready` answers 200."""
    log = folder / f"{name.replace(' ', '-')}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # the commands are written in this folder
            pinned(core, command),
            cwd=folder,
            env=environment(**settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, name, port, ready, log)
        yield Server(name, port, process.pid)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """End a process that leads a session, and whatever it started."""
    for asked in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, asked)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], name: str, port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _answers(port: int, path: str) -> bool:
    with contextlib.closing(http.client.HTTPConnection(HOST, port, timeout=5)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False


# ---- what the kernel knows of a server (Linux, proc(5))


def processes(server: Server) -> list[int]:
    """The processes of a server's session."""
    running_now = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in running_now if (stat := _stat(pid)) and int(stat[3]) == server.pid]


def cpu_seconds(server: Server) -> float:
    """The processor time that a server's processes have used."""
    stats = [stat for pid in processes(server) if (stat := _stat(pid))]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / TICKS


def busy_seconds(core: int) -> float:
    """The time that a core has worked for anybody since the machine started."""
    lines = Path("/proc/stat").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


def resident_bytes(pid: int) -> int:
    """A process's memory, shared pages included."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def worker_of(server: Server, connection: http.client.HTTPConnection) -> int:
    """The process of a server that holds the other end of a connection."""
    ours: int = connection.sock.getsockname()[1]
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inode = next(
        row[9] for row in rows if (int(row[1].split(":")[1], 16), int(row[2].split(":")[1], 16)) == (server.port, ours)
    )
    return next(pid for pid in processes(server) if f"socket:[{inode}]" in _open_files(pid))


def _stat(pid: int) -> list[str] | None:
    """The fields of a process's `stat` after its name, which may itself hold spaces; None where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _open_files(pid: int) -> set[str]:
    found = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found.add(str(entry.readlink()))
    return found
