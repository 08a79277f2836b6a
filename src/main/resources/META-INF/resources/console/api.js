// Calls of the public API, with the token of whoever is signed in.

import { refuse, session } from './session.js';

const ROOT = new URL('../', document.baseURI);
const PATIENCE_MS = 15_000;
/** By path, which pod answered it last. */
const pods = new Map();

/** What the service answered instead of what was asked for, in words for people. */
export class Problem extends Error {
  constructor(status, title, detail, traceId) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.traceId = traceId;
  }

  get isAway() {
    return this.status === 0;
  }
}

/** Answers { body, headers, status }. @throws Problem */
export async function call(method, path, body, options = {}) {
  const caller = signedIn();
  const headers = { Accept: 'application/json, application/problem+json', Authorization: `Bearer ${caller.token}` };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(new URL(path, ROOT), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(options.patienceMs ?? PATIENCE_MS),
      credentials: 'omit',
      cache: 'no-store',
    });
  } catch (failure) {
    const late = failure.name === 'TimeoutError';
    throw new Problem(0, 'No answer', late ? 'The service did not answer in time.' : 'The service cannot be reached.');
  }
  if (response.status === 401) {
    refuse(caller.token);
  }
  pods.set(path.replace(/\?.*/, ''), response.headers.get('X-Ballast-Pod'));
  const answer = await parsed(response);
  if (!response.ok) {
    throw new Problem(response.status, answer?.title ?? `Status ${response.status}`, answer?.detail, answer?.traceId);
  }
  return { body: answer, headers: response.headers, status: response.status };
}

/** The pod that answered this path last, or null where nobody said. */
export const podOf = (path) => pods.get(path) ?? null;

export const get = async (path) => (await call('GET', path)).body;
export const post = (path, body, options) => call('POST', path, body, options);
export const put = (path, body) => call('PUT', path, body);
export const remove = (path, body) => call('DELETE', path, body);

/** A path of parts that may hold anything; slashes in the last one stay. */
export function path(...parts) {
  return parts.map((part) => encodeURIComponent(part)).join('/');
}

export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : '';
}

/** Opens the stream of events and calls back for each, until the signal says so or it ends. */
export async function follow(path, signal, onEvent) {
  const caller = signedIn();
  const response = await fetch(new URL(path, ROOT), {
    headers: { Accept: 'text/event-stream', Authorization: `Bearer ${caller.token}` },
    signal,
    credentials: 'omit',
    cache: 'no-store',
  });
  if (response.status === 401) {
    refuse(caller.token);
  }
  if (!response.ok) {
    throw new Problem(response.status, `Status ${response.status}`, 'The service does not let this page follow.');
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    blocks.forEach((block) => deliver(block, onEvent));
  }
}

function deliver(block, onEvent) {
  let event = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) {
      event = line.slice(6).trim();
    } else if (line.startsWith('data:')) {
      data.push(line.slice(5).replace(/^ /, ''));
    }
  }
  if (data.length) {
    onEvent(event, JSON.parse(data.join('\n')));
  }
}

/** Nothing is asked in nobody's name. */
function signedIn() {
  const caller = session();
  if (!caller) {
    throw new Problem(401, 'Nobody is signed in');
  }
  return caller;
}

async function parsed(response) {
  const text = await response.text();
  if (!text) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
