import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere } from 'typeorm';
import { type QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isWithin, type Page, type PageRequest, readPage, type TimeRange } from '../database/page.js';
import { AuditEntry, type AuditSubject } from './audit-entry.entity.js';

type Values = Record<string, unknown>;

export interface AuditedAction {
  /** The name of the operator's API key, or of a task of the worker. */
  actor: string;
  /** Such as `stock.adjusted`. */
  action: string;
  subjectType: AuditSubject;
  subjectId: string;
  note?: string | null;
  /** Before and after the action. Members that are equal are left out. */
  oldValues?: Values | null;
  newValues?: Values | null;
}

export interface AuditQuery extends PageRequest, TimeRange {
  actor?: string;
  action?: string;
  subjectType?: AuditSubject;
  subjectId?: string;
}

/** Who did what. Entries are added and read: nothing here changes or deletes one. */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Records an action in the transaction that does it, so that both are there or neither.
   *
   * @returns the id of the entry
   */
  async record(manager: EntityManager, action: AuditedAction): Promise<string> {
    const { note = null, oldValues = null, newValues = null, ...rest } = action;
    const at = await this.clock.now(manager);
    const changed = changedMembers(oldValues, newValues);
    const entry = { ...rest, ...changed, note, id: uuidv7(), at };
    // TypeORM would have functions as values of JSON, too.
    await manager.insert(AuditEntry, entry as QueryDeepPartialEntity<AuditEntry>);
    return entry.id;
  }

  /**
   * Entries, newest first.
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list({
    actor,
    action,
    subjectType,
    subjectId,
    since,
    until,
    ...page
  }: AuditQuery): Promise<Page<AuditEntry>> {
    const where: FindOptionsWhere<AuditEntry> = {};
    if (actor) where.actor = actor;
    if (action) where.action = action;
    if (subjectType) where.subjectType = subjectType;
    if (subjectId) where.subjectId = subjectId;
    if (since ?? until) where.at = isWithin({ since, until });
    const list = { entity: AuditEntry, key: 'id', order: 'desc', where } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }
}

function changedMembers(
  oldValues: Values | null,
  newValues: Values | null,
): Pick<AuditEntry, 'oldValues' | 'newValues'> {
  if (!oldValues || !newValues) return { oldValues, newValues };
  const names = [...new Set([...Object.keys(oldValues), ...Object.keys(newValues)])];
  const changed = names.filter((name) => JSON.stringify(oldValues[name]) !== JSON.stringify(newValues[name]));
  const part = (values: Values) => Object.fromEntries(changed.map((name) => [name, values[name] ?? null]));
  return { oldValues: part(oldValues), newValues: part(newValues) };
}
