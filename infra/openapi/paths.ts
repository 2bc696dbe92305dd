import { COPY_STATES, DEFAULT_PAGE, LARGEST_PAGE } from '@objectferry/shared/api.ts';
import { LARGEST_BODY_BYTES } from '#functions/api/read-body.ts';
import { problems, success } from './answers.ts';
import { EVENT_PATH } from './event-path.ts';
import { ACCEPTED, FAILED, LIST, REQUEST, REQUEST_IN_FIELDS, RUNNING, SUCCEEDED } from './examples.ts';
import { refTo } from './schemas.ts';

const COPIES = { tags: ['Copies'] };
const SERVICE = { tags: ['Service'] };
const ID = { $ref: '#/components/parameters/CopyId' };
const LOCATION = { Location: { $ref: '#/components/headers/Location' } };

/** Every path of the API, with every answer it gives. */
export const PATHS = {
  '/copies': {
    post: {
      ...COPIES,
      operationId: 'startCopy',
      summary: 'Start a copy',
      description:
        'Starts a copy and answers at once. What can be refused without asking a provider is refused here; everything else is told by the status of the copy.',
      parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }],
      requestBody: {
        required: true,
        description: `At most ${LARGEST_BODY_BYTES / 1024} KiB.`,
        content: {
          'application/json': {
            schema: refTo('CopyRequest'),
            examples: { locations: { value: REQUEST }, fields: { value: REQUEST_IN_FIELDS } },
          },
        },
      },
      responses: {
        202: success('The copy is started, or was by the same key.', 'CopyAccepted', { accepted: ACCEPTED }, LOCATION),
        ...problems(400, 413, 415, 422),
      },
    },
    get: {
      ...COPIES,
      operationId: 'listCopies',
      summary: 'List copies',
      description: 'One page, newest first. Copies that ended more than 90 days ago are forgotten.',
      parameters: [
        {
          name: 'state',
          in: 'query',
          description: 'Only copies in this state.',
          schema: { type: 'string', enum: COPY_STATES },
        },
        {
          name: 'limit',
          in: 'query',
          description: 'Copies on a page, at most.',
          schema: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: DEFAULT_PAGE },
        },
        {
          name: 'next',
          in: 'query',
          description: '`next` of the page before.',
          schema: { type: 'string', minLength: 1, maxLength: 3096 },
        },
      ],
      responses: { 200: success('A page of copies.', 'CopyList', { page: LIST }), ...problems(400) },
    },
  },
  '/copies/{id}': {
    parameters: [ID],
    get: {
      ...COPIES,
      operationId: 'getCopy',
      summary: 'Show a copy',
      description:
        'State, strategy, parts and bytes done as the provider lists them, and how the copy ended. Any execution of the state machine can be asked for, whoever started it.',
      responses: {
        200: success('The copy.', 'CopyStatus', { running: RUNNING, succeeded: SUCCEEDED, failed: FAILED }),
        ...problems(404),
      },
    },
    delete: {
      ...COPIES,
      operationId: 'stopCopy',
      summary: 'Stop a copy',
      description:
        'Stops a copy that runs; its upload is aborted after that. Stopping it again is accepted again. A copy that has ended otherwise is a conflict, so that nobody believes a destination untouched that is not.',
      responses: {
        202: success('The copy is told to stop, or was before.', 'CopyAccepted', { accepted: ACCEPTED }, LOCATION),
        ...problems(404, 409),
      },
    },
  },
  '/copies/{id}/resume': {
    parameters: [ID],
    post: {
      ...COPIES,
      operationId: 'resumeCopy',
      summary: 'Resume a copy that failed',
      description:
        'Has a copy with `onFailure: keep` that did not succeed go on with the parts that it kept, in the state that failed (a redrive of its execution). Nothing happens to one that runs.',
      responses: {
        202: success('The copy goes on.', 'CopyAccepted', { accepted: ACCEPTED }, LOCATION),
        ...problems(404, 409),
      },
    },
  },
  '/events/{provider}': EVENT_PATH,
  '/health': {
    get: {
      ...SERVICE,
      operationId: 'getHealth',
      summary: 'Ask whether the API answers',
      responses: { 200: success('It does.', 'Health', { ok: { status: 'ok' } }), ...problems() },
    },
  },
  '/openapi.json': {
    get: {
      ...SERVICE,
      operationId: 'getOpenApi',
      summary: 'Describe the API',
      responses: {
        200: {
          description: 'This document.',
          content: {
            'application/json': {
              schema: { type: 'object', properties: { openapi: { type: 'string' }, paths: { type: 'object' } } },
            },
          },
        },
        ...problems(),
      },
    },
  },
};
