/** What each memory must keep to, so that it does not matter when it was loaded. */
import fc from 'fast-check';
import type { Json } from '../../src/domain/event.ts';
import type { Memory } from '../../src/domain/flow/reflex.ts';

/** `load(save(m))` is `m`, and folding goes on alike; its size is within its limit. */
export function expectMemoryLaws<Held, Lesson>(memory: Memory<Held, Lesson>, lessons: fc.Arbitrary<Lesson>): void {
  const learn = (held: Held, some: readonly Lesson[]): Held => {
    for (const lesson of some) memory.learn(held, JSON.parse(JSON.stringify(lesson)) as Lesson & Json);
    return held;
  };
  fc.assert(
    fc.property(fc.array(fc.array(lessons, { maxLength: 30 }), { maxLength: 5 }), (parts) => {
      const whole = memory.save(learn(memory.empty(), parts.flat()));
      let bytes = memory.save(memory.empty());
      for (const part of parts) {
        const given = bytes.slice();
        const held = learn(memory.load(bytes), part);
        // what it was loaded from is not its own to change
        if (Buffer.compare(given, bytes) !== 0) return false;
        bytes = memory.save(held);
      }
      return Buffer.compare(whole, bytes) === 0 && bytes.length <= memory.limitBytes;
    }),
  );
}
