import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A write that a client made under an idempotency key, with its answer. Written in the transaction of its effect. */
@Entity('keyed_request')
@Index('ix_keyed_request_created_at', ['createdAt'])
export class KeyedRequest {
  /** SHA-256 of the client's id and its key, base64url: a key is a secret of its client. */
  @PrimaryColumn({ type: 'varchar', length: 43 })
  id: string;

  /** SHA-256 of the request, in hex: distinguishes a repeat from another request with the same key. */
  @Column({ name: 'request_fingerprint', type: 'varchar', length: 64 })
  requestFingerprint: string;

  /** The HTTP status of the answer; 0 inside the transaction that works on it, which no other sees. */
  @Column({ type: 'int' })
  status: number;

  @Column({ type: 'json' })
  headers: Record<string, string>;

  /** The sent answer. Wrapped, because TypeORM parses a bare string in a JSON column of MySQL twice. */
  @Column({
    type: 'json',
    transformer: { to: (raw: string) => ({ raw }), from: (stored: { raw: string }) => stored.raw },
  })
  body: string;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;
}
