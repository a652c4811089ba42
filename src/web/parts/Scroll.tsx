import type { ReactNode, Ref } from 'react';

interface ScrollProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly reference?: Ref<HTMLElement>;
}

/** What may be wider or longer than its place: scrolled by keyboard too, so it takes the focus. */
export function Scroll({ label, children, className = 'scroll-x', reference }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must reach what is scrolled
    <section className={className} ref={reference} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
