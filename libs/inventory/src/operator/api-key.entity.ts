import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What the holder of a key may do; each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** The API key of an operator. The key itself is not stored. */
@Entity('api_key')
@Index('uq_api_key_name', ['name'], { unique: true })
@Index('uq_api_key_digest', ['digest'], { unique: true })
@Index('uq_api_key_previous_digest', ['previousDigest'], { unique: true })
export class ApiKey {
  @PrimaryColumn({ type: 'varchar', length: 36 })
  id: string;

  /** Who has it. Never given to another key, so that what the audit says stays true. */
  @Column({ type: 'varchar', length: 64 })
  name: string;

  @Column({ type: 'varchar', length: 16 })
  role: Role;

  /** SHA-256 of the key in lower-case hex. A key is 256 random bits: nobody finds it by trying. */
  @Column({ type: 'varchar', length: 64 })
  digest: string;

  /** Of the key before the last rotation, which is valid until then. */
  @Column({ name: 'previous_digest', type: 'varchar', length: 64, nullable: true })
  previousDigest: string | null;

  @Column({ name: 'previous_until', type: 'datetime', precision: 3, nullable: true })
  previousUntil: Date | null;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt: Date;

  @Column({ name: 'created_by', type: 'varchar', length: 64 })
  createdBy: string;

  @Column({ name: 'revoked_at', type: 'datetime', precision: 3, nullable: true })
  revokedAt: Date | null;

  /** To the minute. */
  @Column({ name: 'last_used_at', type: 'datetime', precision: 3, nullable: true })
  lastUsedAt: Date | null;
}
