#!/bin/sh
# A machine is listened to: its first readings teach what is usual. Run again, it gets the same receipts.
curl -sS "${SIGNALBOX_URL:-http://127.0.0.1:8080}/v1/events" \
  -H 'Content-Type: application/cloudevents-batch+json' \
  -d '[
    {"specversion": "1.0", "id": "curl-1", "source": "/examples/maintenance", "type": "sensor.read", "data": {"machineId": "curl", "values": {"temperature": 71.2, "vibration": 0.4}}}
  ]'
