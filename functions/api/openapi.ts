import document from '../../docs/openapi.json' with { type: 'json' };

/** The description of this API, as it is committed: made of the schemas that check requests and answers. */
export const openapi: object = document;
