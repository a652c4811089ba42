/** Card payments: people with habits, and thieves who use a terminal that gave cards away. */
import { type Business, DAY_MS, type Happening } from '../business.ts';
import type { Random } from '../random.ts';

/** Of whom the past is known. */
const KNOWN_CARDS = 300;
/** So seldom does one card pay: more than ten payments within an hour ask a person. */
const HOURLY = 2;
const TERMINALS = 60;
const HISTORY_DAYS = 30;
const HISTORY_PAYMENTS = 12;
/** What a thief takes, by what its owner is used to. */
const THEFT_TIMES = 6;
/** A doubtful payment opens a case, and so does a card that is blocked. */
const THEFT_SHARE_MAX = 0.02;

interface Card {
  readonly id: string;
  readonly usual: number;
  readonly terminals: readonly string[];
}

export function cardPayments(random: Random): Business {
  const terminals = Array.from({ length: TERMINALS }, (_, nth) => `terminal-${nth}`);
  const makeCard = (nth: number): Card => ({
    id: `card-${nth}`,
    usual: Math.exp(random.normal(3.2, 0.5)),
    terminals: [random.of(terminals), random.of(terminals), random.of(terminals)],
  });
  const cards = Array.from({ length: KNOWN_CARDS }, (_, nth) => makeCard(nth));
  let payments = 0;

  function pay(card: Card, atMs: number, stolen: boolean): Happening {
    payments += 1;
    const amount = Math.max(0.5, card.usual * Math.exp(random.normal(0, 0.3)) * (stolen ? THEFT_TIMES : 1));
    return {
      type: 'payment.attempted',
      atMs,
      data: {
        paymentId: `${stolen ? 's' : 'p'}-${payments}-${atMs.toString(36)}`,
        cardId: card.id,
        terminalId: stolen ? random.of(terminals) : random.of(card.terminals),
        amount: Math.round(amount * 100) / 100,
        currency: 'EUR',
      },
    };
  }

  const isTheft = ({ data }: Happening): boolean => String(data.paymentId).startsWith('s-');

  return {
    flow: 'fraud',
    share: 0.4,
    labelled: 0.3,
    policy: { 'approvals.deadlineSeconds': 120, 'approvals.remindersSeconds': [], 'approvals.escalation': [] },
    history(nowMs) {
      const paid = cards.flatMap((card) =>
        Array.from({ length: HISTORY_PAYMENTS }, () => pay(card, Math.floor(nowMs - random.between(0.01, HISTORY_DAYS) * DAY_MS), false)),
      );
      return paid.sort((a, b) => a.atMs - b.atMs);
    },
    next(nowMs, { perSecond, casesPerSecond }) {
      if (random.chance(Math.min(THEFT_SHARE_MAX, casesPerSecond / perSecond))) return pay(random.of(cards), nowMs, true);
      const nth = random.below(Math.max(KNOWN_CARDS, Math.ceil((perSecond * 3600) / HOURLY)));
      return pay(cards[nth] ?? makeCard(nth), nowMs, false);
    },
    due: () => [],
    claims: { approve: 'genuine', decline: 'fraud' },
    truth: ({ happening }) => (happening?.type === 'payment.attempted' ? (isTheft(happening) ? 'fraud' : 'genuine') : null),
    approves: ({ happening }, { outcome }) => happening !== null && (isTheft(happening) ? outcome === 'decline' : outcome === 'approve'),
  };
}
