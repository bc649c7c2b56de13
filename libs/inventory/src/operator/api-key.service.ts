import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { type Page, type PageRequest, readPage } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { ApiKey, type Role } from './api-key.entity.js';

/** Whoever asks. */
export interface Operator {
  name: string;
  role: Role;
}

/** A key that was just made. Nobody can read it again. */
export interface NewApiKey {
  apiKey: ApiKey;
  key: string;
}

/** The key of the environment has this name, with which the first other keys are made. */
export const BOOTSTRAP_NAME = 'operations';

/** Shows what it is, to people and to programs that look for secrets in files. */
const PREFIX = 'donut_';

const KEY_BYTES = 32;

/** How exactly the last use is known, in ms. */
const USE_PRECISION_MS = 60_000;

/** The API keys of operators. Their holders need no restart of any process: each use of a key asks for it here. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly audit: AuditService,
  ) {}

  /** @throws InventoryError `API_KEY.NAME_TAKEN`, also by a revoked key */
  async create(name: string, role: Role, by: string): Promise<NewApiKey> {
    if (name === BOOTSTRAP_NAME) throw nameTaken(name);
    const key = newKey();
    try {
      return await this.database.write(async (manager) => {
        const id = uuidv7();
        const createdAt = await this.clock.now(manager);
        await manager.insert(ApiKey, { id, name, role, digest: digestOf(key), createdAt, createdBy: by });
        await this.record(manager, 'api_key.created', id, by, null, { name, role });
        return { apiKey: await find(manager, id), key };
      });
    } catch (error) {
      throw isUniqueViolation(error) ? nameTaken(name) : error;
    }
  }

  /**
   * Makes a new key of the same name and role.
   *
   * @param overlapMs how long the key before is valid as well. The one before that ends at once
   * @throws InventoryError `API_KEY.UNKNOWN`, `API_KEY.REVOKED`
   */
  async rotate(id: string, overlapMs: number, by: string): Promise<NewApiKey> {
    const key = newKey();
    return this.database.write(async (manager) => {
      const { digest, name } = await this.lockValid(manager, id);
      const previousUntil = new Date((await this.clock.now(manager)).getTime() + overlapMs);
      await manager.update(ApiKey, { id }, { digest: digestOf(key), previousDigest: digest, previousUntil });
      await this.record(manager, 'api_key.rotated', id, by, null, { name, previousUntil });
      return { apiKey: await find(manager, id), key };
    });
  }

  /**
   * Ends a key, and the one before its rotation.
   *
   * @throws InventoryError `API_KEY.UNKNOWN`, `API_KEY.REVOKED`
   */
  async revoke(id: string, by: string): Promise<ApiKey> {
    return this.database.write(async (manager) => {
      const { name, role } = await this.lockValid(manager, id);
      await manager.update(ApiKey, { id }, { revokedAt: await this.clock.now(manager) });
      await this.record(manager, 'api_key.revoked', id, by, { name, role }, null);
      return find(manager, id);
    });
  }

  /** Keys in the order of their names. @throws InventoryError `CURSOR.UNKNOWN` */
  async list(page: PageRequest): Promise<Page<ApiKey>> {
    const list = { entity: ApiKey, key: 'name', order: 'asc' } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }

  /** Whose key it is; undefined when it is nobody's, or no longer. Notes the use. */
  async operatorOf(key: string): Promise<Operator | undefined> {
    const digest = digestOf(key);
    const { found, now } = await this.database.read(async (manager) => ({
      found: await manager.findOneBy(ApiKey, [{ digest }, { previousDigest: digest }]),
      now: await this.clock.now(manager),
    }));
    if (!found || found.revokedAt) return undefined;
    if (found.digest !== digest && found.previousUntil! <= now) return undefined;
    // Who may read does not depend on whether this can be written.
    await this.noteUse(found, now).catch(() => undefined);
    return { name: found.name, role: found.role };
  }

  /** At most once a minute: reading with a key must not become a write each time. */
  private async noteUse({ id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
    if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < USE_PRECISION_MS) return;
    await this.database.write((manager) => manager.update(ApiKey, { id }, { lastUsedAt: now }));
  }

  private async lockValid(manager: EntityManager, id: string): Promise<ApiKey> {
    await this.database.forUpdate(manager.createQueryBuilder(ApiKey, 'key').where({ id })).getOne();
    const found = await find(manager, id);
    if (!found.revokedAt) return found;
    throw new InventoryError('API_KEY.REVOKED', `The key ${found.name} is revoked.`, { name: found.name });
  }

  private async record(
    manager: EntityManager,
    action: string,
    subjectId: string,
    actor: string,
    oldValues: Record<string, unknown> | null,
    newValues: Record<string, unknown> | null,
  ): Promise<void> {
    await this.audit.record(manager, {
      actor,
      action,
      subjectType: 'api_key',
      subjectId,
      oldValues,
      newValues,
    });
  }
}

async function find(manager: EntityManager, id: string): Promise<ApiKey> {
  const found = await manager.findOneBy(ApiKey, { id });
  if (found) return found;
  throw new InventoryError('API_KEY.UNKNOWN', `There is no API key ${id}.`, { id });
}

function newKey(): string {
  return PREFIX + randomBytes(KEY_BYTES).toString('base64url');
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function nameTaken(name: string): InventoryError {
  return new InventoryError('API_KEY.NAME_TAKEN', `There is, or was, a key ${name}.`, { name });
}
