/** Payments as a shop posts them: ordinary ones are decided at once, doubtful ones go to a person. */

export interface Payment {
  readonly id: string;
  readonly card: string;
  readonly terminal?: string;
  readonly amount?: number;
  /** RFC 3339. */
  readonly time?: string;
}

export const SOURCE = '/shop';

function attempt({ id, card, terminal = 'terminal-1', amount = 20, time }: Payment): object {
  const data = { paymentId: id, cardId: card, terminalId: terminal, amount, currency: 'EUR' };
  return { specversion: '1.0', id, source: SOURCE, type: 'payment.attempted', ...(time === undefined ? {} : { time }), data };
}

/** Small, as most are. Give many of one card times that lie apart: more than ten within an hour ask a person. */
export const ordinaryPayment = (payment: Omit<Payment, 'amount'>): object => attempt({ ...payment, amount: 20 });
/** Above what is released without a person. On a card with five payments or more the model may decline it alone. */
export const doubtfulPayment = (payment: Omit<Payment, 'amount'>): object => attempt({ ...payment, amount: 700 });
