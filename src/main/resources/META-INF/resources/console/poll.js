// Reading again and again what an open view shows.

import { feed, on } from './feed.js';
import { session } from './session.js';

const EVERY_MS = 5_000;

/** Runs `load` at once and every few seconds between `enter` and `leave`, while somebody looks and the service is there. */
export function polling(load) {
  let timer = null;
  const own = {
    get open() {
      return timer !== null;
    },
    enter() {
      if (!timer) {
        load();
        timer = setInterval(() => !document.hidden && feed.state !== 'away' && load(), EVERY_MS);
      }
    },
    leave() {
      clearInterval(timer);
      timer = null;
    },
  };
  // it is back, or another pod is
  on('history', () => own.open && session() && load());
  return own;
}
