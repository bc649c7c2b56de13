import { join } from 'node:path';
import { checkHistory } from '../../test/history/check-history.js';
import { HistoryRecorder } from '../../test/history/history-recorder.js';
import { readHistoryFile } from '../../test/history/read-history.js';
import { reportOf } from '../../test/history/report.js';
import { TableReader } from '../../test/history/table-reader.js';
import { type Group } from '../cell.js';
import { type RunningContestant } from '../running-contestant.js';
import { type Scenario, SCENARIOS } from '../scenarios.js';

interface PlaceSaleBody {
  lines: { sku: string }[];
}

/** The history of one measured round of the product: recorded while it is loaded, and checked when it is idle. */
export class RoundHistory {
  private static count = 0;

  private constructor(
    readonly recorder: HistoryRecorder,
    private readonly tables: TableReader,
  ) {}

  /** @returns `undefined` for a subject other than the product: its answers are not those of the sales API */
  static async begin(
    { contestant, warehouse }: RunningContestant,
    { database, scenario, connections }: Group,
    folder: string,
  ): Promise<RoundHistory | undefined> {
    if (contestant.subject !== 'product') return undefined;
    RoundHistory.count += 1;
    const name = ['bench', RoundHistory.count, database, scenario, connections, contestant.processes].join(
      '-',
    );
    const tables = await TableReader.open(warehouse.dataSource, skusOf(SCENARIOS[scenario]));
    const recorder = HistoryRecorder.create(join(folder, `${name}.jsonl`), 'bench');
    await recorder.addAll(tables.opening);
    return new RoundHistory(recorder, tables);
  }

  /** @returns the contradictions, in words; none when the history is true */
  async finish(): Promise<string[]> {
    await this.recorder.addAll(this.tables.rows());
    await this.recorder.finish('all');
    const check = checkHistory(await readHistoryFile(this.recorder.file));
    return check.contradictions.length > 0 ? [reportOf(this.recorder.file, check)] : [];
  }
}

function skusOf({ bodies }: Scenario): string[] {
  const skus = new Set<string>();
  for (const body of bodies) for (const { sku } of (JSON.parse(body) as PlaceSaleBody).lines) skus.add(sku);
  return [...skus];
}
