import { Injectable } from '@nestjs/common';

/** Whether other processes sell what this one sells: told by stock that has moved between two batches of its own. */
@Injectable()
export class Neighbours {
  private sku: string | undefined;
  private left = 0;
  private isMoving = false;

  get areSelling(): boolean {
    return this.isMoving;
  }

  /** After a batch. @param left units on hand when it had taken `quantity` */
  note({ sku, quantity }: { sku: string; quantity: number }, left: number): void {
    if (sku === this.sku) this.isMoving = left + quantity !== this.left;
    this.sku = sku;
    this.left = left;
  }

  /** After a batch of another kind, which has moved the stock itself. */
  forget(): void {
    this.isMoving = false;
    this.sku = undefined;
  }
}
