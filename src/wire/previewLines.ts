/** What a preview told, as a reader sees it: a line for each, and how many would become what. */
import type { ActionsPreview, EventsPreview } from './preview.ts';

export interface PreviewLine {
  readonly id: string;
  readonly subject: string | null;
  /** Why it is here. */
  readonly reason: string;
  /** In a word or two; null where it would be refused. */
  readonly becomes: string | null;
  /** More of that: why it is decided so, what comes with it, why it would be refused. */
  readonly more: string | null;
  /** False: nothing is to be sent for it. */
  readonly goes: boolean;
  readonly etag: string;
}

const STATUS: Readonly<Record<string, string>> = {
  decided: 'decided',
  signalled: 'back to its case',
  recorded: 'recorded',
  expired: 'expired',
};

export function eventLines({ items }: Pick<EventsPreview, 'items'>): PreviewLine[] {
  return items.map(({ event, subject, reason, would, etag }) => {
    const { status, outcome, provisional, why, refused } = would;
    const decided = outcome === null ? (STATUS[status] ?? status) : provisional ? `${outcome} for now, then its case` : outcome;
    return {
      ...{ id: event, subject, reason: reason ?? 'no reason was kept', etag },
      ...{ becomes: refused === null ? decided : null, more: refused?.detail ?? why, goes: refused === null },
    };
  });
}

export function actionLines({ items }: Pick<ActionsPreview, 'items'>): PreviewLine[] {
  return items.map(({ action, subject, error, would: { brings, comesWith, refused }, etag }) => {
    const becomes = comesWith === null ? 'sent again' : 'comes with another';
    const with_ = comesWith ?? (brings.length === 0 ? null : `with it: ${brings.join(', ')}`);
    return {
      ...{ id: action, subject, reason: error?.detail ?? 'no webhook was set', etag },
      ...{ becomes: refused === null ? becomes : null, more: refused?.detail ?? with_, goes: refused === null && comesWith === null },
    };
  });
}

/** `3 approve, 1 back to its case`; the most first. */
export function tallyText(lines: readonly PreviewLine[]): string {
  const counts = new Map<string, number>();
  for (const { becomes } of lines) if (becomes !== null) counts.set(becomes, (counts.get(becomes) ?? 0) + 1);
  const most = [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
  return most.map(([becomes, count]) => `${count} ${becomes}`).join(', ');
}

/** Reasons of what would be refused, with how many each. */
export function refusals(lines: readonly PreviewLine[]): (readonly [reason: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { becomes, more } of lines) if (becomes === null) counts.set(more ?? '', (counts.get(more ?? '') ?? 0) + 1);
  return [...counts].sort(([, n], [, m]) => m - n);
}
