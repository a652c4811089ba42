import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { lostHolder, signIn } from '../../read/session.ts';
import { refusalNews } from '../../words/verdictNews.ts';
import { Command } from '../Loaded.tsx';

/** Keys are checked and nobody is signed in: what the key may do decides what is shown. */
export function SignIn() {
  const client = useQueryClient();
  const field = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const lost = lostHolder();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await signIn(field.current?.value.trim() ?? '');
      // what was asked without a key was refused
      await client.resetQueries();
    } catch (error) {
      setTrouble(refusalNews(error));
      field.current?.select();
    }
  };
  return (
    <main className="sign-in" id="main" tabIndex={-1}>
      <h1>Signalbox</h1>
      {lost !== null && (
        <p className="stale" role="alert">
          The key of {lost} holds no longer: it was revoked. What was written and not sent is gone.
        </p>
      )}
      <form onSubmit={(event) => void send(event)}>
        <label htmlFor="key">Your key</label>
        <input id="key" ref={field} type="password" autoComplete="current-password" required maxLength={200} placeholder="sbx_…" />
        <p className="trouble" role="alert">
          {trouble}
        </p>
        <button type="submit" className="accent">
          Sign in
        </button>
      </form>
      <p>An operator makes a key. It is kept in a cookie that no script reads, and what it may do decides what you see.</p>
      <Command text="npx signalbox keys create ann@bank.example --scopes read,approve" />
      <p>
        <a href="/docs">Reference</a>
      </p>
    </main>
  );
}
