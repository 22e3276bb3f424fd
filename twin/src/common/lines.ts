/**
 * Calls back with each complete line of a stream.
 * @param longest characters; a longer line comes in pieces, so that the writer cannot exhaust the reader's memory
 */
export function readLines(stream: NodeJS.ReadableStream, longest: number, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    let from = 0;
    // Only what is new is looked through: a line of megabytes comes in many parts.
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = rest + text.slice(from, end);
      rest = '';
      from = end + 1;
      take(line);
    }
    rest += text.slice(from);
    if (rest.length < longest) return;
    const piece = rest;
    rest = '';
    take(piece);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
