/** The most that SQS takes as one message, with its attributes, in bytes; the queues are made for it. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
