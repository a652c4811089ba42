#!/bin/sh
# A product has a cost, then it is sold: its price is held or changed. Run again, it gets the same receipts.
curl -sS "${SIGNALBOX_URL:-http://127.0.0.1:8080}/v1/events" \
  -H 'Content-Type: application/cloudevents-batch+json' \
  -d '[
    {"specversion": "1.0", "id": "curl-1", "source": "/examples/pricing", "type": "cost.changed", "data": {"sku": "curl", "cost": 5}},
    {"specversion": "1.0", "id": "curl-2", "source": "/examples/pricing", "type": "sale.recorded", "data": {"sku": "curl", "quantity": 3, "price": 9.99}}
  ]'
