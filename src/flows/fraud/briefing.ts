/** What an LLM is told of a doubtful payment: facts with ids, in our own words. Text of the event appears in values only. */
import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/event.ts';
import type { Briefed, Fact } from '../../domain/flow.ts';
import { defineBriefing } from '../../kit/defineBriefing.ts';
import { FEATURES, type Feature } from './features.ts';
import { ATTEMPTED, paymentEvents } from './payment.ts';
import type { FraudPolicy } from './policy.ts';

const LABELS: Record<Feature, string> = {
  weekend: 'Made at a weekend (1) or on a weekday (0)',
  night: 'Made at night (1) or by day (0)',
  cardCount1d: 'Payments of the card within a day, this one counted',
  cardAverage1d: 'Average amount of the card within a day',
  cardCount7d: 'Payments of the card within 7 days',
  cardAverage7d: 'Average amount of the card over 7 days',
  cardCount30d: 'Payments of the card within 30 days',
  cardAverage30d: 'Average amount of the card over 30 days',
  terminalCount1d: 'Payments at the terminal on the day a week before',
  terminalRisk1d: 'Share of them that was fraud',
  terminalCount7d: 'Payments at the terminal in the 7 days to a week before',
  terminalRisk7d: 'Share of these that was fraud',
  terminalCount30d: 'Payments at the terminal in the 30 days to a week before',
  terminalRisk30d: 'Share of these that was fraud',
  amount: 'Amount',
  amountToHabit: "Amount by the card's usual one (0: it has no habit yet)",
  amountToLargest: "Amount by the card's largest other one (0: it has no habit yet)",
  cardUnusual14d: 'Other payments of the card in 14 days at three times the usual amount or more',
  cardHoursSince: "Hours since the card's last payment",
  cardDisputes28d: 'Disputes of the card that came in within 28 days',
  cardKnown: 'Earlier payments of the card that are known',
  terminalDisputed28d: 'Payments at the terminal in 28 days that were disputed',
  terminalOrdinary28d: 'Of these, payments that were ordinary for their cards',
  terminalStreak: 'Newest payments at the terminal, over a week old, that were all disputed',
  terminalStreakDays: 'Days over which these were made',
  terminalDisputedDays: 'Days since the newest disputed payment at the terminal (60: none)',
};

interface Named {
  readonly currency?: Json;
  readonly country?: Json;
  readonly channel?: Json;
}

type About = Omit<Briefed<FraudPolicy>, 'event'>;

function factsOf({ currency, country, channel }: Named, found: JsonObject): Fact[] {
  const named = (id: string, label: string, value: Json | undefined): Fact[] => (value === undefined ? [] : [{ id, label, value }]);
  return [
    ...FEATURES.filter((feature) => found[feature] !== undefined).map(
      (feature): Fact => ({ id: feature, label: LABELS[feature], value: found[feature] ?? null }),
    ),
    ...named('currency', 'Currency', currency),
    ...named('country', 'Country, as the sender gave it', country),
    ...named('channel', 'Channel, as the sender gave it', channel),
  ];
}

export const fraudBriefing = defineBriefing(paymentEvents, {
  variables: z.object({ score: z.number().nullable(), reviewFrom: z.number(), declineFrom: z.number() }),
  on: {
    [ATTEMPTED]: ({ data }, { provisional, found, policy }: About) => ({
      variables: { score: provisional?.score ?? 0, ...policy.bands },
      facts: factsOf(data, found),
    }),
  },
  lookUps: {
    terminal: {
      description: 'The terminal of this payment: how many payments it has had and how many of them were disputed.',
      state: 'terminal',
      of: { [ATTEMPTED]: ({ terminalId }) => terminalId },
    },
  },
});
