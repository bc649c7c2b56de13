import { RestockSuggestionService } from '#inventory';
import { Controller, Get, Param, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { SkuParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { RestockSuggestion, suggestionView } from './suggestion-schema.js';

@Controller('products')
export class RestockSuggestionController {
  constructor(private readonly suggestions: RestockSuggestionService) {}

  @Get(':sku/restock-suggestion')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'getRestockSuggestion',
    summary: 'A suggested reorder point for a product, each number with its formula',
    description:
      'From the demand of the last 28 days, or of the last 100,000 movements, and from the lead times of the factory. It advises: the rule that is set decides, and nothing is changed.',
    params: SkuParameter,
    response: { 200: RestockSuggestion, ...PROBLEM_RESPONSES },
    'x-refusals': ['SKU.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async suggestion(@Param('sku') sku: string) {
    return suggestionView(await this.suggestions.of(sku));
  }
}
