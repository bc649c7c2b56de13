import { type EntityManager, type EntityTarget, type SelectQueryBuilder } from 'typeorm';

/** Every row that is deleted by its age has one id. */
export interface OldRow {
  id: string;
}

/** A row whose key is its SKU and the key of a customer, which is its id here. */
export interface OldPurchase extends OldRow {
  sku: string;
}

/** Finds ids of rows in the order of an index. */
export type OldRowsQuery = SelectQueryBuilder<OldRow>;

/**
 * A query for the ids of an entity, whose rows are called `old`.
 *
 * @param index in whose order they are found. Without the hint MySQL reads all rows where many are old, sorts them, and locks
 * them all
 */
export function oldRows(manager: EntityManager, entity: EntityTarget<OldRow>, index: string): OldRowsQuery {
  return manager.createQueryBuilder(entity, 'old').select(`/*+ INDEX(old ${index}) */ old.id`, 'id');
}
