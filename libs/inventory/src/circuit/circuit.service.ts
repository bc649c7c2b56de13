import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { Circuit } from './circuit.entity.js';

/** Reads and stores circuits. What changes them is in `circuit-rules.ts`. */
@Injectable()
export class CircuitService {
  constructor(private readonly database: Database) {}

  /** The circuit of a dependency, locked until the caller's transaction ends. A new one is closed. */
  async lock(manager: EntityManager, name: string): Promise<Circuit> {
    const query = manager.createQueryBuilder(Circuit, 'circuit').where({ name });
    const known = await this.database.forUpdate(query).getOne();
    if (known) return known;
    const added = { name, state: 'CLOSED', failures: 0 } as const;
    await manager.createQueryBuilder().insert().into(Circuit).values(added).orIgnore().execute();
    return this.database.forUpdate(query).getOneOrFail();
  }

  /** Stores what was changed of a {@link lock locked} circuit. */
  async save(manager: EntityManager, circuit: Circuit): Promise<void> {
    const { name, ...values } = circuit;
    await manager.update(Circuit, { name }, values);
  }

  async list(): Promise<Circuit[]> {
    return this.database.read((manager) => manager.find(Circuit, { order: { name: 'ASC' } }));
  }
}
