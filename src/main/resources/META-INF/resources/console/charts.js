// <live-chart name="…">: one chart of this pod's last quarter of an hour. All of them share the cursor.

import uPlot from './lib/uPlot.esm.js';
import { feed, on } from './feed.js';
import { count, ms, rate } from './show.js';

// ahead of the page's own, which has the last word
document.head.prepend(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: 'lib/uPlot.min.css' }));

const perSecond = (value) => rate(value);
const CHARTS = {
  requests: { title: 'Requests', unit: 'per second', write: perSecond, lines: [['requests', 'all', 1], ['errors', 'errors (5xx)', 5]] },
  latency: { title: 'Latency', unit: 'milliseconds', write: ms, lines: [['p50Ms', 'p50', 2], ['p99Ms', 'p99', 4]] },
  cache: { title: 'Cache answers', unit: 'per second, by tier', write: perSecond, lines: [['cache.l1', 'memory (L1)', 1], ['cache.l2', 'Redis (L2)', 2], ['cache.origin', 'database', 4]] },
  limits: { title: 'Limit decisions', unit: 'charges per second', write: perSecond, lines: [['limits.admitted', 'admitted', 1], ['limits.rejected', 'rejected', 5], ['limits.shadow', 'shadow: would reject', 4], ['limits.open', 'undecided', 3]] },
  lag: { title: 'Consumer lag', unit: 'records not finished', write: count, whole: true, lines: [['lag', 'records', 1]] },
};

const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
const HEIGHT = 168;
const WHOLE = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6].map((power) => step * 10 ** power)).sort((a, b) => a - b);
const dark = matchMedia('(prefers-color-scheme: dark)');

class LiveChart extends HTMLElement {
  connectedCallback() {
    this.spec = CHARTS[this.getAttribute('name')];
    this.build();
    this.ends = [on('sample', () => this.update()), on('history', () => this.update())];
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this);
    this.repaint = () => this.plotAnew();
    dark.addEventListener('change', this.repaint);
    this.plotAnew();
  }

  disconnectedCallback() {
    this.ends.forEach((end) => end());
    this.sizes.disconnect();
    dark.removeEventListener('change', this.repaint);
    this.plot?.destroy();
    this.plot = null;
    this.replaceChildren();
  }

  build() {
    const head = element('div', 'chart-head', element('h3', '', this.spec.title), element('span', 'muted small', this.spec.unit));
    this.legend = element('dl', 'legend');
    this.values = this.spec.lines.map(([, label, colour], i) => {
      const value = element('dd', '', '–');
      const swatch = element('span', `swatch line-${colour} dash-${i}`);
      this.legend.append(element('div', '', element('dt', '', swatch, label), value));
      return value;
    });
    this.canvas = element('div', 'canvas');
    this.canvas.setAttribute('role', 'img');
    this.replaceChildren(head, this.legend, this.canvas);
  }

  plotAnew() {
    this.plot?.destroy();
    const style = getComputedStyle(this);
    const colour = (name) => style.getPropertyValue(name).trim();
    const font = `11px ${colour('--font') || 'system-ui, sans-serif'}`;
    const axis = { stroke: colour('--muted'), font, grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false } };
    this.plot = new uPlot({
      width: Math.max(120, this.canvas.clientWidth),
      height: HEIGHT,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: 'ballast' }, drag: { x: false, y: false }, points: { size: 6 }, y: false },
      scales: { x: { range: () => this.span() }, y: { range: (_, low, high) => [0, this.spec.whole ? Math.max(4, top(high)) : top(high)] } },
      axes: [
        { ...axis, space: 70, size: 26, values: (_, splits) => splits.map(clock) },
        { ...axis, space: 32, ...(this.spec.whole && { incrs: WHOLE }), size: (_, values) => 14 + 6.5 * Math.max(2, ...(values ?? []).map((v) => v.length)), values: (_, splits) => splits.map(short) },
      ],
      series: [{}, ...this.spec.lines.map(([, , line], i) => ({
        stroke: colour(`--line-${line}`),
        fill: i === 0 ? colour('--fill') : undefined,
        width: 1.75,
        dash: DASHES[i],
        points: { show: false },
      }))],
      hooks: { setCursor: [() => this.tell()] },
    }, this.data(), this.canvas);
    this.tell();
  }

  data() {
    const none = feed.at.map(() => null);
    return [feed.at, ...this.spec.lines.map(([name]) => feed.series[name] ?? none)];
  }

  /** Always the whole quarter of an hour, so that a point keeps its place. */
  span() {
    const end = feed.at.length ? feed.at[feed.at.length - 1] : Date.now() / 1000;
    return [end - feed.keptMs / 1000, end];
  }

  update() {
    this.plot?.setData(this.data());
    this.tell();
  }

  resize() {
    const width = this.canvas?.clientWidth ?? 0;
    if (this.plot && width > 0 && width !== this.plot.width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }

  /** The values under the cursor, else the newest. */
  tell() {
    const at = this.plot?.cursor.idx ?? feed.at.length - 1;
    const words = this.spec.lines.map(([name, label], i) => {
      const shown = this.spec.write(feed.series[name]?.[at] ?? null);
      this.values[i].textContent = shown;
      return `${label} ${shown}`;
    });
    this.canvas.setAttribute('aria-label', `${this.spec.title}, ${this.spec.unit}: ${words.join(', ')}`);
  }
}

function top(high) {
  return high > 0 ? high * 1.1 : 1;
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

function short(value) {
  return value >= 1e6 ? `${value / 1e6} M` : value >= 10_000 ? `${value / 1e3} k` : String(value);
}

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  made.append(...content);
  return made;
}

customElements.define('live-chart', LiveChart);
