/**
 * Shopify's carts and orders for the personalization flow. The session is the cart's token, which an order names too; an order without one (a draft, another
 * channel) has its own token as a session.
 */
export const SHOPIFY_MAPPING = `rules:
  - on: [carts/create, carts/update]
    type: cart.changed
    data: |
      {
        "sessionId": token ? token : $string(id),
        "items": line_items.{
          "itemId": $string(product_id ? product_id : variant_id),
          "quantity": quantity,
          "price": $number(price)
        }[]
      }
  - on: [orders/create, orders/paid]
    when: $theirType = "orders/create"
    type: order.completed
    time: created_at
    data: |
      {
        "sessionId": cart_token ? cart_token : token ? token : $string(id),
        "orderId": $string(id),
        "userId": customer.id ? $string(customer.id),
        "items": line_items.{
          "itemId": $string(product_id ? product_id : variant_id),
          "quantity": quantity,
          "price": $number(price)
        }[]
      }
`;
