# A session views two items, and is told what to show next.
import os
from urllib.request import Request, urlopen
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

url = os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:8080")
for kind, data in [
    ("item.viewed", {"sessionId": "python", "itemId": "tent"}),
    ("item.viewed", {"sessionId": "python", "itemId": "stove"}),
]:
    message = to_structured_event(CloudEvent({"source": "/examples/personalization", "type": kind}, data))
    with urlopen(Request(f"{url}/v1/events", message.body, message.headers)) as response:
        print(response.read().decode())
