"""A cluster of the real executables on free ports and a directory of its own."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

import zmq

import wire

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXECUTABLES = pathlib.Path(os.environ.get("TWIN_EXECUTABLES", ROOT / ".build" / "release"))
INSTANCES = {
    "server-a": "server-twin-svc",
    "server-b": "server-twin-svc",
    "rack-a": "rack-twin-svc",
    "dc-a": "dc-twin-svc",
}
STOP_SECONDS = 20


def free_ports(count):
    """Ports that nobody listens on; held together, so that they differ."""
    holders = [socket.socket() for _ in range(count)]
    for holder in holders:
        holder.bind(("127.0.0.1", 0))
    ports = [holder.getsockname()[1] for holder in holders]
    for holder in holders:
        holder.close()
    return ports


class Cluster:
    """Broker, two server instances, one rack and one dc instance; `stop` ends them."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="dc-twins-"))
        self.processes = []
        clients, services = (f"tcp://127.0.0.1:{port}" for port in free_ports(2))
        self.endpoint = clients
        try:
            self.start("broker", "twin-broker", "--listen", clients, "--listen-services",
                       services, "--bootstrap", "--instances", "server=2,rack=1,dc=1")
            for name, executable in INSTANCES.items():
                self.start(name, executable, "--broker", services, "--instance", name)
            wire.until(self.is_ready)
        except BaseException:
            self.print_logs()
            self.stop()
            raise

    def start(self, name, executable, *arguments):
        log = open(self.directory / f"{name}.log", "wb")
        state = str(self.directory / name)
        command = [str(EXECUTABLES / executable), "--state-dir", state, *arguments]
        self.processes.append(
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        log.close()

    def is_ready(self):
        """Every instance answers for itself."""
        ended = [process.args for process in self.processes if process.poll() is not None]
        assert not ended, f"ended at once: {ended}"
        try:
            with wire.Client(self.endpoint, timeout=1.0) as client:
                status = client.ask("broker", "ClusterStatus")
        except (zmq.Again, wire.Refused):
            return False
        well = {process["name"] for process in status["processes"] if process["state"] == "ok"}
        return set(INSTANCES) <= well

    def print_logs(self):
        for log in sorted(self.directory.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}", file=sys.stderr)

    def stop(self):
        """Ends every process as an operator would; raises if one does not end well."""
        for process in reversed(self.processes):
            process.terminate()
        try:
            codes = [process.wait(timeout=STOP_SECONDS) for process in self.processes]
        finally:
            for process in self.processes:
                process.kill()
            shutil.rmtree(self.directory)
        assert not any(codes), f"exit codes {codes}"
