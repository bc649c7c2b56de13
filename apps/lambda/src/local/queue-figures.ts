import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

const INTERVAL_MS = 1_000;

/** Prints how many messages wait and how many are in flight, as the console of AWS shows them, whenever that changes. */
export class QueueFigures {
  private readonly timer: NodeJS.Timeout;
  private last = '';

  /** @param urls by the names to print */
  constructor(
    private readonly sqs: SQSClient,
    private readonly urls: Readonly<Record<string, string>>,
  ) {
    this.timer = setInterval(() => void this.look().catch(() => undefined), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const figures = await Promise.all(
      Object.entries(this.urls).map(async ([name, QueueUrl]) => {
        const { Attributes = {} } = await this.sqs.send(
          new GetQueueAttributesCommand({
            QueueUrl,
            AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
          }),
        );
        const { ApproximateNumberOfMessages: available, ApproximateNumberOfMessagesNotVisible: inFlight } =
          Attributes;
        return `${name}: ${available} available, ${inFlight} in flight`;
      }),
    );
    const text = figures.join(' | ');
    if (text === this.last) return;
    this.last = text;
    console.log(`[queues] ${text}`);
  }
}
