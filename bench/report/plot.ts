import { type Cell, DATABASES, isPlain } from '../cell.js';
import { SCENARIO_NAMES, SCENARIOS } from '../scenarios.js';
import { medianOf } from '../statistics.js';
import { type SubjectName, SUBJECTS } from '../subjects/subject.js';
import { titleOf } from './comparison.js';
import { figure } from './markdown.js';
import { bar, svgDocument, text, uprightText } from './svg.js';

const COLOURS: Record<SubjectName, string> = {
  'plain-http': '#5c6773',
  'no-op': '#9aa5b1',
  product: '#c2306b',
  webhooks: '#d97a9e',
  limit: '#d95f7f',
  retention: '#b98aa0',
  before: '#e3a3bf',
  'pessimistic-lock': '#2f6fab',
  'conditional-update': '#3f9b8f',
  course: '#c98b2b',
};

const PANEL = { width: 460, height: 230, left: 20, top: 34, bottom: 40 };
const PANELS_A_ROW = 2;
const CAPTION_HEIGHT = 14;
const HEAD_HEIGHT = 56;
const GAP_BETWEEN_CLUSTERS = 18;
const NAME_CHARACTER_WIDTH = 5;

interface Panel {
  title: string;
  clusters: { label: string; cells: Cell[] }[];
  /** What the bars show: sales a second, unless a panel says otherwise. */
  height?: (cell: Cell) => number;
}

/**
 * The throughput of all cells as bars: a panel a scenario and database, and one each for growth, processes and a remote
 * database. Where requests arrive at a fixed rate, the throughput says little, and the bars show the p99.
 *
 * @param captions how the figures came about, a line each
 */
export function plot(cells: readonly Cell[], captions: readonly string[]): string {
  const panels = panelsOf(cells);
  const rows = Math.ceil(panels.length / PANELS_A_ROW);
  const width = PANEL.width * PANELS_A_ROW;
  const head = HEAD_HEIGHT + captions.length * CAPTION_HEIGHT;
  const drawn = panels.map((panel, index) =>
    draw(panel, (index % PANELS_A_ROW) * PANEL.width, head + Math.floor(index / PANELS_A_ROW) * PANEL.height),
  );
  return svgDocument(width, head + rows * PANEL.height, [
    text(PANEL.left, 22, 'Sales a second (where it says so: p99), median of the rounds', {
      size: 15,
      weight: 'bold',
    }),
    ...captions.map((caption, line) => text(PANEL.left, 40 + line * CAPTION_HEIGHT, caption, { size: 10 })),
    legend(cells, head - 24),
    ...drawn,
  ]);
}

function panelsOf(cells: readonly Cell[]): Panel[] {
  return DATABASES.flatMap((database) =>
    SCENARIO_NAMES.flatMap((scenario) => {
      const own = cells.filter(({ group }) => group.database === database && group.scenario === scenario);
      const title = `${database === 'mysql' ? 'MySQL' : 'embedded'}: ${SCENARIOS[scenario].title}`;
      return [
        scenario === 'paced'
          ? { title: `${title}, p99 in ms`, clusters: byRate(own), height: p99Ms }
          : { title, clusters: byConnections(own.filter(({ contestant }) => isPlain(contestant))) },
        processesPanel(title, own),
        growthPanel(title, own),
        remotePanel(title, own),
      ];
    }),
  ).filter(({ clusters }) => clusters.length > 0);
}

function processesPanel(title: string, own: readonly Cell[]): Panel {
  const sold = own.filter(
    ({ contestant }) =>
      contestant.subject === 'product' && contestant.storedSales === 0 && !contestant.isRemote,
  );
  const counts = [...new Set(sold.map(({ contestant }) => contestant.processes))];
  return {
    title: `${title}, product with ${counts.join(', ')} processes`,
    clusters: counts.length > 1 ? byConnections(sold) : [],
  };
}

