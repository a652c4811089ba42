import { Link } from '@tanstack/react-router';
import { useApprovals } from '../../read/queries.ts';
import { PAGES } from '../../words/pageList.ts';

function Waiting() {
  const { data } = useApprovals({});
  if (data === undefined || data.items.length === 0) return null;
  return (
    <span className="badge">
      {data.items.length}
      {data.more ? '+' : ''}
      <span className="unseen"> wait</span>
    </span>
  );
}

export function Nav() {
  return (
    <nav className="nav" aria-label="Pages">
      <Link to="/" className="brand" aria-label="Signalbox, live">
        <svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true">
          <path
            d="M9 28V5m0 2h16l-5 5 5 5H9"
            fill="none"
            stroke="currentColor"
            strokeWidth="3.5"
            strokeLinejoin="round"
            strokeLinecap="round"
          />
        </svg>
        <span>Signalbox</span>
      </Link>
      <ul>
        {PAGES.map(({ to, title }) => (
          <li key={to}>
            <Link to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
              {title}
              {title === 'Inbox' && <Waiting />}
            </Link>
          </li>
        ))}
      </ul>
      <p className="nav-foot">
        <a href="/docs">Reference</a>
      </p>
    </nav>
  );
}
