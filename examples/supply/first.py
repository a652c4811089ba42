# Ten are asked for of which none is left: more are ordered.
import os
from urllib.request import Request, urlopen
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

url = os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:8080")
for kind, data in [
    ("demand.recorded", {"sku": "python", "location": "main", "quantity": 10}),
    ("stock.counted", {"sku": "python", "location": "main", "onHand": 0, "onOrder": 0}),
]:
    message = to_structured_event(CloudEvent({"source": "/examples/supply", "type": kind}, data))
    with urlopen(Request(f"{url}/v1/events", message.body, message.headers)) as response:
        print(response.read().decode())
