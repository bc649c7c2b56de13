#!/bin/bash
# Run by LocalStack, and by Floci, each time it has started: it keeps nothing. The names of the queues are those of
# libs/queues/src/queues.ts, the settings those that `npm start` gives its own.
set -euo pipefail

DEAD_LETTER_RETENTION_SECONDS=1209600
ACCOUNT_ID=000000000000

awslocal ses verify-email-identity --email-address "$MAIL_FROM"

for queue in restock goods-receipts notifications webhooks probe; do
  awslocal sqs create-queue --queue-name "$queue-dlq" \
    --attributes "MessageRetentionPeriod=$DEAD_LETTER_RETENTION_SECONDS"
  dead_letter_queue=arn:aws:sqs:$AWS_DEFAULT_REGION:$ACCOUNT_ID:$queue-dlq
  # The health check asks for the last queue of this list: by then all is there.
  awslocal sqs create-queue --queue-name "$queue" --attributes "{
    \"VisibilityTimeout\": \"$QUEUE_VISIBILITY_TIMEOUT_SECONDS\",
    \"RedrivePolicy\": \"{\\\"deadLetterTargetArn\\\":\\\"$dead_letter_queue\\\",\\\"maxReceiveCount\\\":\\\"$QUEUE_MAX_RECEIVE_COUNT\\\"}\"
  }"
done
