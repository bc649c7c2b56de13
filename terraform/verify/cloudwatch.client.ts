import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { type Reach } from './reach.js';

/** In the protocol that CloudWatch had first, and still has: emulators know no other. */
export function createCloudWatchClient(reach: Reach): CloudWatchClient {
  return new CloudWatchClient({
    ...reach,
    protocol: AwsQueryProtocol,
    protocolSettings: {
      defaultNamespace: 'com.amazonaws.cloudwatch',
      xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
      version: '2010-08-01',
    },
  });
}
