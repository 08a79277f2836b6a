// How things are written: times, numbers, words, and the few pieces that all views share.

import { html, nothing } from './lib/lit-html.js';
import { podOf } from './api.js';
import { feed } from './feed.js';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (value) => (value === null || value === undefined ? '–' : whole.format(value));

export function rate(value) {
  return value === null || value === undefined ? '–' : value >= 100 ? whole.format(value) : number.format(value);
}

export function ms(value) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
  }
  return value >= 10_000 ? duration(value) : value >= 100 ? `${whole.format(value)} ms` : `${number.format(value)} ms`;
}

export function percent(part) {
  if (part === null || part === undefined || Number.isNaN(part)) {
    return '–';
  }
  const value = part * 100;
  // never round what is not all of it to all of it
  const shown = value > 99.9 && value < 100 ? 99.9 : value;
  return `${number.format(shown)} %`;
}

export function bytes(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  return value < 1024 ? `${value} B` : value < 1048576 ? `${number.format(value / 1024)} KiB` : `${number.format(value / 1048576)} MiB`;
}

/** 75000 becomes "1 min 15 s". */
export function duration(millis) {
  if (millis === null || millis === undefined) {
    return '–';
  }
  const seconds = Math.max(0, Math.round(millis / 1000));
  const parts = [[Math.floor(seconds / 86400), 'd'], [Math.floor(seconds / 3600) % 24, 'h'], [Math.floor(seconds / 60) % 60, 'min'], [seconds % 60, 's']];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) {
    return '0 s';
  }
  return parts.slice(first, first + 2).filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

/** A time as people near the screen read it, the whole of it on hover and to machines. */
export function time(text) {
  if (!text) {
    return '–';
  }
  const at = new Date(text);
  const today = at.toDateString() === new Date().toDateString();
  const shown = at.toLocaleTimeString('en-GB') + (today ? '' : `, ${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}`);
  return html`<time datetime=${text} title=${at.toISOString()}>${shown}</time>`;
}

export function ago(text) {
  return text ? `${duration(Date.now() - Date.parse(text))} ago` : '–';
}

/** A level or condition as a word with a mark; the colour only repeats it. */
export function level(word) {
  const kind = { normal: 'good', well: 'good', closed: 'good', degraded: 'warn', failing: 'warn', minimal: 'bad', gone: 'bad', open: 'bad' }[word] ?? 'plain';
  return html`<span class="badge ${kind}">${word}</span>`;
}

export function badge(word, kind) {
  return html`<span class="badge ${kind}">${word}</span>`;
}

/** What is the same on every pod. */
export const shared = html`<span class="scope" title="The same on every pod">shared</span>`;

/** What this pod alone knows: the one whose stream is followed. */
export const ofStream = html`<span class="scope" title="Of this pod alone">this pod</span>`;

/** What one pod alone knows; behind one address, answers to these paths may be of another one than the stream. */
export function ofPod(...paths) {
  const others = [...new Set(paths.map(podOf))].filter((pod) => pod && feed.pod && pod !== feed.pod);
  return others.length ? html`<span class="scope other" title="Several pods answer behind this address: the charts are of ${feed.pod}">another pod: ${others.join(', ')}</span>` : ofStream;
}

const SPOKEN = {
  AnnotatedConnectException: 'connection refused',
  ConnectException: 'connection refused',
  ClosedChannelException: 'connection closed',
  HttpClosedException: 'connection closed',
  SocketException: 'connection lost',
  IOException: 'connection lost',
  UnknownHostException: 'no such host',
  TimeoutException: 'no answer in time',
  NoStackTraceTimeoutException: 'no answer in time',
  ConnectTimeoutException: 'no answer in time',
};

/** What a probe said, in words: "down: TopicsNotReady" becomes "down: topics not ready". */
export function spoken(text) {
  return text?.replace(/(?<=\bdown: )[A-Z]\w+|\b[A-Z]\w+Exception\b/g, (name) => SPOKEN[name] ?? (name.replace(/(?:Exception|Error)$/, '').replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase() || 'failed'));
}

/** A call's failure, or nothing. */
export function trouble(problem) {
  if (!problem) {
    return nothing;
  }
  return html`<div class="notice bad" role="alert"><strong>${problem.title ?? 'That did not work'}.</strong> ${problem.message}
    ${problem.traceId ? html`<span class="muted">Trace <code>${problem.traceId}</code></span>` : nothing}</div>`;
}

/** What came of a deed, read out as it appears. */
export function outcome(text) {
  return html`<div class="outcome" role="status" aria-live="polite">${text ? html`<p class="notice good">${text}</p>` : nothing}</div>`;
}

export function progress(label, done, total) {
  return html`<div class="progress"><progress aria-label=${label} max=${Math.max(1, total)} value=${done}></progress><span>${count(done)} of ${count(total)}</span></div>`;
}

export const empty = (text) => html`<p class="empty">${text}</p>`;
