#!/bin/sh
# A session views two items, and is told what to show next. Run again, it gets the same receipts.
curl -sS "${SIGNALBOX_URL:-http://127.0.0.1:8080}/v1/events" \
  -H 'Content-Type: application/cloudevents-batch+json' \
  -d '[
    {"specversion": "1.0", "id": "curl-1", "source": "/examples/personalization", "type": "item.viewed", "data": {"sessionId": "curl", "itemId": "tent"}},
    {"specversion": "1.0", "id": "curl-2", "source": "/examples/personalization", "type": "item.viewed", "data": {"sessionId": "curl", "itemId": "stove"}}
  ]'
