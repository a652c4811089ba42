/**
 * Stripe's events for the fraud flow and for orders. A payment is the charge, as a dispute names it too; the card is its fingerprint, which is the same over all
 * customers, else the payment method. A dispute names no card: it takes `metadata.cardId` where that was set, else the charge; its label meets
 * its payment by the charge. A charge of a payment intent is told by the intent.
 */
export const STRIPE_MAPPING = `theirType: type
time: $fromMillis(created * 1000)
rules:
  - on: payment_intent.payment_failed
    type: payment.failed
    data: |
      (
        $o := data.object;
        $c := $o.charges.data[0];
        $e := $o.last_payment_error;
        {
          "paymentId": $e.charge ? $e.charge : $o.latest_charge ? $o.latest_charge : $c.id ? $c.id : $o.id,
          "cardId": $e.payment_method.card.fingerprint ? $e.payment_method.card.fingerprint
            : $c.payment_method_details.card.fingerprint ? $c.payment_method_details.card.fingerprint
            : $e.payment_method.id ? $e.payment_method.id : $o.customer ? $o.customer : $o.id,
          "terminalId": account ? account : "stripe",
          "amount": $major($o.amount, $o.currency),
          "currency": $uppercase($o.currency),
          "code": $e.decline_code ? $e.decline_code : $e.code ? $e.code : "unknown"
        }
      )
  - on: [payment_intent.succeeded, payment_intent.amount_capturable_updated]
    type: payment.attempted
    data: |
      (
        $o := data.object;
        $c := $o.charges.data[0];
        {
          "paymentId": $o.latest_charge ? $o.latest_charge : $c.id ? $c.id : $o.id,
          "cardId": $c.payment_method_details.card.fingerprint ? $c.payment_method_details.card.fingerprint
            : $o.metadata.cardId ? $o.metadata.cardId
            : $o.payment_method ? $o.payment_method : $o.customer ? $o.customer : $o.id,
          "terminalId": account ? account : "stripe",
          "amount": $major($o.amount, $o.currency),
          "currency": $uppercase($o.currency),
          "country": $c.payment_method_details.card.country ? $c.payment_method_details.card.country,
          "email": $o.receipt_email ? $o.receipt_email
        }
      )
  - on: charge.failed
    when: $not($exists(data.object.payment_intent)) or data.object.payment_intent = null
    type: payment.failed
    data: |
      (
        $o := data.object;
        {
          "paymentId": $o.id,
          "cardId": $o.payment_method_details.card.fingerprint ? $o.payment_method_details.card.fingerprint
            : $o.payment_method ? $o.payment_method : $o.id,
          "terminalId": account ? account : "stripe",
          "amount": $major($o.amount, $o.currency),
          "currency": $uppercase($o.currency),
          "code": $o.failure_code ? $o.failure_code : "unknown"
        }
      )
  - on: charge.dispute.created
    type: payment.disputed
    data: |
      (
        $o := data.object;
        {
          "paymentId": $o.charge,
          "cardId": $o.metadata.cardId ? $o.metadata.cardId : $o.charge,
          "terminalId": account ? account : "stripe",
          "fraud": $o.reason = "fraudulent"
        }
      )
  - on: checkout.session.completed
    type: order.completed
    data: |
      (
        $o := data.object;
        {
          "sessionId": $o.client_reference_id ? $o.client_reference_id : $o.id,
          "orderId": $o.payment_intent ? $o.payment_intent : $o.id,
          "userId": $o.customer ? $o.customer
        }
      )
`;
