/** Emissions as no code of ours would leave them, and what the audit says of each. */
import type { Pool } from '../../src/log/db/database.ts';
import { openNotifier } from '../../src/log/db/notify.ts';
import { emitAll, NOTED, openRumours, SEEN, see, shop, tell } from './rumours.ts';

/** Of `shop`: two that are events, of its event at 3, and one that is a row, of that at 4. */
export async function emissionOfEach(pool: Pool): Promise<void> {
  await openRumours(pool);
  const notifier = openNotifier((pool as unknown as { options: { connectionString: string } }).options.connectionString);
  const [first, second] = [await see(pool, 'p-1'), await see(pool, 'p-2')];
  await tell({ pool, notifier }, { flow: shop, position: first, subject: 'p-1' }, [{ type: SEEN }, { type: NOTED }]);
  await emitAll(pool);
  await tell({ pool, notifier }, { flow: shop, position: second, subject: 'p-2' }, [{ type: SEEN }]);
  await notifier.close();
}

export const EMISSION_DAMAGE: readonly (readonly [what: string, sql: string, finding: RegExp])[] = [
  [
    'an emission whose row is lost',
    'delete from emissions',
    /shop\.seen of evt_shop\.4 was asked for 1 times; it is a row 0 times and an event 0 times/,
  ],
  [
    'an emission whose event is lost',
    "update entries set source = '/elsewhere' where id = 'shop.noted:shop.3'",
    /shop\.noted of evt_shop\.3 was asked for 1 times; it is a row 0 times and an event 0 times/,
  ],
  [
    'an emission whose row stayed',
    `insert into emissions (tenant, flow, name, position, subject, data, cause, hops, at)
     values ('default', 'shop', 'shop.seen', 3, 'p-1', '{}', 3, 1, now())`,
    /shop\.seen of evt_shop\.3 was asked for 1 times; it is a row 1 times and an event 1 times/,
  ],
  [
    'an event of a flow that nobody asked for',
    "delete from emission_marks where name = 'shop.noted'",
    /shop\.noted of shop, shop\.noted:shop\.3, was asked for 0 times; it is a row 0 times and an event 1 times/,
  ],
  [
    'an emission about nothing',
    'update emission_marks set position = 99 where position = 4',
    /shop\.seen of evt_shop\.99, which is not there/,
  ],
  [
    'an emission that history asked for',
    "update entries set history = true where log = 'shop' and position = 4",
    /shop\.seen of evt_shop\.4, which is history/,
  ],
  [
    'an event that miscounts what led to it',
    "update bodies set body = replace(body, '\"signalboxhops\":1', '\"signalboxhops\":0') where body like '%shop.noted%'",
    /shop\.noted of evt_shop\.3 was asked for as number 1 in a row; its row says nothing, its event 0/,
  ],
  [
    'an emission that was refused too early',
    "update emissions set trouble = 'refused'",
    /shop\.seen of evt_shop\.4 was asked for as number 1 in a row; its row says 1, its event nothing/,
  ],
];
