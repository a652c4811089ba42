import { Said } from '../../parts/Said.tsx';
import { When } from '../../parts/When.tsx';
import { useReady } from '../../read/queries.ts';
import { useLive } from '../../read/useLive.ts';
import { troubles } from '../../words/troubles.ts';

/** What is not well and since when, in words. Nothing where all is well. */
export function Degraded() {
  const { degraded } = useLive();
  const { data } = useReady();
  const asked = degraded.length > 0 || data === undefined ? [] : troubles(data);
  if (degraded.length === 0 && asked.length === 0) return null;
  return (
    <section className="degraded" aria-label="Not well">
      <ul>
        {degraded.map(({ part, since, text }) => (
          <li key={part}>
            <Said text={text} charsMax={300} /> (since <When at={since} />)
          </li>
        ))}
        {asked.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}
