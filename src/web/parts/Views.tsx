import { useState } from 'react';
import { dropView, readViews, saveView } from '../words/views.ts';
import { AskText } from './AskText.tsx';
import { Go } from './Go.tsx';
import { say } from './Toasts.tsx';

/** What is filtered now, under a name, to come back to. */
export function Views() {
  const [views, setViews] = useState(readViews);
  const [naming, setNaming] = useState(false);
  const save = (name: string) => {
    setViews(saveView({ name: name.slice(0, 60), path: `${location.pathname}${location.search}` }));
    setNaming(false);
    say(`Saved as ${name.slice(0, 60)}`);
  };
  return (
    <div className="views">
      <button type="button" onClick={() => setNaming(true)}>
        Save this view
      </button>
      {views.map(({ name, path }) => (
        <span key={name} className="view">
          <Go to={path}>{name}</Go>
          <button type="button" className="quiet" aria-label={`Forget the view ${name}`} onClick={() => setViews(dropView(name))}>
            ✕
          </button>
        </span>
      ))}
      {naming && <AskText title="Name of the view" action="Save" charsMax={60} onSend={save} onClose={() => setNaming(false)} />}
    </div>
  );
}
