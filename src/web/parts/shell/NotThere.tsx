import { Link } from '@tanstack/react-router';

export function NotThere() {
  return (
    <div className="state empty">
      <h1>There is no such page</h1>
      <p>
        <Link to="/">Live</Link> shows what happens now; <Link to="/console/search">search</Link> finds ids, subjects and reasons.
      </p>
    </div>
  );
}
