// How the service is: levels and why, the dependencies, and the last quarter of an hour.

import { html, nothing, svg } from './lib/lit-html.js';
import { get } from './api.js';
import { feed, latest, on } from './feed.js';
import { reading, redraw } from './draw.js';
import { polling } from './poll.js';
import { badge, count, empty, level, ms, ofPod, ofStream, percent, rate, shared, ago, spoken, time, trouble } from './show.js';

const state = { report: null, audit: null, problem: null };
const poll = polling(load);

export const { enter, leave } = poll;

on('change', () => poll.open && load());
on('sample', () => poll.open && redraw());

async function load() {
  const found = await reading(state, () => Promise.all([get('ops/degradation'), get('ops/audit?limit=6').catch(() => null)]));
  if (found) {
    [state.report, state.audit] = found;
    redraw();
  }
}

export function view() {
  const { report } = state;
  return html`
    ${feed.state === 'away' ? nothing : trouble(state.problem)}
    ${report ? headline(report) : html`<p class="muted">Reading…</p>`}
    ${report ? html`
      <section aria-labelledby="features"><div class="section-head"><h2 id="features">Features</h2>${ofPod('ops/degradation')}</div>
        <div class="tiles features">${report.features.map(feature)}</div></section>
      <section aria-labelledby="dependencies"><div class="section-head"><h2 id="dependencies">Dependencies</h2>${ofPod('ops/degradation')}</div>
        <div class="tiles dependencies">${report.dependencies.map(dependency)}</div></section>` : nothing}
    <section aria-labelledby="charts"><div class="section-head"><h2 id="charts">Last 15 minutes</h2>${ofStream}<span class="muted small">callers' requests, without operators' and probes'</span></div>
      <div class="charts">
        <live-chart class="card" name="requests"></live-chart>
        <live-chart class="card" name="latency"></live-chart>
        <live-chart class="card" name="cache"></live-chart>
        <live-chart class="card" name="limits"></live-chart>
        <live-chart class="card" name="lag"></live-chart>
        ${letters()}
      </div></section>
    <section aria-labelledby="deeds"><div class="section-head"><h2 id="deeds">Latest deeds of operators</h2>${shared}<a href="#/audit">All</a></div>
      ${deeds()}</section>`;
}

function headline(report) {
  const lowered = report.features.filter((one) => one.level !== 'normal');
  const words = {
    normal: 'All features are whole.',
    degraded: `${lowered.length} of ${report.features.length} features run on a fallback: ${lowered.map((one) => one.feature).join(', ') || 'none'}.`,
    minimal: 'What everything needs is gone, or an operator ordered it.',
  }[report.level];
  const away = feed.state === 'away';
  return html`<section class="headline ${away ? 'away' : report.level}" aria-label="Overall level">
    <p class="big">${away ? badge('not known', 'bad') : level(report.level)}<span>${away ? `The service does not answer. When it last did: ${report.level}. ` : ''}${words}</span></p>
    ${report.pressure ? html`<p>${report.pressure}</p>` : nothing}
    ${report.overrides.map((one) => html`<p>${one.by} ordered <strong>${one.feature ?? 'all features'}</strong> to be ${one.level}: ${one.reason}. <a href="#/degradation">Look</a></p>`)}
    <dl class="figures">
      <div><dt>requests/s</dt><dd>${rate(latest('requests'))}</dd></div>
      <div><dt>errors/s</dt><dd>${rate(latest('errors'))}</dd></div>
      <div><dt>p99</dt><dd>${ms(latest('p99Ms'))}</dd></div>
      <div><dt>lag</dt><dd>${count(latest('lag'))}</dd></div>
      <div><dt>dead letters open</dt><dd><a href="#/dead-letters">${count(latest('deadLetters') ?? 0)}</a></dd></div>
    </dl></section>`;
}

