import Type, { type Static } from 'typebox';

/** The variables of `npm run start:serverless`. */
export const CourseEnvironment = Type.Object({
  SERVERLESS_PORT: Type.Integer({
    default: 3010,
    minimum: 1,
    maximum: 65_535,
    description: "the port of the course's functions, on this machine",
  }),
  QUEUE_VISIBILITY_TIMEOUT_SECONDS: Type.Integer({
    default: 36,
    minimum: 7,
    maximum: 43_200,
    description: 'how long a received message is hidden; above the time limit of 6 s of the functions',
  }),
  QUEUE_MAX_RECEIVE_COUNT: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 1_000,
    description: 'receives after which a message goes to the dead-letter queue',
  }),
});

export type CourseEnvironment = Static<typeof CourseEnvironment>;
