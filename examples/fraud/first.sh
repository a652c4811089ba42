#!/bin/sh
# A small payment is approved at once. Run again, it gets the same receipts.
curl -sS "${SIGNALBOX_URL:-http://127.0.0.1:8080}/v1/events" \
  -H 'Content-Type: application/cloudevents-batch+json' \
  -d '[
    {"specversion": "1.0", "id": "curl-1", "source": "/examples/fraud", "type": "payment.attempted", "data": {"paymentId": "curl-1", "cardId": "curl", "terminalId": "till-3", "amount": 24.5, "currency": "EUR"}}
  ]'
