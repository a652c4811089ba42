# A product has a cost, then it is sold: its price is held or changed.
import os
from urllib.request import Request, urlopen
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

url = os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:8080")
for kind, data in [
    ("cost.changed", {"sku": "python", "cost": 5}),
    ("sale.recorded", {"sku": "python", "quantity": 3, "price": 9.99}),
]:
    message = to_structured_event(CloudEvent({"source": "/examples/pricing", "type": kind}, data))
    with urlopen(Request(f"{url}/v1/events", message.body, message.headers)) as response:
        print(response.read().decode())