function growthPanel(title: string, own: readonly Cell[]): Panel {
  const grown = own.find(({ contestant }) => contestant.storedSales > 0);
  const compared = own.filter(
    ({ group, contestant }) =>
      group === grown?.group &&
      contestant.subject === 'product' &&
      contestant.processes === 1 &&
      !contestant.isRemote,
  );
  return {
    title: `${title}, product by sales stored`,
    clusters: compared.map((cell) => ({
      label: cell.contestant.storedSales.toLocaleString('en', { notation: 'compact' }),
      cells: [cell],
    })),
  };
}

function remotePanel(title: string, own: readonly Cell[]): Panel {
  const sold = own.filter(
    ({ contestant }) => contestant.subject === 'product' && (isPlain(contestant) || contestant.isRemote),
  );
  const isMeasured = sold.some(({ contestant }) => contestant.isRemote);
  return { title: `${title}, product by distance`, clusters: isMeasured ? byConnections(sold) : [] };
}

function byRate(cells: readonly Cell[]): Panel['clusters'] {
  return [...Map.groupBy(cells, ({ group }) => group.arrivalsPerSecond)].map(([rate, own]) => ({
    label: `${rate} a second`,
    cells: own,
  }));
}

function byConnections(cells: readonly Cell[]): Panel['clusters'] {
  return [...Map.groupBy(cells, ({ group }) => group.connections)].map(([connections, own]) => ({
    label: `${connections} connections`,
    cells: own,
  }));
}

function draw({ title, clusters, height: measured = throughput }: Panel, x: number, y: number): string {
  const bars = clusters.reduce((count, cluster) => count + cluster.cells.length, 0);
  const free = PANEL.width - 2 * PANEL.left - GAP_BETWEEN_CLUSTERS * (clusters.length - 1);
  const barWidth = Math.min(48, free / bars);
  const highest = Math.max(1, ...clusters.flatMap((cluster) => cluster.cells.map(measured)));
  const floor = y + PANEL.height - PANEL.bottom;
  const room = PANEL.height - PANEL.bottom - PANEL.top - 14;
  const parts = [text(x + PANEL.left, y + 14, title, { size: 11, weight: 'bold' })];
  let left = x + PANEL.left;
  for (const { label, cells } of clusters) {
    const middle = left + (cells.length * barWidth) / 2;
    for (const cell of cells) {
      const height = (measured(cell) / highest) * room;
      parts.push(bar(left, floor - height, barWidth - 2, height, COLOURS[cell.contestant.subject]));
      parts.push(
        text(left + barWidth / 2, floor - height - 3, figure(measured(cell))!, {
          size: 8,
          anchor: 'middle',
        }),
      );
      const name = titleOf(cell.contestant);
      // Above the bar where it would not fit into it.
      const foot = height > name.length * NAME_CHARACTER_WIDTH ? floor : floor - height - 10;
      parts.push(uprightText(left + barWidth / 2 + 2, foot - 4, name, { size: 8 }));
      left += barWidth;
    }
    parts.push(text(middle, floor + 14, label, { size: 9, anchor: 'middle' }));
    left += GAP_BETWEEN_CLUSTERS;
  }
  return parts.join('\n');
}

function throughput(cell: Cell): number {
  return medianOf(cell, (round) => round.requestsPerSecond)!;
}

function p99Ms(cell: Cell): number {
  return medianOf(cell, (round) => round.p99Ms)!;
}

function legend(cells: readonly Cell[], y: number): string {
  const subjects = (Object.keys(SUBJECTS) as SubjectName[]).filter((name) =>
    cells.some(({ contestant }) => contestant.subject === name),
  );
  return subjects
    .map((name, index) => {
      const x = PANEL.left + index * 170;
      return `${bar(x, y, 10, 10, COLOURS[name])}\n${text(x + 14, y + 9, SUBJECTS[name].title, { size: 10 })}`;
    })
    .join('\n');
}
