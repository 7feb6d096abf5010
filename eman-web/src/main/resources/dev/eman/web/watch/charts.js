// Which charts there are, and how one is drawn. Data stay in the runs; charts only look at them.

const COLOURS = 8;
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function format(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (unit === "%") return percent.format(value);
  const size = Math.abs(value);
  return size > 0 && size < 1e-3 ? value.toExponential(2) : plain.format(value);
}

export const steps = (value) => whole.format(value);

function colour(i) {
  return getComputedStyle(document.documentElement).getPropertyValue("--c" + (i % COLOURS)).trim();
}

function words(column) {
  return column.replaceAll("_", " ");
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const has = (run, column) => (run.columns[column] || []).some((value) => value !== null);

/** A column, or what is computed from one. */
function column(name) {
  return (run) => run.columns[name] || [];
}

function rate(run) {
  return (run.columns.seconds || []).map((s) => (s > 0 ? 1 / s : null));
}

const NOT_OWN = /^(step|learning_rate|seconds|waited|consistency|loss.*|mask.*|pseudo.*|student_.*|teacher_.*)$/;
const OF_CLASS = /^(.+)_class_(\d+)$/;
const AGGREGATE = /_(min|max|mean|deviation|range)$/;

/** The charts of one run: figures of one quantity together. */
function chartsOfOne(run) {
  const all = Object.keys(run.columns);
  const charts = new Map();
  const add = (key, title, unit, name, get, more = {}) => {
    if (!charts.has(key)) charts.set(key, { key, title, unit, lines: [], ...more });
    const chart = charts.get(key);
    chart.lines.push({ name, get, run, colour: chart.lines.length });
  };
  const accuracy = capital(run.facts.measured || "accuracy");
  for (const who of ["teacher", "student"]) {
    if (has(run, who + "_top1")) {
      add("accuracy", accuracy, "%", who, column(who + "_top1"), { sparse: true });
    }
  }
  for (const c of all.filter((c) => /^(loss.*|consistency)$/.test(c) && has(run, c))) {
    add("losses", "Losses", "", words(c), column(c));
  }
  for (const c of all.filter((c) => /^(mask|pseudo)/.test(c) && has(run, c))) {
    add("pseudo", "Pseudo labels", "%", words(c), column(c));
  }
  for (const c of all.filter((c) => !NOT_OWN.test(c) && has(run, c))) {
    const one = c.match(OF_CLASS);
    const quantity = words((one ? one[1] : c).replace(AGGREGATE, ""));
    const title = quantity + (one ? " of each class" : "");
    const name = one ? (run.facts.classes || [])[Number(one[2])] || "class " + one[2] : words(c);
    add("own " + title, capital(title), "", name, column(c));
  }
  if (has(run, "learning_rate")) {
    add("rate", "Learning rate", "", "learning rate", column("learning_rate"), { exact: true });
  }
  if (has(run, "seconds")) {
    add("throughput", "Throughput", "steps/s", "steps a second", rate);
    add("seconds", "Time of a step", "s", "whole step", column("seconds"));
    if (has(run, "waited")) add("seconds", "", "s", "of which waiting for data", column("waited"));
  }
  return [...charts.values()];
}

/** The charts of several runs: each figure by itself, a line for each run. */
function chartsOfMany(runs) {
  const names = new Set(runs.flatMap((run) => Object.keys(run.columns)));
  const charts = [];
  const chart = (key, title, unit, get, of, more = {}) => {
    const lines = runs.filter(of).map((run) => ({ name: run.name, get, run, colour: run.number }));
    if (lines.length > 0) charts.push({ key, title, unit, lines, ...more });
  };
  for (const who of ["teacher", "student"]) {
    const name = who + "_top1";
    chart(name, "Accuracy, " + who, "%", column(name), (run) => has(run, name), { sparse: true });
  }
  const order = (c) => ["loss", "mask", "pseudo"].findIndex((start) => c.startsWith(start));
  const own = [...names].filter((c) => !NOT_OWN.test(c) || order(c) >= 0);
  own.sort((a, b) => (order(a) < 0 ? 9 : order(a)) - (order(b) < 0 ? 9 : order(b)));
  for (const c of own.filter((c) => !OF_CLASS.test(c))) {
    chart(c, capital(words(c)), order(c) > 0 ? "%" : "", column(c), (run) => has(run, c));
  }
  chart("learning_rate", "Learning rate", "", column("learning_rate"), (r) => has(r, "learning_rate"), { exact: true });
  chart("throughput", "Throughput", "steps/s", rate, (run) => has(run, "seconds"));
  return charts;
}

export function chartsOf(runs) {
  return runs.length === 1 ? chartsOfOne(runs[0]) : chartsOfMany(runs);
}

/** Where several runs share a chart, a step that one of them lacks is undefined in its line. */
function smooth(values, share) {
  let mean = null;
  return values.map((value) => {
    if (value === null || value === undefined) return null;
    mean = mean === null ? value : share * mean + (1 - share) * value;
    return mean;
  });
}

/** One chart on the page. */
export class Chart {
  constructor(spec, announce) {
    this.spec = spec;
    this.announce = announce;
    this.element = document.createElement("figure");
    this.element.className = "panel";
    this.element.dataset.chart = spec.key;
    this.element.innerHTML =
      '<figcaption><h3></h3><span class="at"></span></figcaption><div class="plot" tabindex="0" role="slider"></div>' +
      '<ul class="legend"></ul><details><summary>As a table</summary><div class="scroll"></div></details>';
    this.element.querySelector("h3").textContent =
      spec.title + (spec.unit && spec.unit !== "%" ? ", " + spec.unit : "");
    this.plot = this.element.querySelector(".plot");
    this.at = this.element.querySelector(".at");
    this.details = this.element.querySelector("details");
    this.details.addEventListener("toggle", () => this.fillTable());
    this.plot.addEventListener("keydown", (event) => this.move(event));
    this.plot.addEventListener("blur", () => this.point(null));
    this.fillLegend();
    this.resizing = new ResizeObserver(() => {
      if (this.u && this.plot.clientWidth > 0) {
        this.u.setSize({ width: this.plot.clientWidth, height: this.plot.clientHeight });
      }
    });
    this.resizing.observe(this.plot);
  }

  fillLegend() {
    this.values = this.spec.lines.map((line) => {
      const item = document.createElement("li");
      item.className = "c" + (line.colour % COLOURS);
      item.innerHTML = '<span class="swatch"></span><span class="name"></span><span class="value"></span>';
      item.querySelector(".swatch").classList.toggle("dashed", line.colour >= COLOURS);
      item.querySelector(".name").textContent = line.name;
      item.querySelector(".name").title = line.name;
      this.element.querySelector(".legend").append(item);
      return item.querySelector(".value");
    });
  }

  /** Draws what the runs have now. */
  draw(smoothing) {
    const lines = this.spec.lines;
    const raw = lines.map((line) => [line.run.columns.step || [], line.get(line.run)]);
    const one = new Set(lines.map((line) => line.run)).size === 1;
    this.data = one ? [raw[0][0], ...raw.map((pair) => pair[1])] : uPlot.join(raw);
    const share = this.spec.sparse || this.spec.exact ? 0 : smoothing;
    const drawn = [this.data[0]];
    for (let i = 1; i < this.data.length; i++) {
      drawn.push(this.data[i], share > 0 ? smooth(this.data[i], share) : []);
    }
    if (share === 0) for (let i = 2; i < drawn.length; i += 2) drawn[i] = this.data[0].map(() => null);
    this.share = share;
    if (this.u) {
      this.u.setData(drawn, !this.zoomed());
    } else if (this.plot.clientWidth > 0) {
      this.u = new uPlot(this.settings(), drawn, this.plot);
    }
    if (this.cursor === undefined || this.cursor === null) this.show(null);
    if (this.details.open) this.fillTable();
  }

  zoomed() {
    const x = this.u.scales.x;
    const before = this.u.data[0];
    return before.length > 0 && (x.min > before[0] || x.max < before[before.length - 1]);
  }

  settings() {
    const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const font = "12px system-ui, sans-serif";
    const axis = { stroke: () => css("--soft"), font, ticks: { show: false },
      grid: { stroke: () => css("--rule"), width: 1 } };
    const series = [{}];
    this.spec.lines.forEach((line) => {
      const dash = line.colour >= COLOURS ? [6, 4] : undefined;
      const main = { dash, spanGaps: true, width: 2, stroke: () => colour(line.colour) };
      series.push({ ...main, points: { show: (u, s) => this.spec.sparse && u.data[0].length > 0 && this.few(s), size: 6,
        fill: () => colour(line.colour) },
        stroke: () => colour(line.colour) + (this.share > 0 ? "40" : ""), width: this.spec.sparse ? 2 : 1.5 });
      series.push({ ...main, points: { show: false } });
    });
    const unit = this.spec.unit;
    return {
      width: this.plot.clientWidth, height: this.plot.clientHeight, series, legend: { show: false },
      scales: { x: { time: false } },
      axes: [{ ...axis, size: 28, values: (u, all) => all.map((v) => (Number.isInteger(v) ? steps(v) : "")) },
        { ...axis, size: 62, values: (u, all) => all.map((v) => format(v, unit)) }],
      cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false } },
      hooks: { setCursor: [(u) => this.show(u.cursor.left >= 0 ? u.cursor.idx : null)] },
    };
  }

  /** Whether a line has so few points that each is marked. */
  few(s) {
    return this.data[(s + 1) / 2].reduce((n, v) => n + (v === null || v === undefined ? 0 : 1), 0) <= 60;
  }

  /** Shows the values at a point, or the last ones. */
  show(idx) {
    this.cursor = idx;
    const x = this.data[0];
    const at = idx === null || idx === undefined ? x.length - 1 : idx;
    const last = at === x.length - 1;
    this.at.textContent = x.length === 0 ? "" : (last ? "step " : "at step ") + steps(x[at]);
    this.values.forEach((element, i) => {
      const values = this.data[i + 1];
      let from = at;
      while (from > 0 && (values[from] === null || values[from] === undefined)) from--;
      element.textContent = format(values[from], this.spec.unit);
    });
    const read = this.spec.lines.map((line, i) => line.name + " " + this.values[i].textContent);
    // A slider over the points: screen readers leave it the arrow keys, and speak its text.
    this.plot.setAttribute("aria-label", this.spec.title);
    this.plot.setAttribute("aria-valuemin", 0);
    this.plot.setAttribute("aria-valuemax", Math.max(0, x.length - 1));
    this.plot.setAttribute("aria-valuenow", Math.max(0, at));
    this.plot.setAttribute("aria-valuetext", this.at.textContent + ": " + read.join(", "));
  }

  /** Arrow keys walk over the points; plus, minus and Escape zoom. */
  move(event) {
    const n = this.data[0].length;
    if (n > 1 && this.u && this.zoom(event)) return;
    const stride = event.shiftKey ? Math.max(1, Math.round(n / 20)) : 1;
    const from = this.cursor === null || this.cursor === undefined ? n - 1 : this.cursor;
    const to = { ArrowLeft: from - stride, ArrowRight: from + stride, Home: 0, End: n - 1 }[event.key];
    if (to === undefined || n === 0 || !this.u) return;
    event.preventDefault();
    this.point(Math.min(n - 1, Math.max(0, to)));
  }

  /** Whether a key was one for zooming: to half or twice the steps around the point, or all. */
  zoom(event) {
    const factor = { "+": 0.5, "=": 0.5, "-": 2, Escape: Infinity }[event.key];
    if (factor === undefined || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { min, max } = this.u.scales.x;
    const x = this.data[0];
    const chosen = this.cursor !== null && this.cursor !== undefined;
    event.preventDefault();
    this.spread((max - min) * factor, chosen ? x[this.cursor] : (min + max) / 2);
    const now = this.u.scales.x;
    this.announce("steps " + steps(now.min) + " to " + steps(now.max));
    return true;
  }

  /** Shows as many steps around one, within what there are. */
  spread(width, around) {
    const x = this.data[0];
    const first = x[0];
    const all = x[x.length - 1] - first;
    const shown = Math.min(all, Math.max(width, Math.min(all, 2)));
    const min = Math.max(first, Math.min(first + all - shown, around - shown / 2));
    this.u.batch(() => this.u.setScale("x", { min, max: min + shown }));
  }

  point(idx) {
    if (!this.u) return;
    const { min, max } = this.u.scales.x;
    const x = idx === null ? null : this.data[0][idx];
    if (x !== null && (x < min || x > max)) this.spread(max - min, x);
    const left = idx === null ? -10 : this.u.valToPos(this.data[0][idx], "x");
    this.u.setCursor({ left, top: idx === null ? -10 : 1 });
    this.show(idx);
  }

  fillTable() {
    if (!this.details.open) return;
    const n = this.data[0].length;
    const rows = [];
    const stride = Math.max(1, Math.ceil(n / 50));
    for (let i = (n - 1) % stride; i < n; i += stride) rows.push(i);
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    ["step", ...this.spec.lines.map((line) => line.name)].forEach((name) => {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.className = "number";
      cell.textContent = name;
      head.append(cell);
    });
    const body = table.createTBody();
    const marked = this.spec.sparse
      ? this.data[0].map((_, i) => i).filter((i) => this.data.slice(1).some((v) => v[i] !== null && v[i] !== undefined))
      : rows;
    for (const i of marked.slice(-200)) {
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.className = "number";
      head.textContent = steps(this.data[0][i]);
      row.append(head);
      this.data.slice(1).forEach((values) => {
        const cell = row.insertCell();
        cell.className = "number";
        cell.textContent = format(values[i], this.spec.unit);
      });
    }
    this.details.querySelector(".scroll").replaceChildren(table);
  }

  recolour() {
    if (this.u) this.u.redraw(false, true);
  }

  remove() {
    this.resizing.disconnect();
    if (this.u) this.u.destroy();
    this.element.remove();
  }
}
