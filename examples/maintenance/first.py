# A machine is listened to: its first readings teach what is usual.
import os
from urllib.request import Request, urlopen
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

url = os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:8080")
for kind, data in [
    ("sensor.read", {"machineId": "python", "values": {"temperature": 71.2, "vibration": 0.4}}),
]:
    message = to_structured_event(CloudEvent({"source": "/examples/maintenance", "type": kind}, data))
    with urlopen(Request(f"{url}/v1/events", message.body, message.headers)) as response:
        print(response.read().decode())