function feature(one) {
  return html`<article class="card tile"><header><h3>${one.feature}</h3>${level(one.level)}</header>
    <p class="why">${spoken(one.why) || 'all it needs is well'}</p>
    ${strip(one.feature)}
    <p class="muted small">needs ${[...new Set([...one.hard.flat(), ...one.soft])].join(', ') || 'nothing'}${one.optional ? '; first to go under load' : ''}</p></article>`;
}

/** The levels of the last quarter of an hour as a strip; in words for who does not see it. */
function strip(name) {
  const column = feed.series[`level.${name}`] ?? [];
  const end = feed.at[feed.at.length - 1] ?? 0;
  const kept = feed.keptMs / 1000;
  const runs = [];
  column.forEach((value, i) => {
    const from = 900 * (1 - (end - feed.at[i]) / kept);
    const last = runs[runs.length - 1];
    if (last && last.value === value) {
      last.to = from;
    } else {
      if (last) {
        last.to = from;
      }
      runs.push({ value, from, to: from });
    }
  });
  const below = column.filter((value) => value > 0).length;
  const words = column.length === 0 ? 'no samples yet' : below ? `below normal in ${percent(below / column.length)} of the samples kept` : 'normal in all samples kept';
  return html`<svg class="strip" viewBox="0 0 900 10" preserveAspectRatio="none" role="img" aria-label="Last 15 minutes: ${words}">
    ${runs.map((run) => svg`<rect class="level-${run.value}" x=${run.from} y="0" width=${Math.max(4, run.to - run.from)} height="10"></rect>`)}</svg>`;
}

function dependency(one) {
  const heard = total(one.calls) > 0 ? one.calls : one.probes;
  const stopped = Object.entries(one.breakers).filter(([, how]) => how !== 'closed').map(([name]) => name);
  return html`<article class="card tile"><header><h3>${one.dependency}</h3>${level(one.condition)}</header>
    <p class="why">${spoken(one.rule) || 'answers'}</p>
    <dl class="pairs">
      <dt title="of the last 10 s">success</dt><dd>${total(heard) ? percent(heard.successRatio) : '–'} <span class="muted">of ${count(total(heard))} ${heard === one.calls ? 'calls' : 'probes'}</span></dd>
      <dt>latency</dt><dd>${total(heard) ? ms(heard.meanMs) : '–'}</dd>
      <dt>breakers</dt><dd>${stopped.length ? html`${badge('open', 'bad')} ${stopped.join(', ')}` : Object.keys(one.breakers).length ? 'closed' : 'none'}</dd>
      <dt>last probe</dt><dd>${spoken(one.lastProbe) ?? '–'} <span class="muted">${one.lastProbeAt ? html`${ms(one.lastProbeMs)}, ${ago(one.lastProbeAt)}` : nothing}</span></dd>
    </dl></article>`;
}

function total(heard) {
  return heard.ok + heard.slow + heard.failed + heard.timedOut + heard.rejected;
}

function letters() {
  return html`<div class="card stat"><div class="chart-head"><h3>Dead letters</h3>${shared}</div>
    <p class="huge">${count(latest('deadLetters') ?? 0)}</p><p class="muted">open, waiting for somebody</p>
    <p><a class="button" href="#/dead-letters">Look at them</a></p></div>`;
}

function deeds() {
  if (!state.audit) {
    return empty('The audit cannot be read at the moment.');
  }
  if (!state.audit.entries.length) {
    return empty('Nobody has done anything yet.');
  }
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Latest deeds"><table><thead><tr><th scope="col">when</th><th scope="col">who</th><th scope="col">what</th><th scope="col">to</th><th scope="col">outcome</th></tr></thead>
    <tbody>${state.audit.entries.map((one) => html`<tr><td>${time(one.at)}</td><td class="text">${one.who}</td><td>${one.action}</td><td class="text">${one.target}</td><td class="text">${one.outcome}</td></tr>`)}</tbody></table></div>`;
}
