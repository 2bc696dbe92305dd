import { afterAll } from 'vitest';
import { removeTemporaryFolder } from './temporary.ts';

// vitest runs this before every test file. A helper cannot: where files share a process, it is loaded once.
afterAll(removeTemporaryFolder);
