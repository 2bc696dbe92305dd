import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyError } from '../../../shared/errors.ts';
import { escapeXml, parseDocument, parseXml } from '../../../shared/http/xml.ts';

const read = (text: string, root = 'R') => parseXml(Buffer.from(text), root);
const refused = expect.objectContaining({ name: 'IncompleteAnswer' });

describe('parseXml', () => {
  it('keeps everything as text', () => {
    expect(read('<R><UploadId>1e5</UploadId><N>007</N><H>0x10</H><B>true</B><S> a </S><E/></R>')).toEqual({
      UploadId: '1e5',
      N: '007',
      H: '0x10',
      B: 'true',
      S: ' a ',
      E: '',
    });
  });

  it('decodes the five names and numbers once, and leaves CDATA alone', () => {
    expect(
      read('<R><E>&quot;a&#34;&#x22;&apos;&lt;&gt;&#x1F3AC;</E><F>&amp;lt;&amp;#34;</F><C><![CDATA[&lt;<b>]]></C></R>'),
    ).toEqual({
      E: '"a""\'<>🎬',
      F: '&lt;&#34;',
      C: '&lt;<b>',
    });
  });

  it('makes lists of one', () => {
    expect(read('<R><Part><N>1</N></Part></R>')).toEqual({ Part: [{ N: '1' }] });
    expect(read('<R><Part><N>1</N></Part><Part><N>2</N></Part></R>')).toEqual({ Part: [{ N: '1' }, { N: '2' }] });
  });

  it('reads elements under a prefix as the same elements', () => {
    const document = '<s:R xmlns:s="http://s3.amazonaws.com/doc/2006-03-01/"><s:Part><s:N>1</s:N></s:Part><s:E/></s:R>';
    expect(read(document)).toEqual({ Part: [{ N: '1' }], E: '' });
  });

  it('ignores namespaces, blanks before the declaration and a byte order mark', () => {
    const document =
      '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com"><A>1</A></R>\n';
    expect(read(document)).toEqual({ A: '1' });
    expect(read(`   \r\n \n${document}`)).toEqual({ A: '1' });
    expect(read(`\ufeff${document}`)).toEqual({ A: '1' });
  });

  it('names the root', () => {
    expect(parseDocument(Buffer.from('<Error><Code>X</Code></Error>'))).toEqual({
      name: 'Error',
      content: { Code: 'X' },
    });
    expect(() => read('<Error><Code/></Error>')).toThrow('The answer is a <Error> instead of a <R>.');
  });

  it.each([
    ['nothing', ''],
    ['blanks', '  \n '],
    ['no document', 'junk'],
    ['a page', '<html><body><p>502<br></body></html>'],
    ['a cut document', '<R><A>1</A>'],
    ['a cut tag', '<R><A>1</A></R'],
    ['a cut text', '<R><A>1'],
    ['bad nesting', '<R><A></R></A>'],
    ['two roots', '<R/><R/>'],
    ['text behind an empty root', '<R/>junk'],
    ['text behind the root', '<R>1</R>junk'],
    ['an empty root', '<R/>'],
    ['a bare ampersand', '<R>a & b</R>'],
    ['an unknown entity', '<R>&nbsp;</R>'],
    ['a character that is none', '<R>&#0;</R>'],
    ['half of a surrogate pair', '<R>&#xD800;</R>'],
    ['a character beyond Unicode', '<R>&#x110000;</R>'],
    ['an entity declaration', '<!DOCTYPE R [<!ENTITY x "y">]><R>&x;</R>'],
    ['an external entity', '<!DOCTYPE R [<!ENTITY x SYSTEM "file:///etc/passwd">]><R>&x;</R>'],
    ['a document type', '<!doctype R><R/>'],
    ['a billion laughs', `<!DOCTYPE R [<!ENTITY a "lol">${'<!ENTITY b "&a;&a;">'.repeat(9)}]><R>&b;</R>`],
    ['deep nesting', `<R>${'<A>'.repeat(5000)}${'</A>'.repeat(5000)}</R>`],
    ['a dangerous name', '<R><__proto__><x>1</x></__proto__></R>'],
    ['a comment only', '<!-- R -->'],
    ['a declaration only', '<?xml version="1.0"?>'],
  ])('refuses %s', (_, text) => {
    expect(() => read(text)).toThrow(refused);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseXml(Buffer.from([0x3c, 0x52, 0x3e, 0xff, 0x3c, 0x2f, 0x52, 0x3e]), 'R')).toThrow(refused);
  });

  it('reads a huge page in reasonable time', () => {
    const parts = Array.from(
      { length: 20_000 },
      (_, part) => `<Part><PartNumber>${part}</PartNumber><ETag>&quot;${part}&quot;</ETag></Part>`,
    );
    const started = performance.now();
    expect(read(`<R>${parts.join('')}</R>`)).toMatchObject({ Part: { length: 20_000 } });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('survives random documents with nothing but its own error', () => {
    const piece = fc.constantFrom(
      '<R>',
      '</R>',
      '<A>',
      '</A>',
      '<A/>',
      '<',
      '>',
      '&',
      '&amp;',
      '&#',
      ';',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?xml',
      '?>',
      '<!DOCTYPE',
      '"',
      "'",
      '=',
      ' ',
      'x',
      '\u0000',
      '__proto__',
      'constructor',
    );
    const document = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(`<R>${pieces.join('')}</R>`)),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(document, (bytes) => {
        try {
          parseXml(bytes, 'R');
        } catch (error) {
          expect(error).toBeInstanceOf(CopyError);
          expect(error).toEqual(refused);
        }
      }),
      { seed: 7, numRuns: 20_000 },
    );
  });
});

describe('escapeXml', () => {
  it('can be read again, whatever the text', () => {
    expect(escapeXml('"a" <b> & \'c\'')).toBe("&quot;a&quot; &lt;b&gt; &amp; 'c'");
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        expect(read(`<R><A>${escapeXml(text)}</A></R>`)).toEqual({ A: text });
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});
