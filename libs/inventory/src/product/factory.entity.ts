import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How orders reach a factory. Only a factory behind `webhook` knows idempotency keys. */
export const FACTORY_ADAPTERS = ['legacy-http', 'webhook'] as const;

export type FactoryAdapterName = (typeof FACTORY_ADAPTERS)[number];

/** A factory, with the URL of its legacy API, which is slow and takes few requests at a time. */
@Entity('factory')
export class Factory {
  @PrimaryColumn({ type: 'varchar', length: 32 })
  id: string;

  @Column({ type: 'varchar', length: 200 })
  name: string;

  @Column({ name: 'manager_email', type: 'varchar', length: 254 })
  managerEmail: string;

  @Column({ name: 'api_url', type: 'varchar', length: 500 })
  apiUrl: string;

  @Column({ type: 'varchar', length: 16, default: 'legacy-http' })
  adapter: FactoryAdapterName;

  /** The promised time from an accepted restock order to its goods. */
  @Column({ name: 'lead_time_seconds', type: 'int' })
  leadTimeSeconds: number;

  /** The time from an accepted restock order until a person is mailed that its goods are missing. */
  @Column({ name: 'overdue_after_seconds', type: 'int' })
  overdueAfterSeconds: number;

  /** The observed lead time that half of the orders keep; null before enough orders are complete. See `lead-time.ts`. */
  @Column({ name: 'lead_time_p50_seconds', type: 'int', nullable: true })
  leadTimeP50Seconds: number | null;

  /** The same for nine of ten orders. */
  @Column({ name: 'lead_time_p90_seconds', type: 'int', nullable: true })
  leadTimeP90Seconds: number | null;

  /** The lead times of the next order, by `lead-time-quantiles.ts`; null before enough orders are complete. */
  @Column({ name: 'lead_time_quantiles', type: 'json', nullable: true })
  leadTimeQuantiles: number[] | null;

  /** The correction of the stated P90, as a logarithm; null before the first order with a stated range is complete. */
  @Column({ name: 'lead_time_correction', type: 'double', nullable: true })
  leadTimeCorrection: number | null;

  /** Addresses and networks, IPv4 and IPv6, from which its callbacks may come; null: any. */
  @Column({ name: 'callback_addresses', type: 'json', nullable: true })
  callbackAddresses: string[] | null;
}
