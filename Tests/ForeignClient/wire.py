"""Ten lines that talk to dc-twins, and a few for tests. Written from Protocol.md alone."""

import random
import time

import msgpack
import zmq

VERSION = 1
REQUEST, REPLY = 0, 1


class Refused(Exception):
    """The answer was `Refused`; `.code` and the other fields are its payload's."""

    def __init__(self, payload):
        super().__init__(f"{payload['code']}: {payload['message']}")
        self.payload = payload
        self.code = payload["code"]


class Client:
    """One connection to a broker, asking one thing at a time."""

    def __init__(self, endpoint, kind=zmq.DEALER, timeout=10.0):
        self.kind = kind
        self.timeout = timeout
        self.socket = zmq.Context.instance().socket(kind)
        self.socket.linger = 0
        self.socket.rcvtimeo = int(timeout * 1000)
        self.socket.connect(endpoint)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, destination, message_type, payload, remaining=None, version=VERSION):
        """Sends a request and returns its id; `payload` is packed unless it is bytes already."""
        request = random.getrandbits(64)
        envelope = [version, REQUEST, message_type, request, remaining, None, None]
        if not isinstance(payload, bytes):
            payload = msgpack.packb(payload)
        self.socket.send_multipart([destination.encode(), msgpack.packb(envelope), payload])
        return request

    def receive(self):
        """Returns the next answer's (message type, request id, payload)."""
        envelope, payload = self.socket.recv_multipart()
        version, kind, message_type, request, *_ = msgpack.unpackb(envelope)
        assert (version, kind) == (VERSION, REPLY), envelope
        return message_type, request, msgpack.unpackb(payload, strict_map_key=False)

    def ask(self, destination, message_type, payload=None, remaining=None):
        """Asks and returns the answer's payload; raises `Refused`."""
        wanted = self.send(destination, message_type, payload or {}, remaining)
        answer_type, request, answer = self.receive()
        assert request == wanted, (request, wanted)
        if answer_type == "Refused":
            raise Refused(answer)
        return answer


def until(question, seconds=30.0):
    """Asks again and again until the answer is true, and returns it."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {question.__name__}"
        time.sleep(0.05)
