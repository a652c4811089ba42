# A small payment is approved at once.
import os
from urllib.request import Request, urlopen
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

url = os.environ.get("SIGNALBOX_URL", "http://127.0.0.1:8080")
for kind, data in [
    ("payment.attempted", {"paymentId": "python-1", "cardId": "python", "terminalId": "till-3", "amount": 24.5, "currency": "EUR"}),
]:
    message = to_structured_event(CloudEvent({"source": "/examples/fraud", "type": kind}, data))
    with urlopen(Request(f"{url}/v1/events", message.body, message.headers)) as response:
        print(response.read().decode())
