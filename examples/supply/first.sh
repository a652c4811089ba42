#!/bin/sh
# Ten are asked for of which none is left: more are ordered. Run again, it gets the same receipts.
curl -sS "${SIGNALBOX_URL:-http://127.0.0.1:8080}/v1/events" \
  -H 'Content-Type: application/cloudevents-batch+json' \
  -d '[
    {"specversion": "1.0", "id": "curl-1", "source": "/examples/supply", "type": "demand.recorded", "data": {"sku": "curl", "location": "main", "quantity": 10}},
    {"specversion": "1.0", "id": "curl-2", "source": "/examples/supply", "type": "stock.counted", "data": {"sku": "curl", "location": "main", "onHand": 0, "onOrder": 0}}
  ]'
