import { readFlat } from '@objectferry/shared/http/flat-xml.ts';
import { parseDocument } from '@objectferry/shared/http/xml.ts';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../emulators/faults.ts';
import { mutated, one } from '../../hostile/mutate.ts';

const SEED = 20_261_121;
const isPart = (name: string): boolean => name === 'Part';
const COMPACT =
  '<?xml version="1.0" encoding="UTF-8"?><CopyPartResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
  '<LastModified>2024-03-05T06:07:08.000Z</LastModified><ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag></CopyPartResult>';
const INDENTED =
  '<?xml version="1.0" encoding="UTF-8"?>\n<CopyPartResult>\n  <LastModified>2024-03-05</LastModified>\n' +
  '  <ETag>"0123"</ETag>\n  <ChecksumCRC32></ChecksumCRC32>\n</CopyPartResult>';
const REFUSAL = '<Error><Code>NoSuchKey</Code><Message>a > b ]]> </Message><Resource>/raw/数.mov</Resource></Error>';
const DOCUMENTS = [COMPACT, INDENTED, REFUSAL];

describe('a flat document', () => {
  test('is read in one pass, blanks between its elements left out', () => {
    expect(readFlat(COMPACT, isPart)).toEqual({
      name: 'CopyPartResult',
      texts: { LastModified: '2024-03-05T06:07:08.000Z', ETag: '&quot;0123456789abcdef0123456789abcdef&quot;' },
    });
    expect(readFlat(INDENTED, isPart)?.texts).toEqual({
      LastModified: '2024-03-05',
      ETag: '"0123"',
      ChecksumCRC32: '',
    });
  });

  test('has its entities decoded once, and refused where they are none', () => {
    expect(parseDocument(Buffer.from('<R><A>&amp;lt;&#x22;</A><B>&quot;</B></R>'))).toEqual({
      name: 'R',
      content: { A: '&lt;"', B: '"' },
    });
    expect(() => parseDocument(Buffer.from('<R><A>a & b</A></R>'))).toThrow('not a whole XML document');
    expect(() => parseDocument(Buffer.from('<R><A>&nbsp;</A></R>'))).toThrow('not a whole XML document');
  });

  test.each([
    ['a list', '<R><Part>1</Part></R>'],
    ['a name twice', '<R><A>1</A><A>2</A></R>'],
    ['an element in an element', '<R><A><B>1</B></A></R>'],
    ['text beside its elements', '<R>x<A>1</A></R>'],
    ['a comment', '<R><A>1</A><!-- --></R>'],
    ['CDATA', '<R><A><![CDATA[1]]></A></R>'],
    ['a document type', '<!DOCTYPE R><R><A>1</A></R>'],
    ['an attribute', '<R><A b="1">1</A></R>'],
    ['a prefix', '<s:R xmlns:s="x"><s:A>1</s:A></s:R>'],
    ['a carriage return, which XML makes a line feed', '<R><A>1\r\n</A></R>'],
    ['a control character', '<R><A>\u0001</A></R>'],
    ['another end than its beginning', '<R><A>1</A></Q>'],
    ['no end', '<R><A>1</A>'],
    ['something behind its end', '<R><A>1</A></R>x'],
    ['a blank that XML does not know', '<R>\u2028<A>1</A></R>'],
    ['nothing in it', '<R></R>'],
    ["a name of JavaScript's", '<R><constructor>1</constructor></R>'],
  ])('has not %s', (_, text) => {
    expect(readFlat(text, isPart)).toBeUndefined();
  });

  test(`is, whatever was changed in it, what the parser makes of it (seed ${SEED})`, () => {
    let [read, changed] = [0, 0];
    for (let run = 0; run < 12_000; run += 1) {
      const random = seededRandom(SEED + run);
      const text = mutated(Buffer.from(one(DOCUMENTS, random)), random)
        .toString('utf8')
        .trim();
      if (readFlat(text, isPart) === undefined) continue;
      read += 1;
      if (!DOCUMENTS.includes(text)) changed += 1;
      // A comment means nothing, and makes it a document for the parser.
      expect({ run, document: outcome(text) }).toEqual({ run, document: outcome(`${text}<!-- -->`) });
    }
    expect(read).toBeGreaterThan(500);
    expect(changed).toBeGreaterThan(500);
  });
});

/** What a document is read as, blanks between its elements left out; or how it is refused. */
function outcome(text: string): unknown {
  try {
    const { name, content } = parseDocument(Buffer.from(text));
    const { '#text': blanks = '', ...texts } = { ...(content as Readonly<Record<string, unknown>>) };
    expect(blanks).toMatch(/^\s*$/);
    return { name, texts };
  } catch (error) {
    return `${error}`;
  }
}
