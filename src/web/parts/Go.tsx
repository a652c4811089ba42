import { useRouter } from '@tanstack/react-router';
import type { MouseEvent, ReactNode } from 'react';

import { InLink } from './Said.tsx';

interface GoProps {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly current?: boolean;
}

/** A link to a page of the console by its whole address; with a modifier the browser does what it always does. */
export function Go({ to, children, className, current = false }: GoProps) {
  const router = useRouter();
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    void router.navigate({ href: to });
  };
  return (
    <a href={to} onClick={go} className={className} aria-current={current ? 'true' : undefined}>
      <InLink.Provider value={true}>{children}</InLink.Provider>
    </a>
  );
}
