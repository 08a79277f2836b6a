// What this page knows of the pod it talks to: its history, then every sample and event as it comes. One stream for
// all views; it reconnects by itself, and each begins with the history, so that no gap stays.

import { follow } from './api.js';
import { isOperator, onSession } from './session.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** Samples come every few seconds: a stream that says nothing for so long is dead. */
const SILENCE = 4;

const listeners = { sample: new Set(), change: new Set(), progress: new Set(), state: new Set(), history: new Set() };

/** state: 'off', 'connecting', 'live' or 'away'; since: when it became that. */
export const feed = { state: 'off', since: Date.now(), pod: null, startedAt: null, everyMs: 3_000, keptMs: 900_000, at: [], series: {} };

let stop = null;
let waking = null;

/** Calls back for events of a kind; answers how to end that. */
export function on(kind, callback) {
  listeners[kind].add(callback);
  return () => listeners[kind].delete(callback);
}

/** Tries again at once rather than after the pause. */
export function wake() {
  waking?.();
}

onSession(restart);
window.addEventListener('online', wake);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && feed.state === 'away') {
    wake();
  }
});

export function restart() {
  stop?.abort();
  stop = null;
  if (isOperator()) {
    stop = new AbortController();
    keep(stop.signal);
  } else {
    become('off');
  }
}

async function keep(signal) {
  let pause = FIRST_PAUSE_MS;
  become('connecting');
  while (!signal.aborted) {
    try {
      await once(signal, () => {
        pause = FIRST_PAUSE_MS;
      });
    } catch {
      // the state says so
    }
    if (signal.aborted) {
      return;
    }
    become('away');
    await resting(pause, signal);
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  }
}

async function once(signal, connected) {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  signal.addEventListener('abort', end);
  let timer = setTimeout(end, 10_000);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(end, Math.max(5_000, SILENCE * feed.everyMs));
  };
  try {
    await follow('ops/stream', attempt.signal, (event, data) => {
      heard();
      if (event === 'hello') {
        begin(data);
        connected();
      } else {
        if (event === 'sample') {
          add(data);
        }
        emit(event, data);
      }
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

/** The stream begins with the history of the pod that it is of: both are of one pod, and no sample is lost between. */
function begin(history) {
  Object.assign(feed, {
    pod: history.pod,
    startedAt: history.startedAt,
    everyMs: history.everyMs,
    keptMs: history.keptMs,
    at: history.at.map((time) => Date.parse(time) / 1000),
    series: history.series,
  });
  become('live');
  emit('history', history);
}

function add(sample) {
  const at = Date.parse(sample.at) / 1000;
  if (feed.at.length && at <= feed.at[feed.at.length - 1]) {
    return;
  }
  const before = feed.at.length;
  feed.at.push(at);
  const names = new Set([...Object.keys(feed.series), ...Object.keys(sample.values)]);
  for (const name of names) {
    const column = (feed.series[name] ??= new Array(before).fill(null));
    column.push(sample.values[name] ?? null);
  }
  const oldest = at - feed.keptMs / 1000;
  while (feed.at.length && feed.at[0] < oldest) {
    feed.at.shift();
    Object.values(feed.series).forEach((column) => column.shift());
  }
}

/** The newest value of a series, or null. */
export function latest(name) {
  const column = feed.series[name];
  return column?.length ? column[column.length - 1] : null;
}

function become(state) {
  if (feed.state !== state) {
    feed.state = state;
    feed.since = Date.now();
    emit('state', state);
  }
}

function emit(kind, data) {
  listeners[kind]?.forEach((callback) => callback(data));
}

function resting(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    waking = end;
    signal.addEventListener('abort', end);
  });
}
