import { Module } from '@nestjs/common';
import { ProductService } from './product.service.js';

/** Products and their rules. */
@Module({
  providers: [ProductService],
  exports: [ProductService],
})
export class ProductModule {}
